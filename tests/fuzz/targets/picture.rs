#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rtsp_lab_fuzz::run("picture", data));
