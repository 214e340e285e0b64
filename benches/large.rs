//! What large movies, large frames and odd pictures cost: `cargo bench --bench large`, a minute and 1.2 GB
//! of disk.
//!
//! The release server is asked for movies of 100 MB and 1 GB, sends frames of 170 kB to receivers with the
//! system's own buffers, keeps 30 sessions whose first frame has 15 MB, and codes frames anew that RTP can't
//! carry. The decoder gets a picture of 3,000 scans.

#![allow(clippy::print_stdout, reason = "the figures are the purpose")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "without a server there is no figure"
)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use common::jpegs::{Kind, PLAIN, jpeg, jpegs};
use common::movies::{MOVIE, real_frames};
use common::server_process::ServerProcess;
use common::standard_client::StandardClient;
use jpeg_encoder::SamplingFactor;
use rtsp_lab::picture::Picture;

#[path = "../tests/common/mod.rs"]
mod common;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    for megabytes in [100, 1000] {
        surveys(folder.path(), megabytes);
    }
    let size = (1920, 1080);
    let frames = jpegs(Kind { size, ..PLAIN }, 4);
    for viewers in [1, 20] {
        large_frames(folder.path(), &frames, viewers);
    }
    memory(folder.path());
    recoding(folder.path());
    scans();
}

/// How long DESCRIBE takes, for one and for 16 at once, and the processor time of all.
fn surveys(folder: &Path, megabytes: usize) {
    let frames = real_frames().iter().map(|frame| with_other_tables(frame)).collect::<Vec<_>>();
    let movie: Vec<u8> = frames.concat();
    let mut file = fs::File::create(folder.join(MOVIE)).unwrap();
    for _ in 0..=megabytes * 1_000_000 / movie.len() {
        file.write_all(&movie).unwrap();
    }
    for clients in [1, 16] {
        let server = ServerProcess::start(folder, &[]);
        let address = server.address();
        let times: Vec<Duration> = thread::scope(|scope| {
            let describe = || {
                let (mut client, start) = (StandardClient::connect(address), Instant::now());
                client.granted("DESCRIBE", &[]);
                start.elapsed()
            };
            let threads: Vec<_> = (0..clients).map(|_| scope.spawn(describe)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let last = times.iter().max().unwrap().as_millis();
        let cpu = 10 * server.cpu_ticks();
        println!("DESCRIBE of {megabytes} MB, {clients} at once: {last} ms, {cpu} ms of processor");
    }
    fs::remove_file(folder.join(MOVIE)).unwrap();
}

/// How many frames of 170 kB come whole at receivers with the system's own buffers.
fn large_frames(folder: &Path, frames: &[Vec<u8>], viewers: usize) {
    let bytes = frames[0].len();
    fs::write(
        folder.join(MOVIE),
        frames.iter().cycle().take(FRAMES).flatten().copied().collect::<Vec<_>>(),
    )
    .unwrap();
    let server = ServerProcess::start(folder, &[]);
    let address = server.address();
    let whole: usize = thread::scope(|scope| {
        let watch = || {
            let mut client = StandardClient::ready_udp(address);
            client.play(None);
            let (mut whole, mut next) = (0, None);
            let mut is_whole = true;
            while let Some(packet) = client.packet_within(Duration::from_secs(1)) {
                is_whole &= next.is_none_or(|next| next == packet.sequence_number);
                next = Some(packet.sequence_number.wrapping_add(1));
                if packet.marker {
                    whole += usize::from(is_whole);
                    is_whole = true;
                }
            }
            whole
        };
        let threads: Vec<_> = (0..viewers).map(|_| scope.spawn(watch)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    let all = viewers * FRAMES;
    println!(
        "1920x1080, {bytes} bytes a frame, {viewers} viewers: {whole} of {all} frames are whole"
    );
}

/// What the server keeps for sessions that have sent one large frame and send small ones.
fn memory(folder: &Path) {
    let small = jpegs(PLAIN, 200);
    let comment = [&[0xFF, 0xFE, 0xFF, 0xFF][..], &vec![b' '; 0xFFFD]].concat();
    let large = [&small[0][..2], &comment.repeat(230), &small[0][2..]].concat();
    let bytes = large.len();
    fs::write(folder.join(MOVIE), [vec![large], small].concat().concat()).unwrap();
    let server = ServerProcess::start(folder, &[]);
    let before = server.kilobytes();
    let mut clients: Vec<_> =
        (0..30).map(|_| StandardClient::ready_udp(server.address())).collect();
    for client in &mut clients {
        client.play(None);
    }
    for client in &mut clients {
        client.frames(10);
    }
    let found = (server.kilobytes().saturating_sub(before)) / 1024;
    let most = server.most_kilobytes() / 1024;
    println!(
        "30 sessions after a frame of {bytes} bytes: {found} MiB more than before; at most {most} MiB"
    );
}

/// What coding anew costs, while one client watches and while ten do.
fn recoding(folder: &Path) {
    let kind = Kind { size: (384, 288), sampling: SamplingFactor::F_1_1, ..PLAIN };
    fs::write(folder.join(MOVIE), jpegs(kind, 400).concat()).unwrap();
    for viewers in [1, 10] {
        let server = ServerProcess::start(folder, &[]);
        let mut clients: Vec<_> =
            (0..viewers).map(|_| StandardClient::ready_tcp(server.address())).collect();
        let (start, before) = (Instant::now(), server.cpu_ticks());
        for client in &mut clients {
            client.play(None);
        }
        thread::scope(|scope| {
            for client in &mut clients {
                scope.spawn(|| client.frames(200));
            }
        });
        let ticks = u32::try_from(server.cpu_ticks() - before).unwrap();
        let percent = f64::from(ticks) / start.elapsed().as_secs_f64();
        println!("4:4:4 of 384x288 coded anew, {viewers} viewers: {percent:.1} % of a core");
    }
}

/// How long the decoder is busy with a progressive picture of 3,000 scans.
fn scans() {
    let picture = jpeg(Kind { size: (3840, 2160), progressive: true, ..PLAIN }, 1);
    let scan = picture.windows(2).rposition(|bytes| bytes == [0xFF, 0xDA]).unwrap();
    let (head, last) = picture.split_at(scan);
    let length = usize::from(last[3]) + 2;
    let many = [head, &last[..length].repeat(3000), b"\xFF\xD9"].concat();
    let start = Instant::now();
    let is_refused = Picture::decode(&many).is_err();
    println!("3,000 scans of 3840x2160: refused {is_refused}, after {:.1?}", start.elapsed());
}

/// The same picture with another table: two codes of one length have changed places.
fn with_other_tables(jpeg: &[u8]) -> Vec<u8> {
    let mut jpeg = jpeg.to_vec();
    let at = jpeg.windows(2).position(|symbols| symbols == [0xF9, 0xFA]).unwrap();
    jpeg.swap(at, at + 1);
    jpeg
}

/// Three seconds.
const FRAMES: usize = 60;
