//! What RTP can't carry plays in a real player, and looks as it did.

use std::fs;
use std::path::Path;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::common::left_out::needs;
use crate::common::said::say;
use crate::common::server_process::ServerProcess;
use crate::harness::tests;
use crate::run::run;

tests![what_rtp_cannot_carry_plays_in_ffmpeg_and_looks_as_it_did,];

const FRAMES: u16 = 24;
const SIZE: (u16, u16) = (384, 288);

fn what_rtp_cannot_carry_plays_in_ffmpeg_and_looks_as_it_did() {
    needs("ffmpeg", "ffmpeg");
    let folder = tempfile::tempdir().unwrap();
    let whole = made(|_| (), false);
    let movies = [
        ("444", whole.clone()),
        ("440", made(|encoder| encoder.set_sampling_factor(SamplingFactor::F_1_2), false)),
        ("progressive", made(|encoder| encoder.set_progressive(true), false)),
        ("grey", made(|_| (), true)),
        ("restart", made(|encoder| encoder.set_restart_interval(7), false)),
        ("wide_tables", whole.iter().map(|jpeg| with_wide_tables(jpeg)).collect()),
        ("two_chroma_tables", whole.iter().map(|jpeg| with_two_chroma_tables(jpeg)).collect()),
        ("ffmpegs_422", ffmpegs_422(&whole, folder.path())),
    ];
    let server = ServerProcess::start(folder.path(), &["--bind", "127.0.0.1"]);
    for (name, frames) in movies {
        assert_eq!(frames.len(), usize::from(FRAMES), "{name}");
        let original = folder.path().join(name);
        fs::write(&original, frames.concat()).unwrap();
        let played = folder.path().join("played");
        let url = format!("rtsp://{}/{name}", server.address());
        let watch = format!(
            "-nostdin -y -v error -rtsp_transport tcp -i {url} -c:v copy -f mjpeg {}",
            played.display()
        );
        assert_eq!(ffmpeg(&watch, folder.path()), "", "{name}");
        let compare = format!(
            "-nostdin -hide_banner -f mjpeg -i {} -f mjpeg -i {} -lavfi \
             [0:v]format=yuv444p[a];[1:v]format=yuv444p[b];[a][b]psnr -f null -",
            original.display(),
            played.display()
        );
        let printed = ffmpeg(&compare, folder.path());
        let count = format!("frame={FRAMES:>5} ");
        assert!(printed.contains(&count), "{name}: no {count:?} in {printed}");
        let average = printed.rsplit_once(" min:").unwrap().1.split(' ').next().unwrap();
        say(format!("{name}: {average} dB in the worst frame"));
        assert!(average == "inf" || average.parse::<f64>().unwrap() >= 38.0, "{name}: {printed}");
    }
}

fn ffmpeg(line: &str, folder: &Path) -> String {
    let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
    run("ffmpeg", &words, &folder.join("printed")).unwrap()
}

/// Frames as smooth as photographs, with colours and some texture; 4:4:4 unless `change` wants another.
fn made(change: impl Fn(&mut Encoder<&mut Vec<u8>>), grey: bool) -> Vec<Vec<u8>> {
    let frame = |number: u16| {
        let (mut jpeg, mut pixels) = (Vec::new(), pixels(number));
        let colours = if grey { ColorType::Luma } else { ColorType::Rgb };
        if grey {
            pixels = pixels.chunks(3).map(|pixel| pixel[1]).collect();
        }
        let mut encoder = Encoder::new(&mut jpeg, 85);
        encoder.set_sampling_factor(SamplingFactor::F_1_1);
        change(&mut encoder);
        encoder.encode(&pixels, SIZE.0, SIZE.1, colours).unwrap();
        jpeg
    };
    (1..=FRAMES).map(frame).collect()
}

fn pixels(number: u16) -> Vec<u8> {
    let shift = f64::from(number) * 3.0;
    let wave = |x: f64, y: f64, a: f64, b: f64| ((x + shift) / a).sin() + (y / b).cos();
    let places = (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| (f64::from(x), f64::from(y))));
    let shade = |value: f64| format!("{:.0}", value.clamp(0.0, 255.0)).parse::<u8>().unwrap();
    let pixel = |(x, y): (f64, f64)| {
        let light = 128.0 + 40.0 * wave(x, y, 31.0, 47.0) + 6.0 * wave(x, y, 1.9, 2.3);
        let red = light + 20.0 * wave(x, y, 53.0, 37.0);
        [shade(red), shade(light), shade(light + 20.0 * wave(x, y, 41.0, 29.0))]
    };
    places.flat_map(pixel).collect()
}

/// Where the marker of that code begins.
fn position(jpeg: &[u8], code: u8) -> usize {
    jpeg.windows(2).position(|bytes| bytes == [0xFF, code]).unwrap()
}

/// The same with the first quantisation table in 16 bits.
fn with_wide_tables(jpeg: &[u8]) -> Vec<u8> {
    let at = position(jpeg, 0xDB);
    let wide = jpeg[at + 5..at + 69].iter().flat_map(|value| [0, *value]);
    let head = [0xFF, 0xDB, 0, 131, 0x10];
    jpeg[..at].iter().copied().chain(head).chain(wide).chain(jpeg[at + 69..].to_vec()).collect()
}

/// The same with a table of its own for the third component, one value of which is another.
fn with_two_chroma_tables(jpeg: &[u8]) -> Vec<u8> {
    let (sof, second) = (position(jpeg, 0xC0), position(jpeg, 0xDB) + 69);
    assert_eq!(jpeg[second..second + 5], [0xFF, 0xDB, 0, 67, 1]);
    let mut third = jpeg[second..second + 69].to_vec();
    (third[4], third[68]) = (2, third[68] + 1);
    let mut changed = [&jpeg[..sof], &third, &jpeg[sof..]].concat();
    // Marker, length, precision, size and count, then three bytes a component.
    changed[sof + third.len() + 18] = 2;
    changed
}

/// What ffmpeg makes of 4:2:2: factors of 2x2, 1x2 and 1x2.
fn ffmpegs_422(frames: &[Vec<u8>], folder: &Path) -> Vec<Vec<u8>> {
    let (source, made) = (folder.join("source"), folder.join("made"));
    fs::write(&source, frames.concat()).unwrap();
    let line = format!(
        "-nostdin -y -v error -f mjpeg -i {} -c:v mjpeg -pix_fmt yuvj422p -q:v 3 -f mjpeg {}",
        source.display(),
        made.display()
    );
    assert_eq!(ffmpeg(&line, folder), "");
    let made = fs::read(made).unwrap();
    let sof = position(&made, 0xC0);
    assert_eq!((made[sof + 11], made[sof + 14]), (0x22, 0x12), "factors");
    let starts = made.windows(3).enumerate().filter(|(_, bytes)| *bytes == [0xFF, 0xD8, 0xFF]);
    let mut starts: Vec<_> = starts.map(|(at, _)| at).collect();
    starts.push(made.len());
    starts.windows(2).map(|ends| made[ends[0]..ends[1]].to_vec()).collect()
}
