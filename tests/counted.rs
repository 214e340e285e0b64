//! A bad network on purpose, in either dialect: the client counts exactly what was done. Tested
//! with both programs as their users run them, and with made-up packets, faster than real time.

use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::client_common::program::{Ended, Program, client_command, rtp_port};
use crate::common::LIMIT;
use crate::common::bad_network::{Client, Counts, leaving, network, summary};
use crate::common::movies::{MOVIE, folder_with, lab_format};
use crate::common::server_process::ServerProcess;
use rtsp_lab::impairment::Line;
use rtsp_lab::rtp_packet::RtpPacket;
use rtsp_lab::statistics::Reception;

const SEEDS: [u64; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const PACKETS: u64 = 1000;
/// Each is ten packets, in either dialect.
pub(crate) const FRAMES: usize = 100;
pub(crate) const PACKETS_A_FRAME: usize = 10;
/// The length of each frame.
pub(crate) const SIZE: usize = 4000;
const BAD: [&str; 10] =
    ["--loss", "5", "--duplicate", "1", "--reorder", "2", "--delay", "40", "--jitter", "15"];

/// Plays a movie of these JPEGs, which the options of the server cut into ten packets each.
pub(crate) fn play_with_every_seed(jpegs: &[Vec<u8>], options: &[&str], client: Client) {
    let frames: Vec<_> = jpegs.iter().take(FRAMES).map(|jpeg| of_one_length(jpeg)).collect();
    assert_eq!(frames.len(), FRAMES);
    let folder = folder_with(&lab_format(&frames));
    thread::scope(|scope| {
        for seed in SEEDS {
            let folder = folder.path();
            scope.spawn(move || play_with(seed, folder, options, client));
        }
    });
}

/// The same picture, longer by a comment in front.
fn of_one_length(jpeg: &[u8]) -> Vec<u8> {
    let (start, rest) = jpeg.split_at(2);
    let spaces = vec![b' '; SIZE - jpeg.len() - 4];
    let length = u16::try_from(spaces.len() + 2).unwrap().to_be_bytes();
    [start, &[0xFF, 0xFE], &length, &spaces, rest].concat()
}

fn play_with(seed: u64, folder: &Path, options: &[&str], client: Client) {
    let seed = seed.to_string();
    let bad = [&BAD[..], &["--seed", &seed]].concat();
    let mut server = ServerProcess::start(folder, &[options, &bad].concat());
    let ended = play(&server, client);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{ended:?}");

    let leaving = leaving(&bad, PACKETS);
    let told = server.wait_for(|line| line.contains(" network: of "));
    assert!(told.contains(&summary(&leaving, PACKETS)), "seed {seed}: {told}");
    assert!(told.ends_with(&format!(" ms (seed {seed})")), "{told}");
    let figure = |name| ended.figure(name).parse::<u64>().expect(name);
    let counts = Counts {
        packets: figure("packets received"),
        lost: figure("packets lost"),
        late: figure("late packets"),
        duplicates: figure("duplicate packets"),
        // A computer that is too slow leaves frames out and says so.
        whole: figure("frames shown") + figure("frames left out"),
    };
    let packets_a_frame = u64::try_from(PACKETS_A_FRAME).unwrap();
    assert_eq!(counts, Counts::of(&leaving, client, packets_a_frame), "seed {seed}");
    assert!(counts.lost > 0 && counts.duplicates > 0, "seed {seed}: {counts:?}");
    assert!(counts.late > 0 || client == Client::Standard, "seed {seed}: {counts:?}");
    assert_eq!(figure("malformed packets"), 0);
}

fn play(server: &ServerProcess, client: Client) -> Ended {
    let (port, url) = (server.port().to_string(), format!("rtsp://{}/{MOVIE}", server.address()));
    let rtp_port = rtp_port();
    let words = match client {
        Client::Lab => vec!["--headless", "127.0.0.1", &port, &rtp_port, MOVIE],
        Client::Standard => vec!["--headless", &url],
    };
    Program::start(&mut client_command(&words)).end(3 * LIMIT)
}

/// What has passed a line, and when.
pub(crate) type Arrivals = [(Vec<u8>, Duration)];

/// Gives 1,000 made-up packets to each of 500 networks, faster than real time. What the client
/// counts of the arrivals must be what was done.
pub(crate) fn assert_counted(client: Client, count: impl Fn(&Arrivals) -> Reception) {
    for seed in 1..=100_u16 {
        let seed_word = seed.to_string();
        for (network, packets_a_frame) in [
            (["5", "1", "2", "40", "15"], 1),
            (["5", "1", "2", "40", "15"], 10),
            (["20", "20", "20", "0", "0"], 1),
            (["20", "20", "20", "300", "300"], 10),
            (["0", "0", "50", "0", "0"], 1),
        ] {
            let names = ["--loss", "--duplicate", "--reorder", "--delay", "--jitter"];
            let mut options: Vec<_> =
                names.into_iter().zip(network).flat_map(|(name, value)| [name, value]).collect();
            options.extend(["--seed", &seed_word]);
            // Numbers begin anywhere, and wrap.
            let arrivals = pass(&options, packets_a_frame, 65_000_u16.wrapping_add(seed * 8));
            let leaving = leaving(&options, PACKETS);
            assert_eq!(arrivals.len(), leaving.len(), "{options:?}");
            let expected = Counts { whole: 0, ..Counts::of(&leaving, client, packets_a_frame) };
            let Reception { packets, lost, late, duplicates, .. } = count(&arrivals);
            let counts = Counts { packets, lost, late, duplicates, whole: 0 };
            assert_eq!(counts, expected, "{options:?}");
        }
    }
}

fn pass(options: &[&str], packets_a_frame: u64, first: u16) -> Vec<(Vec<u8>, Duration)> {
    let mut line = Line::new(network(options));
    let (mut arrivals, mut packet) = (Vec::new(), Vec::new());
    for place in 0..PACKETS {
        let now = FRAME * u32::try_from(place / packets_a_frame).unwrap();
        while let Some(due) = line.next_due().filter(|due| *due < now) {
            arrivals.push((line.pop(due).unwrap(), due));
        }
        let number = first.wrapping_add(u16::try_from(place).unwrap());
        RtpPacket::jpeg(number, 0, 0, b"\xFF\xD8\xFF\xD9").encode(&mut packet);
        line.push(&packet, now);
    }
    line.end();
    while let Some(due) = line.next_due() {
        arrivals.push((line.pop(due).unwrap(), due));
    }
    arrivals
}

const FRAME: Duration = Duration::from_millis(50);
