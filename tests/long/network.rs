//! Server and client on a network that delays, swaps and loses packets, and is cut for 5 s.
//!
//! The network is made of two namespaces of the kernel, so this needs Linux, its root, `ip` and
//! `nft`. Delays come from `tc netem` between two veth interfaces, or, where the kernel has
//! none, from a program between two of its tun interfaces. Losses are nftables', which counts them:
//! they are compared with what the client counts, one by one.

#![cfg(target_os = "linux")]

pub(crate) mod namespaces;
pub(crate) mod wire;

use crate::client_common::LIMIT;
use crate::client_common::program::{Ended, Program};
use crate::common::jpegs::{Kind, PLAIN, jpeg, jpegs};
use crate::common::movies::{MOVIE, folder_with, lab_format};
use crate::common::programs::program;
use crate::common::said::say;
use crate::common::server_process::ServerProcess;
use crate::harness::tests;
use tempfile::TempDir;
use wire::{Network, SERVER};

tests![
    the_labs_client_counts_what_the_network_loses_and_plays_on_after_a_cut,
    the_standard_client_counts_what_the_network_loses_and_plays_on_after_a_cut,
    where_ipv6_sockets_are_for_ipv6_alone_every_address_is_still_every_one,
];

fn the_labs_client_counts_what_the_network_loses_and_plays_on_after_a_cut() {
    let network = Network::start();
    let (server, _folder) = serve(&network, &["--fragment", "1400"]);
    let port = server.port().to_string();
    let ended = play(&network, &[SERVER, &port, "5008", MOVIE]);
    assert_counts(&network, &ended);
    let late: u64 = ended.figure("late packets").parse().unwrap();
    assert!(late > 0, "pieces of a frame overtake each other: {ended:?}");
    let damaged: u64 = ended.figure("damaged frames").parse().unwrap();
    assert!(damaged > 0, "{ended:?}");
}

fn the_standard_client_counts_what_the_network_loses_and_plays_on_after_a_cut() {
    let network = Network::start();
    let (server, _folder) = serve(&network, &[]);
    let ended = play(&network, &[&format!("rtsp://{SERVER}:{}/{MOVIE}", server.port())]);
    assert_counts(&network, &ended);
}

/// As they are on Windows unless the server says otherwise.
fn where_ipv6_sockets_are_for_ipv6_alone_every_address_is_still_every_one() {
    let network = Network::start();
    let alone = "echo 1 >/proc/sys/net/ipv6/bindv6only";
    let told = network.server.command("sh").args(["-c", alone]).status();
    assert!(told.is_ok_and(|status| status.success()), "{alone}");
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 3)));
    let mut command = network.server.command(program("server"));
    command.args(["--bind", "::", "--movies"]).arg(folder.path()).arg("0");
    let server = ServerProcess::start_with(&mut command).expect("the server starts");
    let port = server.port().to_string();
    for host in ["127.0.0.1", "::1"] {
        let mut command = network.server.command(program("client_launcher"));
        command.args(["--headless", "--quiet", host, &port, "5008", MOVIE]);
        let ended = Program::start(&mut command).end(LIMIT);
        assert_eq!((ended.code, ended.figure("frames shown")), (Some(0), "3"), "{host}: {ended:?}");
    }
}

/// The server at its end. Most frames fit a packet, every tenth takes several.
fn serve(network: &Network, options: &[&str]) -> (ServerProcess, TempDir) {
    let small = Kind { size: (48, 32), ..PLAIN };
    let large = Kind { size: (160, 96), ..PLAIN };
    let kind = |number| if number % 10 == 0 { large } else { small };
    let frames: Vec<_> = (1..=FRAMES).map(|number| jpeg(kind(number), number)).collect();
    let folder = folder_with(&lab_format(&frames));
    let mut command = network.server.command(program("server"));
    command.args(["--bind", SERVER, "--movies"]).arg(folder.path()).args(options).arg("2048");
    (ServerProcess::start_with(&mut command).expect("the server starts"), folder)
}

/// The client at its end: a second without faults, then losses, the cut, losses, and an end without
/// faults, because nobody can count what is lost before the first packet and after the last.
fn play(network: &Network, place: &[&str]) -> Ended {
    let mut command = network.client.command(program("client_launcher"));
    command.args(["--headless", "--quiet", "--patience", "8"]).args(place);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let client = Program::start(&mut command);
    second(&client, 1);
    network.lose_one_of(LOST).unwrap();
    let before = frame(&second(&client, 5));
    network.plug("down");
    let cut = frame(&second(&client, 10));
    network.plug("up");
    assert!(cut < before + 20, "nothing comes from {before} to {cut}");
    // Each of the seconds after the cut must show a later frame.
    let after = [12, 13, 14].map(|number| frame(&second(&client, number)));
    assert!(after.is_sorted_by(|one, other| one < other) && after[0] > cut, "{cut}, {after:?}");
    network.lose_one_of(0).unwrap();
    client.end(LIMIT)
}

/// The client's line of that second.
#[track_caller]
fn second(client: &Program, number: u32) -> String {
    client.line_with(&format!("{number:>4} s  PLAYING  "))
}

fn frame(line: &str) -> u64 {
    let after = line.split("frame ").nth(1).unwrap();
    after.split(' ').next().unwrap().parse().unwrap()
}

/// The client has counted what the kernel has, one by one.
#[track_caller]
fn assert_counts(network: &Network, ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let figure = |name: &str| ended.figure(name).parse::<u64>().unwrap();
    let sent = network.server.counted("sent");
    let (received, lost) = (network.client.counted("received"), network.client.counted("lost"));
    let told = figure("packets lost");
    say(format_args!(
        "{sent} sent, {lost} lost on the way, {received} received; the client: {told} lost"
    ));
    assert_eq!(figure("packets received"), received, "{ended:?}");
    assert_eq!(told, sent - received, "{ended:?}");
    assert!(lost > 0 && told > lost, "{lost} on the way, others in the cut: {ended:?}");
    assert_eq!(figure("malformed packets"), 0, "{ended:?}");
}

/// 20 s.
const FRAMES: usize = 400;
/// One packet of so many is lost. Ten frames are 12 packets in pieces, so that in 84 packets, the
/// 3.5 s of 70 frames, each of the 12 is lost once: a piece of a large frame among them.
const LOST: u32 = 7;
