//! What the standard dialect costs: `cargo bench --bench standard`, less than a minute.
//!
//! The library cuts and recodes a frame of the project's movie, and the release server plays the
//! movie to 200 raw clients over UDP. `GStreamer`'s RTSP server, if it and `ffmpeg` are there,
//! plays the same frames to the same clients in the same run.

#![allow(clippy::print_stdout, reason = "the figures are the purpose")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "without a server there is no figure"
)]

use std::fs;
use std::hint::black_box;
use std::io::{BufRead, BufReader, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use common::movies::{MOVIE, real_frames};
use common::programs::project;
use common::server_process::{Killed, ServerProcess, cpu_ticks};
use common::standard_client::StandardClient;
use rtsp_lab::standard::jpeg_payload::JpegFrame;

#[path = "../tests/common/mod.rs"]
mod common;

const PACKETIZED: usize = 20_000;
const RECODED: usize = 1_000;
const PAYLOAD: usize = 1_400;
const SESSIONS: usize = 200;
/// How many sessions share a pair of ports, whose buffers hold what all of them send at once.
const SESSIONS_PER_PAIR: usize = 10;
const FRAMES_PER_SECOND: f64 = 20.0;
const MEASURED: Duration = Duration::from_secs(10);
/// The second byte of a frame's last packet: the marker bit and payload type 26.
const MARKED_JPEG: u8 = 0x9A;

const PACKETIZE_GOAL: f64 = 2.0;
const RECODE_GOAL: f64 = 300.0;
const CPU_GOAL: f64 = 0.065;

fn main() {
    let frames = real_frames();
    println!("                                                     found        goal");
    let mut sorted = frames.iter().collect::<Vec<_>>();
    sorted.sort_by_key(|frame| frame.len());
    let frame = sorted[sorted.len() / 2];
    let packetized = packetizing_time(frame);
    let what = format!("packetize a frame of {} bytes, median", frame.len());
    println!("{what:<48} {packetized:>8.2} us {PACKETIZE_GOAL:>8.2} us");
    let recoded = recoding_time(&with_other_tables(frame));
    println!(
        "{:<48} {recoded:>8.2} us {RECODE_GOAL:>8.2} us",
        "the same with other Huffman tables, median"
    );

    let folder = project();
    let server = ServerProcess::start(folder, &["--bind", "127.0.0.1"]);
    let found = Cost::of(server.id(), server.address(), MOVIE, "track1");
    drop(server);
    let what = format!("CPU of 1,000 frames, {SESSIONS} sessions over UDP");
    println!("{what:<48} {:>8.4} s  {CPU_GOAL:>8.4} s", found.cpu);
    found.print("the server");

    if let Some(peer) = gstreamer_cost(&frames) {
        println!("{:<48} {:>8.4} s", "the same of GStreamer's RTSP server", peer.cpu);
        peer.print("GStreamer's");
        println!("{:<48} {:>8.3}", "the server / GStreamer's", found.cpu / peer.cpu);
    } else {
        println!("GStreamer's RTSP server is left out: it, its Python or ffmpeg is not there");
    }

    // Limits so wide that only a fault exceeds them, not a busy machine.
    assert!(packetized < 10.0 * PACKETIZE_GOAL, "a frame is cut within 20 us");
    assert!(recoded < 10.0 * RECODE_GOAL, "a frame is recoded within 3 ms");
    assert!(found.cpu < 10.0 * CPU_GOAL, "1,000 frames take less than 0.65 s");
    assert!(found.came > found.due / 10.0, "the frames come");
}

/// Parse, cut, and write into one buffer: the median, in microseconds.
fn packetizing_time(jpeg: &[u8]) -> f64 {
    let mut payload = Vec::with_capacity(PAYLOAD);
    median(PACKETIZED, || {
        let frame = JpegFrame::of(black_box(jpeg)).unwrap();
        for packet in frame.packets(PAYLOAD) {
            payload.clear();
            packet.write(&mut payload);
            black_box(&payload);
        }
    })
}

/// Parse and recode: the median, in microseconds.
fn recoding_time(jpeg: &[u8]) -> f64 {
    assert!(JpegFrame::of(jpeg).unwrap().is_recoded(), "other tables");
    median(RECODED, || {
        black_box(JpegFrame::of(black_box(jpeg)).unwrap());
    })
}

fn median(count: usize, mut work: impl FnMut()) -> f64 {
    let mut timed = || {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    let mut found = (0..count).map(|_| timed()).collect::<Vec<_>>();
    found.sort();
    found[count / 2].as_secs_f64() * 1e6
}

/// The same picture with another table: two codes of one length have changed places, for runs of
/// 15 before coefficients so large that no picture has them.
fn with_other_tables(jpeg: &[u8]) -> Vec<u8> {
    let mut jpeg = jpeg.to_vec();
    let at = jpeg.windows(2).position(|symbols| symbols == [0xF9, 0xFA]).unwrap();
    jpeg.swap(at, at + 1);
    jpeg
}

/// The processor time of a server for all sessions, and how many frames came.
struct Cost {
    /// Seconds of CPU for 1,000 frames.
    cpu: f64,
    /// Seconds that were measured.
    seconds: f64,
    /// How many frames the server had to send in them.
    due: f64,
    /// How many came.
    came: f64,
}

impl Cost {
    /// Plays the movie's track in all sessions, and watches the server's process.
    fn of(process: u32, server: SocketAddr, movie: &str, track: &str) -> Self {
        let pairs = (0..SESSIONS / SESSIONS_PER_PAIR).map(|_| Pair::open()).collect::<Vec<_>>();
        let session = |pair: &Pair| Self::ready_client(pair, server, movie, track);
        let sessions = pairs.iter().flat_map(|pair| (0..SESSIONS_PER_PAIR).map(move |_| pair));
        let mut clients = sessions.map(session).collect::<Vec<_>>();
        for client in &mut clients {
            let url = client.url.clone();
            assert_eq!(client.ask("PLAY", &url, &[]).status, "200 OK", "the reply to PLAY");
        }
        let look = || {
            let came = pairs.iter().map(|pair| f64::from(pair.frames.load(Ordering::Relaxed)));
            (Instant::now(), cpu_ticks(process), came.sum::<f64>())
        };
        let (start, ticks_before, came_before) = look();
        thread::sleep(MEASURED);
        let (end, ticks, came) = look();
        drop(clients);

        let seconds = end.duration_since(start).as_secs_f64();
        let due = f64::from(u32::try_from(SESSIONS).unwrap()) * FRAMES_PER_SECOND * seconds;
        let ticks = f64::from(u32::try_from(ticks - ticks_before).unwrap());
        Self { cpu: ticks / 100.0 / due * 1000.0, seconds, due, came: came - came_before }
    }

    fn ready_client(pair: &Pair, server: SocketAddr, movie: &str, track: &str) -> StandardClient {
        let mut client = StandardClient::of(movie, server);
        let [media, reports] = pair.ports;
        let transport = format!("Transport: RTP/AVP;unicast;client_port={media}-{reports}");
        let url = format!("{}/{track}", client.url);
        let reply = client.ask("SETUP", &url, &[&transport]);
        assert_eq!(reply.status, "200 OK", "the reply to SETUP");
        // Not every server says its timeout.
        let session = reply.header("Session").unwrap().split(';').next();
        client.session = session.map(str::to_owned);
        client
    }

    fn print(&self, server: &str) {
        let Self { cpu, seconds, due, came } = self;
        let (percent, busy) = (came / due * 100.0, cpu * due / 1000.0 / seconds * 100.0);
        println!(
            "  {server}: {came:.0} of {due:.0} frames came in {seconds:.1} s, {percent:.1}%; \
             {busy:.0}% of a core"
        );
    }
}

/// Two UDP ports, and a thread that takes what comes at the first and counts the frames' ends.
struct Pair {
    ports: [u16; 2],
    frames: Arc<AtomicU32>,
    closed: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
    /// Nobody reads it; it keeps the port open.
    _reports: UdpSocket,
}

impl Pair {
    fn open() -> Self {
        let bind = |port: u16| UdpSocket::bind((Ipv4Addr::LOCALHOST, port));
        let (media, reports) = (0..100)
            .find_map(|_| {
                let media = bind(0).ok()?;
                let port = media.local_addr().ok()?.port();
                let reports = (port % 2 == 0).then(|| bind(port + 1))?.ok()?;
                Some((media, reports))
            })
            .unwrap();
        let ports = [&media, &reports].map(|socket| socket.local_addr().unwrap().port());
        let (frames, closed) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
        let (counter, end) = (Arc::clone(&frames), Arc::clone(&closed));
        let reader = thread::spawn(move || count_frames(&media, &counter, &end));
        Self { ports, frames, closed, reader: Some(reader), _reports: reports }
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take() {
            reader.join().ok();
        }
    }
}

fn count_frames(media: &UdpSocket, frames: &AtomicU32, closed: &AtomicBool) {
    media.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut header = [0; 2048];
    while !closed.load(Ordering::Relaxed) {
        match media.recv(&mut header) {
            Ok(length) if length > 12 && header[1] == MARKED_JPEG => {
                frames.fetch_add(1, Ordering::Relaxed);
            }
            Ok(_) => {}
            Err(error) => {
                let kind = error.kind();
                assert!(matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
            }
        }
    }
}

/// The cost of `GStreamer`'s server; `None` if something that it needs is missing.
fn gstreamer_cost(frames: &[Vec<u8>]) -> Option<Cost> {
    let import = "import gi; gi.require_version('GstRtspServer', '1.0')";
    let folder = tempfile::tempdir().unwrap();
    let [source, movie] = ["movie.mjpeg", "movie.avi"].map(|name| folder.path().join(name));
    fs::write(&source, frames.concat()).unwrap();
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args("-nostdin -v error -f mjpeg -framerate 20 -i".split(' ')).arg(&source);
    ffmpeg.args(["-c", "copy"]).arg(&movie);
    // Python's own packages may hide the system's.
    let mut pythons = ["/usr/bin/python3", "python3"].into_iter();
    let python = pythons.find(|python| runs(Command::new(python).args(["-c", import])))?;
    if !runs(&mut ffmpeg) {
        return None;
    }
    let script = project().join("tests/peers/gst_server.py");
    // It opens more files for a session than the usual limit allows for so many.
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n $(ulimit -H -n); exec \"$0\" \"$1\" \"$2\""]);
    command.arg(python).arg(script).arg(movie);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Killed(command.spawn().unwrap());
    let mut line = String::new();
    BufReader::new(server.0.stdout.take()?).read_line(&mut line).unwrap();
    let port: u16 = line.trim().strip_prefix("serving at port ")?.parse().ok()?;
    let address = (Ipv4Addr::LOCALHOST, port).into();
    Some(Cost::of(server.0.id(), address, "movie", "stream=0"))
}

/// Whether the program is there and ends well.
fn runs(command: &mut Command) -> bool {
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    ended.is_ok_and(|status| status.success())
}
