//! A transcript that stays readable while a client floods the server: what is told of a connection too
//! fast is counted.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::server_event::ServerEvent;

/// How much each connection has told of late.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<HashMap<SocketAddr, Bucket>>);

/// What one connection may still tell.
#[derive(Debug)]
struct Bucket {
    room: f64,
    at: Instant,
    left_out: u64,
}

impl Throttle {
    /// What is to be told when this happens at that time: it, or nothing, or first how much was left out.
    pub(super) fn pass(&self, event: ServerEvent, now: Instant) -> [Option<ServerEvent>; 2] {
        let Some(peer) = event.peer() else { return [None, Some(event)] };
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(peer).or_insert_with(|| Bucket::full(now));
        let is_over = matches!(event, ServerEvent::Closed { .. });
        let has_room = bucket.take(now);
        if !has_room && !is_over {
            bucket.left_out += 1;
            return [None, None];
        }
        let left_out = std::mem::take(&mut bucket.left_out);
        if is_over {
            buckets.remove(&peer);
        }
        let text = format!("{left_out} messages are left out: they came too fast");
        [(left_out > 0).then_some(ServerEvent::Note { peer, text }), Some(event)]
    }
}

impl Bucket {
    const fn full(now: Instant) -> Self {
        Self { room: BURST, at: now, left_out: 0 }
    }

    /// Whether there is room for one more. Once something was left out, some room has to come together,
    /// for each gap is told.
    fn take(&mut self, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        self.room = (self.room + elapsed * A_SECOND).min(BURST);
        self.at = now;
        let needed = if self.left_out > 0 { A_SECOND } else { 1.0 };
        let has_room = self.room >= needed;
        self.room -= if has_room { 1.0 } else { 0.0 };
        has_room
    }
}

/// How many messages may be told at once: a hundred requests.
const BURST: f64 = 400.0;
/// How many a second may be told all the time.
const A_SECOND: f64 = 100.0;

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn note(port: u16) -> ServerEvent {
        ServerEvent::Note { peer: ([127, 0, 0, 1], port).into(), text: "a".to_owned() }
    }

    /// Tells `count` messages, so many a second; what comes of it.
    fn tell(throttle: &Throttle, count: u32, a_second: u32, begin: Instant) -> Vec<String> {
        let interval = Duration::from_secs(1) / a_second;
        let told = (0..count).flat_map(|at| throttle.pass(note(1), begin + at * interval));
        told.flatten().map(|event| event.to_string()).collect()
    }

    #[test]
    fn a_flood_is_told_in_part_and_counted_in_all() {
        let (throttle, begin) = (Throttle::default(), Instant::now());
        let told = tell(&throttle, 40_000, 4000, begin);
        assert!((1300..1500).contains(&told.len()), "{} lines in 10 s", told.len());
        let others = throttle.pass(note(2), begin);
        assert!(matches!(others, [None, Some(_)]), "another connection is told as ever");
        let end = ServerEvent::Closed { peer: ([127, 0, 0, 1], 1).into(), why: String::new() };
        let end = throttle.pass(end, begin + Duration::from_secs(10));
        assert!(end[1].is_some());
        let counts = told.iter().cloned().chain(end[0].as_ref().map(ToString::to_string));
        let counted: u64 = counts
            .filter_map(|line| {
                line.split_once(" messages are left out")?.0.rsplit(' ').next()?.parse::<u64>().ok()
            })
            .sum();
        let printed = told.iter().filter(|line| !line.contains("left out")).count() as u64;
        assert_eq!(counted + printed, 40_000);
        assert_eq!(throttle.0.lock().unwrap().len(), 1, "nothing is kept of who has gone");
    }

    #[test]
    fn who_asks_as_fast_as_a_user_or_a_script_is_told_in_full() {
        for (count, a_second) in [(400, 1000), (3000, 100)] {
            let told = tell(&Throttle::default(), count, a_second, Instant::now());
            assert_eq!(told.len(), count as usize, "{a_second} a second");
        }
    }
}
