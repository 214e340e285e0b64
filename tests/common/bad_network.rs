//! What the server's bad network does to packets, and what a client must count.
//!
//! The fates are the library's; its own tests compare them with numbers that another program
//! computed.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use super::server_process::ServerProcess;
use rtsp_lab::impairment::{Fate, Impairment};

/// The network of these options.
pub(crate) fn network(options: &[&str]) -> Impairment {
    let option = |name: &str| {
        let at = options.iter().position(|word| word.strip_prefix("--") == Some(name))?;
        Some(options[at + 1].to_owned())
    };
    Impairment::read(option, 0).expect("a network")
}

/// The packets 1 to `count` as they leave.
pub(crate) fn leaving(options: &[&str], count: u64) -> Vec<u64> {
    let network = network(options);
    let (mut leaving, mut held) = (Vec::new(), None);
    for number in 1..=count {
        match network.fate(number) {
            Fate::Lost => continue,
            Fate::Swapped => {
                held = Some(number);
                continue;
            }
            Fate::Doubled => leaving.extend([number, number]),
            Fate::Passed => leaving.push(number),
        }
        leaving.extend(held.take());
    }
    leaving.extend(held);
    leaving
}

/// What the server says that it has done: `of 40 packets 5 lost, 4 doubled, 6 after the next`.
pub(crate) fn summary(leaving: &[u64], count: u64) -> String {
    let has = |number: &u64| leaving.contains(number);
    let lost = (1..=count).filter(|number| !has(number)).count();
    let doubled = leaving.windows(2).filter(|pair| pair[0] == pair[1]).count();
    let swapped = leaving.windows(2).filter(|pair| pair[0] > pair[1]).count();
    let packets = if count == 1 { "packet" } else { "packets" };
    format!("of {count} {packets} {lost} lost, {doubled} doubled, {swapped} after the next")
}

/// How a client takes packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// What was overtaken is late; and has its place in a frame all the same.
    Lab,
    /// It puts them in order first: only what the very first one has overtaken is late.
    Standard,
}

/// What a client counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) packets: u64,
    pub(crate) lost: u64,
    pub(crate) late: u64,
    pub(crate) duplicates: u64,
    /// Frames of which no packet is missing, or overtaken by the very first one.
    pub(crate) whole: u64,
}

impl Counts {
    /// Losses before the first packet that comes, or after the last, show in no number.
    pub(crate) fn of(arrivals: &[u64], client: Client, packets_a_frame: u64) -> Self {
        let (mut came, mut late, mut highest) = (BTreeSet::new(), 0, 0);
        for &number in arrivals {
            let is_late = match client {
                Client::Lab => number < highest,
                Client::Standard => number < arrivals[0],
            };
            late += usize::from(came.insert(number) && is_late);
            highest = highest.max(number);
        }
        let frames = 0..highest.div_ceil(packets_a_frame);
        let is_whole = |frame: &u64| {
            let first = frame * packets_a_frame + 1;
            let mut packets = first..first + packets_a_frame;
            packets.all(|number| number >= arrivals[0] && came.contains(&number))
        };
        Self {
            packets: count(arrivals.len()),
            lost: count((arrivals[0]..=highest).filter(|number| !came.contains(number)).count()),
            late: count(late),
            duplicates: count(arrivals.len() - came.len()),
            whole: count(frames.filter(is_whole).count()),
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap()
}

/// A network in which much happens to few packets.
pub(crate) const MUCH: [&str; 8] =
    ["--loss", "15", "--duplicate", "10", "--reorder", "15", "--seed", "7"];

/// The summary of a client's session: all of it that comes before the seed.
pub(crate) fn told_at_the_end(server: &mut ServerProcess, client: SocketAddr) -> String {
    let start = format!("[{client}] network: of ");
    let line = server.wait_for(|line| line.starts_with(&start));
    line.strip_prefix(&format!("[{client}] network: ")).unwrap().to_owned()
}
