//! All figures, in order.

use common::left_out;
use desktop::xvfb::Desktop;

mod answers;
mod drawing;
mod figures;
mod frames;
mod large_movie;
mod playing;
mod probe;

#[path = "../../tests/client_common/mod.rs"]
mod client_common;
#[path = "../../tests/common/mod.rs"]
mod common;
#[path = "../../tests/desktop/mod.rs"]
mod desktop;

/// Without Xvfb and what else a desktop needs, a line says so.
pub(crate) fn print_all() {
    let desktop = match left_out::caught(Desktop::start) {
        Ok(desktop) => desktop,
        Err(why) => return println!("{why}"),
    };
    let dev_client = playing::built_dev_client();
    figures::print_header();
    let drawing = drawing::scenes(false).print("draw 640x560", "median 2");
    drawing::scenes(true).print("with the RTP header", "");
    let bare = frames::bare_images(&desktop).print("bare PutImage to pixel", "");
    let frames = |picture| frames::frames(&desktop, picture);
    let tiny: fn(u16) -> Vec<u8> = client_common::jpeg::frame;
    let frame = frames(tiny).print("frame sent to pixel", "median 2, p95 6");
    let full = frames(frames::full_picture).print("frame of 384x288 to pixel", "p95 10");
    let ratio = format!("{:.2}", frame.median / bare.median);
    figures::print_figure("frame / bare PutImage", ratio, "");
    let keys = answers::keys(&desktop).print("reply to a key to dot", "max 50");
    let clicks = answers::clicks(&desktop).print("reply to a click to dot", "max 50");
    // In turns, so that what the machine does besides meets both.
    let turns: Vec<_> =
        (0..3).map(|_| (playing::cpu_percent(&desktop), playing::mpv_percent(&desktop))).collect();
    let cpu = median(turns.iter().map(|(client, _)| *client).collect());
    figures::print_figure("CPU of the client, playing", format!("{cpu:.1} %"), "mpv's");
    match turns.iter().map(|(_, mpv)| *mpv).collect::<Option<Vec<_>>>().map(median) {
        Some(mpv) => figures::print_figure("CPU of mpv --vo=x11", format!("{mpv:.1} %"), ""),
        None => println!("CPU of mpv: it is not installed"),
    }
    let missing_percent = playing::dev_client_plays_large_movie(&desktop, &dev_client);

    // Limits so wide that only a fault exceeds them, not a busy machine.
    assert!(drawing.median < 20.0, "the window is drawn at once");
    assert!(frame.median < 20.0 && full.median < 30.0, "a frame is shown at once");
    assert!(keys.median < 500.0 && clicks.median < 500.0, "a reply is shown at once");
    assert!(cpu < 80.0, "playing leaves the processor to others");
    assert!(missing_percent < 5.0, "the dev profile keeps up with 1280x720");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
