//! Plays until the sequence number needs its high byte.

use std::time::{Duration, Instant};

use super::requirements as need;
use super::scene::{Case, MovieKind, Scene, Stop};
use super::stream::{number, step};

/// Plays to packet 262. What else may fail is judged by shorter cases.
pub(crate) const LONG: Case = Case {
    name: "the sequence number after 255",
    needs: need::A_STREAM,
    decides: &[&need::SEQUENCE_256],
    movie: MovieKind::Long,
    play: play_past_255,
};

fn play_past_255(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.caller()?;
    let mut sent = String::new();
    for method in ["SETUP", "PLAY"] {
        let answer = caller.ask(method);
        if !answer.is_granted() {
            return Err(Stop(format!("{method} was not granted")));
        }
        if method == "SETUP" {
            caller.take_session(&answer);
        }
        sent = answer.sent_text();
    }
    let (mut count, mut packets) = (Count::default(), 0);
    let end = scene.within(LIMIT);
    let came = loop {
        let more = caller.ear.wait_for(packets + 1, end.min(Instant::now() + LONGEST_GAP));
        let arrivals = caller.ear.heard();
        let fresh = arrivals.get(packets..).unwrap_or_default();
        let wrong = fresh.iter().filter_map(number).find_map(|number| count.push(number));
        packets = arrivals.len();
        if count.passed >= PASSED {
            scene.pass(&need::SEQUENCE_256);
            return Ok(());
        }
        if let Some((before, number)) = wrong {
            break format!("number {number} after {before}");
        }
        if Instant::now() >= end {
            let why = format!("only {} numbers in {LIMIT:?}, by its own rate", count.passed + 1);
            return Err(Stop(why));
        }
        if !more {
            break format!("{packets} packets, and no more for {LONGEST_GAP:?}");
        }
    };
    if count.passed < JUDGED {
        return Err(Stop("the numbers go wrong before that".to_owned()));
    }
    if scene.movie.frames.len() < FRAMES {
        return Err(Stop(format!("the movie may be over after {packets} packets")));
    }
    scene.fail_seen(&need::SEQUENCE_256, &sent, &came, "numbers that count up, 256 after 255");
    Ok(())
}

/// Follows sequence numbers.
#[derive(Debug, Default)]
struct Count {
    last: Option<u16>,
    /// By how much they have gone up in all.
    passed: u16,
}

impl Count {
    /// Takes in the next number. If it is none that can follow, returns the last one and it.
    fn push(&mut self, number: u16) -> Option<(u16, u16)> {
        let last = self.last.replace(number).unwrap_or(number);
        // Pieces of a frame may share its number, and some packets may be lost.
        match u16::try_from(step(last, number)) {
            Ok(up @ 0..=MOST_LOST) => self.passed = self.passed.saturating_add(up),
            Ok(_) | Err(_) => return Some((last, number)),
        }
        None
    }
}

/// From number 1 to 262.
const PASSED: u16 = 261;
/// A movie of so many frames gets there.
pub(crate) const FRAMES: usize = 264;
/// Up to here the numbers are judged by the case that looks at all of the header.
const JUDGED: u16 = 60;
/// A longer step is no loss.
const MOST_LOST: u16 = 20;
/// At 20 frames a second it takes 13 s.
const LIMIT: Duration = Duration::from_millis(15_500);
/// After such a silence nothing more comes.
const LONGEST_GAP: Duration = Duration::from_millis(1500);

#[cfg(test)]
mod tests {
    use super::*;

    /// The first wrong pair of numbers, and how far they have come.
    fn follow(numbers: impl IntoIterator<Item = u16>) -> (Option<(u16, u16)>, u16) {
        let mut count = Count::default();
        let wrong = numbers.into_iter().find_map(|number| count.push(number));
        (wrong, count.passed)
    }

    #[test]
    fn a_low_byte_alone_does_not_count_past_255() {
        assert_eq!(follow(1..=262), (None, PASSED));
        assert_eq!(follow((1..=262).map(|number| number & 0xFF)), (Some((255, 0)), 254));
        assert_eq!(follow((65_500..=65_535).chain(0..10)), (None, 45), "numbers wrap");
        assert_eq!(follow([7, 7, 8, 10, 10]), (None, 3), "pieces, and a loss");
        assert_eq!(follow([1, 2, 1]), (Some((2, 1)), 1));
    }
}
