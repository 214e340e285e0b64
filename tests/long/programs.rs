//! The players: how each is called, and how it tells what it shows.

use std::path::Path;
use std::process::Command;

use super::movies::MovieFile;
use super::run::run;
use crate::common::left_out::{is_installed, runs};

/// A player with a transport.
#[derive(Debug)]
pub(crate) struct Player {
    pub(crate) name: &'static str,
    pub(crate) transport: &'static str,
    pub(crate) scheme: &'static str,
    program: &'static str,
    how: How,
    /// URL, CROP and OUT stand for the job's own.
    line: &'static str,
}

/// How a player tells what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// It prints a checksum of every frame.
    Checksums,
    /// The same from the first second on.
    FromSecond1,
    /// It writes the JPEGs to a file.
    Jpegs,
    /// It prints checksums of a decoder of its own.
    GStreamer,
    /// A script prints them.
    OpenCv,
}

/// Those that are installed, and those that are not.
pub(crate) fn players() -> (Vec<Player>, Vec<Player>) {
    let player = |name, transport, scheme, program, how, line| Player {
        name,
        transport,
        scheme,
        program,
        how,
        line,
    };
    let all = [
        player("ffmpeg", "UDP", "rtsp", "ffmpeg", How::Checksums, FFMPEG_UDP),
        player("ffmpeg", "TCP", "rtsp", "ffmpeg", How::Checksums, FFMPEG_TCP),
        player("ffplay", "UDP", "rtsp", "ffplay", How::Checksums, FFPLAY_UDP),
        player("ffplay", "TCP", "rtsp", "ffplay", How::Checksums, FFPLAY_TCP),
        player("mpv", "UDP", "rtsp", "mpv", How::Checksums, MPV_UDP),
        player("mpv", "TCP", "rtsp", "mpv", How::Checksums, MPV_TCP),
        player("mpv --start=1", "TCP", "rtsp", "mpv", How::FromSecond1, MPV_START),
        player("GStreamer rtspsrc", "UDP", "rtsp", "gst-launch-1.0", How::Jpegs, RTSPSRC_UDP),
        player("GStreamer rtspsrc", "TCP", "rtsp", "gst-launch-1.0", How::Jpegs, RTSPSRC_TCP),
        player("GStreamer playbin", "UDP", "rtspu", "gst-launch-1.0", How::GStreamer, PLAYBIN),
        player("GStreamer playbin", "TCP", "rtspt", "gst-launch-1.0", How::GStreamer, PLAYBIN),
        player("OpenCV", "UDP", "rtsp", "python3", How::OpenCv, "SCRIPT udp URL WIDTH HEIGHT"),
        player("OpenCV", "TCP", "rtsp", "python3", How::OpenCv, "SCRIPT tcp URL WIDTH HEIGHT"),
    ];
    all.into_iter().partition(Player::is_installed)
}

impl Player {
    fn is_installed(&self) -> bool {
        if self.how == How::OpenCv { has_opencv() } else { is_installed(self.program) }
    }

    /// The packages that have it.
    pub(crate) fn packages(&self) -> &'static str {
        match self.program {
            "ffmpeg" | "ffplay" => "ffmpeg",
            "mpv" => "mpv",
            "gst-launch-1.0" => GSTREAMER,
            _ => "python3-opencv",
        }
    }

    /// What the player must show.
    pub(crate) fn expected<'a>(&self, movie: &'a MovieFile) -> &'a [String] {
        match self.how {
            How::Checksums | How::Jpegs => &movie.frames,
            How::FromSecond1 => movie.frames.get(20..).unwrap(),
            How::GStreamer => &movie.gstreamer,
            How::OpenCv => &movie.opencv,
        }
    }

    /// What it shows, to its end; files are written beside `out`.
    pub(crate) fn watch(
        &self,
        url: &str,
        movie: &MovieFile,
        out: &Path,
    ) -> Result<Vec<String>, String> {
        let jpegs = out.with_extension("mjpeg");
        let (width, height) = movie.size;
        let (right, bottom) =
            (width.next_multiple_of(8) - width, height.next_multiple_of(8) - height);
        let words = self.line.split_whitespace().map(|word| {
            word.replace("URL", url)
                .replace("OUT", &jpegs.display().to_string())
                .replace("CROP", &format!("crop={width}:{height}:0:0"))
                .replace("SCRIPT", SCRIPT)
                .replace("WIDTH", &width.to_string())
                .replace("HEIGHT", &height.to_string())
                .replace("RIGHT", &format!("right={right}"))
                .replace("BOTTOM", &format!("bottom={bottom}"))
        });
        // A bin of GStreamer is one word with spaces in it.
        let words: Vec<_> = words.map(|word| word.replace('~', " ")).collect();
        let printed = run(self.program, &words, out)?;
        match self.how {
            How::Checksums | How::FromSecond1 => Ok(shown(&printed)),
            How::Jpegs => checksums(&jpegs, movie.size, &out.with_extension("sums")),
            How::GStreamer | How::OpenCv => Ok(sums(&printed)),
        }
    }
}

