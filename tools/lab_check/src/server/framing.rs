//! Requests in pieces, and two in one.

use std::time::{Duration, Instant};

use super::caller::REPLY_LIMIT;
use super::requirements as need;
use super::scene::{Case, MovieKind, Scene, Stop};

/// Requests that come in pieces.
pub(crate) const SPLIT: Case = Case {
    name: "requests in pieces",
    needs: need::A_PAUSE,
    decides: &[&need::SPLIT],
    movie: MovieKind::Whole,
    play: split,
};

fn split(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.caller()?;
    // More than once, because pieces that a busy server reads late come together again.
    for method in ["SETUP", "PLAY", "PAUSE", "PLAY", "PAUSE"] {
        let request = caller.request(method);
        let (head, tail) = request.split_at(request.len() / 2);
        let answer = caller.send_and_wait(&[head, tail], PAUSE, REPLY_LIMIT);
        if !answer.is_granted() {
            let expected = "200; it was sent in two halves, 50 ms apart";
            scene.fail(&need::SPLIT, &answer, expected);
            return Ok(());
        }
        if method == "SETUP" {
            caller.take_session(&answer);
        }
    }
    let request = caller.request("PLAY");
    // Numbers are not cut, because a cut number is just another number.
    let number = request.iter().rposition(|&byte| byte == b' ').unwrap_or_default() + 1;
    let (head, number) = request.split_at(number);
    let parts: Vec<_> = head.chunks(1).chain([number]).collect();
    let play = caller.send_and_wait(&parts, Duration::ZERO, REPLY_LIMIT);
    scene.check(&need::SPLIT, play.is_granted(), &play, "200; it was sent byte by byte");
    Ok(())
}

/// Two requests in one segment.
pub(crate) const GLUED: Case = Case {
    name: "two requests in one",
    needs: need::EVERYTHING,
    decides: &[&need::GLUED],
    movie: MovieKind::Whole,
    play: glued,
};

fn glued(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.playing_caller(1)?;
    let both = [caller.request("PAUSE"), caller.request("TEARDOWN")].concat();
    let mut answer = caller.send_and_wait(&[&both], Duration::ZERO, REPLY_LIMIT);
    let end = scene.within(REPLY_LIMIT);
    while answer.replies() < 2 && !answer.closed && Instant::now() < end {
        caller.read_answer(&mut answer, LOOK_INTERVAL, 2);
    }
    scene.check(&need::GLUED, answer.replies() >= 2, &answer, "two replies");
    Ok(())
}

/// The time between the two halves of a request.
const PAUSE: Duration = Duration::from_millis(50);
/// How long to wait for the second reply at a time.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
