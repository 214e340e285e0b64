//! `soak_clients ADDRESS MINUTES CLIENTS`: clients that come, play, pause, seek and vanish at
//! random. `tests/soak.sh` gives them a server and checks what is left of it.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example may print")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use visit::Visit;

mod visit;

/// What the clients have seen.
#[derive(Debug, Default)]
struct Seen {
    visits: u64,
    packets: u64,
    /// What went wrong, and how often.
    troubles: BTreeMap<String, u64>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some((server, time, clients)) = read(&words) else {
        eprintln!("usage: soak_clients ADDRESS:PORT MINUTES CLIENTS");
        return ExitCode::from(2);
    };
    let end = Instant::now() + time;
    let threads: Vec<_> = (0..clients).filter_map(|_| start(server, end)).collect();
    let started = threads.len();
    let mut all = Seen::default();
    for seen in threads.into_iter().filter_map(|thread| thread.join().ok()) {
        all.visits += seen.visits;
        all.packets += seen.packets;
        for (trouble, count) in seen.troubles {
            *all.troubles.entry(trouble).or_default() += count;
        }
    }
    println!("{started} clients, {} visits, {} packets", all.visits, all.packets);
    for (trouble, count) in &all.troubles {
        println!("trouble: {count} times {trouble}");
    }
    let well = started == clients && all.packets > 0 && all.troubles.is_empty();
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read(words: &[String]) -> Option<(SocketAddr, Duration, usize)> {
    let [server, minutes, clients] = words else { return None };
    let time = Duration::try_from_secs_f64(60.0 * minutes.parse::<f64>().ok()?).ok()?;
    Some((server.parse().ok()?, time, clients.parse().ok()?))
}

/// Lets a client come again and again until the end.
fn start(server: SocketAddr, end: Instant) -> Option<thread::JoinHandle<Seen>> {
    let small = thread::Builder::new().name("soak".to_owned()).stack_size(STACK);
    let thread = small.spawn(move || {
        let mut seen = Seen::default();
        while Instant::now() < end {
            let (packets, visit) = Visit::pay(server, end);
            seen.visits += 1;
            seen.packets += packets;
            if let Err(trouble) = visit {
                *seen.troubles.entry(trouble).or_default() += 1;
                // A server that does not answer is not asked faster and faster.
                thread::sleep(Duration::from_millis(100));
            }
        }
        seen
    });
    thread.map_err(|error| eprintln!("could not start a client: {error}")).ok()
}

/// Enough for a datagram and the way there.
const STACK: usize = 256 << 10;
