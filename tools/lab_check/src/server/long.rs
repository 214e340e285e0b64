//! Plays until the sequence number needs its high byte.

use std::time::{Duration, Instant};

use super::caller::Caller;
use super::exchange::Exchange;
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
    let setup = granted(&mut caller, "SETUP")?;
    caller.take_session(&setup);
    let play = granted(&mut caller, "PLAY")?;
    let mut count = Count::default();
    match follow(scene, &mut caller, &mut count)? {
        None => scene.pass(&need::SEQUENCE_256),
        Some(_) if count.passed < JUDGED => {
            return Err(Stop("the numbers go wrong before that".to_owned()));
        }
        Some(_) if scene.movie.frames.len() < FRAMES => {
            return Err(Stop("the movie may be over before that".to_owned()));
        }
        Some(came) => {
            let expected = "numbers that count up, 256 after 255";
            scene.fail_seen(&need::SEQUENCE_256, &play.sent_text(), &came, expected);
        }
    }
    Ok(())
}

/// Sends a request; stops if it is not granted, which another case notes.
fn granted(caller: &mut Caller, method: &str) -> Result<Exchange, Stop> {
    let answer = caller.ask(method);
    let refused = || Stop(format!("{method} was not granted"));
    if answer.is_granted() { Ok(answer) } else { Err(refused()) }
}

/// Follows the numbers to the last one; returns what came instead.
fn follow(
    scene: &Scene<'_>,
    caller: &mut Caller,
    count: &mut Count,
) -> Result<Option<String>, Stop> {
    let (end, mut packets) = (scene.within(LIMIT), 0);
    while Instant::now() < end {
        if scene.is_called_off() {
            return Err(Stop("something else has failed meanwhile".to_owned()));
        }
        let soon = end.min(Instant::now() + LONGEST_GAP);
        if !caller.ear.wait_for(packets + 1, soon) && soon < end {
            return Ok(Some(format!("{packets} packets, and no more for {LONGEST_GAP:?}")));
        }
        let arrivals = caller.ear.heard();
        let fresh = arrivals.get(packets..).unwrap_or_default();
        let wrong = fresh.iter().filter_map(number).find_map(|number| count.push(number));
        if count.passed >= PASSED {
            return Ok(None);
        }
        if let Some((before, number)) = wrong {
            return Ok(Some(format!("number {number} after {before}")));
        }
        packets = arrivals.len();
    }
    Err(Stop(format!("only {} numbers came in {LIMIT:?}", count.passed + 1)))
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