/// What the frames of a file of JPEGs look like to `ffmpeg`.
pub(crate) fn checksums(jpegs: &Path, size: (u16, u16), out: &Path) -> Result<Vec<String>, String> {
    let file = jpegs.display();
    let (width, height) = size;
    let line = format!(
        "-nostdin -hide_banner -f mjpeg -i {file} -vf crop={width}:{height}:0:0,showinfo -f null -"
    );
    let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
    Ok(shown(&run("ffmpeg", &words, out)?))
}

/// What they look like to `GStreamer`.
pub(crate) fn gstreamer_sums(jpegs: &Path, out: &Path) -> Result<Vec<String>, String> {
    let file = jpegs.display();
    let line = format!(
        "-q filesrc location={file} ! jpegparse ! jpegdec ! videoconvert ! video/x-raw,format=RGBx \
         ! checksumsink sync=false"
    );
    let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
    Ok(sums(&run("gst-launch-1.0", &words, out)?))
}

/// What they look like to `OpenCV`.
pub(crate) fn opencv_sums(
    jpegs: &Path,
    size: (u16, u16),
    out: &Path,
) -> Result<Vec<String>, String> {
    let words =
        [SCRIPT, "-", &jpegs.display().to_string(), &size.0.to_string(), &size.1.to_string()];
    Ok(sums(&run("python3", &words.map(str::to_owned), out)?))
}

/// Whether Python has `OpenCV`.
pub(crate) fn has_opencv() -> bool {
    runs(Command::new("python3").args(["-c", "import cv2"]))
}

/// The checksums that the filter `showinfo` prints.
fn shown(printed: &str) -> Vec<String> {
    let parts = printed.split(" checksum:").skip(1);
    parts.map(|part| part.chars().take_while(char::is_ascii_hexdigit).collect()).collect()
}

/// The checksums that `checksumsink` and the script print: 40 digits.
fn sums(printed: &str) -> Vec<String> {
    let words = printed.split_whitespace();
    let is_sum =
        |word: &&str| word.len() == 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    words.filter(is_sum).map(str::to_owned).collect()
}

pub(crate) const GSTREAMER: &str =
    "gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good";
const FFMPEG_UDP: &str = "-nostdin -hide_banner -rtsp_transport udp -buffer_size 4000000 -i URL \
    -vf CROP,showinfo -fps_mode passthrough -f null -";
const FFMPEG_TCP: &str = "-nostdin -hide_banner -rtsp_transport tcp -i URL -vf CROP,showinfo \
    -fps_mode passthrough -f null -";
const FFPLAY_UDP: &str = "-hide_banner -rtsp_transport udp -buffer_size 4000000 -autoexit -an \
    -noframedrop -vf CROP,showinfo=checksum=1 URL";
const FFPLAY_TCP: &str = "-hide_banner -rtsp_transport tcp -autoexit -an -noframedrop \
    -vf CROP,showinfo=checksum=1 URL";
const MPV_UDP: &str = "--no-config --vo=null --no-audio --framedrop=no --msg-level=ffmpeg=v \
    --vf=lavfi=[CROP,showinfo] --rtsp-transport=udp --demuxer-lavf-o=buffer_size=4000000 URL";
const MPV_TCP: &str = "--no-config --vo=null --no-audio --framedrop=no --msg-level=ffmpeg=v \
    --vf=lavfi=[CROP,showinfo] --rtsp-transport=tcp URL";
const MPV_START: &str = "--no-config --vo=null --no-audio --framedrop=no --msg-level=ffmpeg=v \
    --vf=lavfi=[CROP,showinfo] --rtsp-transport=tcp --start=1 URL";
const RTSPSRC_UDP: &str = "-e rtspsrc location=URL protocols=udp latency=1000 \
    udp-buffer-size=4000000 ! rtpjpegdepay ! filesink location=OUT buffer-mode=unbuffered";
const RTSPSRC_TCP: &str = "-e rtspsrc location=URL protocols=tcp latency=1000 ! rtpjpegdepay ! \
    filesink location=OUT buffer-mode=unbuffered";
const PLAYBIN: &str = "playbin uri=URL \
    video-sink=videocrop~RIGHT~BOTTOM~!~videoconvert~!~video/x-raw,format=RGBx~!~checksumsink~sync=true";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/long/opencv.py");
