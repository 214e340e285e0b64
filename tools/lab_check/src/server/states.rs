//! The state table: a request in the wrong state does no harm, and PAUSE is a pause.

use std::time::{Duration, Instant};

use crate::card::Requirement;

use super::caller::Caller;
use super::exchange::Exchange;
use super::requirements as need;
use super::scene::{Case, MovieKind, PACKET_LIMIT, Scene, Stop};
use super::stream::{self, Seen};

/// Play, Pause, Play.
pub(crate) const PAUSE: Case = Case {
    name: "Pause, and Play after it",
    needs: need::A_PAUSE,
    decides: &[&need::PAUSE_STOPS, &need::RESUME],
    movie: MovieKind::Whole,
    play: pause_and_resume,
};

fn pause_and_resume(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.playing_caller(8)?;
    let pause = scene.grant(&mut caller, "PAUSE")?;
    judge_silence(scene, &mut caller, &pause, &need::PAUSE_STOPS)?;
    let before = caller.ear.count();
    let play = scene.grant(&mut caller, "PLAY")?;
    scene.frame_after(&mut caller, before)?;
    let arrivals = caller.ear.heard().to_vec();
    let seen = stream::frames(&arrivals, scene.movie);
    let known = seen.iter().filter_map(|frame| Some((frame.index?, frame.end)));
    let last = known.clone().take_while(|(_, end)| *end <= before).last();
    let next = known.clone().find(|(_, end)| *end > before);
    let (Some((last, _)), Some((next, _))) = (last, next) else {
        return Err(Stop("it is not known which frames came".to_owned()));
    };
    let numbers = [before.checked_sub(1), Some(before)]
        .map(|place| place.and_then(|place| stream::number(arrivals.get(place)?)));
    // Numbers that do not count up at all are another fault.
    let back = matches!(numbers, [Some(last), Some(next)]
        if stream::has_right_header(&arrivals) && stream::step(last, next) < 0);
    let came = if back {
        let [last, next] = numbers.map(Option::unwrap_or_default);
        format!("sequence number {next} after {last}")
    } else {
        format!("frame {} of the movie after frame {}", next + 1, last + 1)
    };
    if next == last + 1 && !back {
        scene.pass(&need::RESUME);
    } else {
        let expected = format!("frame {} of the movie, with the next number", last + 2);
        scene.fail_seen(&need::RESUME, &play.sent_text(), &came, &expected);
    }
    Ok(())
}

/// Whether packets stop after the answer. One or two may still be on their way.
pub(crate) fn judge_silence(
    scene: &mut Scene<'_>,
    caller: &mut Caller,
    after: &Exchange,
    requirement: &'static Requirement,
) -> Result<(), Stop> {
    let begin = after.answered.unwrap_or_else(Instant::now) + GRACE;
    let silence = caller.ear.telling_silence(SILENCE);
    if !caller.ear.hears_since(begin, begin + silence) {
        scene.pass(requirement);
        return Ok(());
    }
    let came = "packets later than 100 ms after the reply";
    scene.fail_seen(requirement, &after.sent_text(), came, "no packet");
    Err(Stop("it goes on sending".to_owned()))
}

/// Play while it plays.
pub(crate) const PLAY_AGAIN: Case = Case {
    name: "Play while it plays",
    needs: need::A_STREAM,
    decides: &[&need::PLAY_AGAIN],
    movie: MovieKind::Whole,
    play: play_again,
};

fn play_again(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.playing_caller(5)?;
    let usual = usual_rate(&stream::frames(caller.ear.heard(), scene.movie));
    let (fewest, most) = bounds(usual * LISTENING.as_secs_f64());
    let begin = Instant::now();
    let again = caller.ask_within("PLAY", OPTIONAL_LIMIT);
    caller.ear.wait_for(usize::MAX, begin + LISTENING);
    let seen = stream::frames(caller.ear.heard(), scene.movie);
    let is_counted = |at: Instant| (begin..begin + LISTENING).contains(&at);
    let count = seen.iter().filter(|frame| is_counted(frame.at)).count();
    let has_more = scene.movie.frames.len() > 2 * most;
    if count <= most && (count >= fewest || !has_more) {
        scene.pass(&need::PLAY_AGAIN);
    } else {
        let came = format!("{count} frames in {LISTENING:?} after it");
        let expected = format!("as before: from {fewest} to {most} frames");
        scene.fail_seen(&need::PLAY_AGAIN, &again.sent_text(), &came, &expected);
    }
    Ok(())
}

/// The server's own rate: frames a second.
fn usual_rate(seen: &[Seen]) -> f64 {
    let ends = seen.first().zip(seen.last());
    let span = ends.map_or(0.0, |(first, last)| (last.at - first.at).as_secs_f64());
    #[expect(clippy::cast_precision_loss, reason = "they are a few")]
    let steps = seen.len().saturating_sub(1) as f64;
    if steps > 0.0 && span > 0.0 { steps / span } else { REPORT_RATE }
}

/// The fewest and the most frames of a single stream of which so many are expected: a server may
/// make up for a halt of the machine. The first frames may come at once, but not all of them.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to some hundreds")]
fn bounds(expected: f64) -> (usize, usize) {
    let expected = expected.min(MOST_EXPECTED);
    let fewest = expected.min(REPORT_RATE * LISTENING.as_secs_f64()) / 2.0;
    (fewest as usize, (expected * 1.5).ceil() as usize)
}

/// Play, Pause, Teardown before Setup.
pub(crate) const EARLY: Case = Case {
    name: "Play, Pause, Teardown before Setup",
    needs: need::A_STREAM,
    decides: &[&need::EARLY],
    movie: MovieKind::Whole,
    play: early,
};

fn early(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.caller()?;
    let answers =
        ["PLAY", "PAUSE", "TEARDOWN"].map(|method| caller.ask_within(method, OPTIONAL_LIMIT));
    if caller.ear.count() > 0 {
        let [play, ..] = &answers;
        scene.fail_seen(&need::EARLY, &play.sent_text(), "packets", "none: there is no session");
        return Ok(());
    }
    judge_harm(scene, &mut caller, &need::EARLY, &["SETUP", "PLAY"], &answers);
    Ok(())
}

/// Setup after Setup.
pub(crate) const SECOND_SETUP: Case = Case {
    name: "a second Setup",
    needs: need::A_STREAM,
    decides: &[&need::SECOND_SETUP],
    movie: MovieKind::Whole,
    play: second_setup,
};

fn second_setup(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.ready_caller()?;
    let setup = caller.ask_within("SETUP", OPTIONAL_LIMIT);
    if setup.is_granted() {
        caller.take_session(&setup);
    }
    judge_harm(scene, &mut caller, &need::SECOND_SETUP, &["PLAY"], &[setup]);
    Ok(())
}

/// A method that does not exist.
pub(crate) const UNKNOWN_METHOD: Case = Case {
    name: "an unknown method",
    needs: need::A_STREAM,
    decides: &[&need::UNKNOWN_METHOD],
    movie: MovieKind::Whole,
    play: unknown_method,
};

fn unknown_method(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.ready_caller()?;
    let unknown = caller.ask_within("REWIND", OPTIONAL_LIMIT);
    judge_harm(scene, &mut caller, &need::UNKNOWN_METHOD, &["PLAY"], &[unknown]);
    Ok(())
}

/// Something that is not a request at all.
pub(crate) const NO_REQUEST: Case = Case {
    name: "what is no request",
    needs: need::A_STREAM,
    decides: &[&need::NO_REQUEST],
    movie: MovieKind::Whole,
    play: no_request,
};

fn no_request(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.caller()?;
    let answer = caller.send_and_wait(&[b"HELLO\n\n"], Duration::ZERO, OPTIONAL_LIMIT);
    drop(caller);
    // It may end the connection, but not the server.
    let mut next = scene.another_caller(&need::NO_REQUEST)?;
    judge_harm(scene, &mut next, &need::NO_REQUEST, &["SETUP", "PLAY"], &[answer]);
    Ok(())
}

/// Another session than the client's.
pub(crate) const WRONG_SESSION: Case = Case {
    name: "Play with another session",
    needs: need::A_STREAM,
    decides: &[&need::WRONG_SESSION],
    movie: MovieKind::Whole,
    play: wrong_session,
};

fn wrong_session(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.ready_caller()?;
    let other = caller.session.parse::<u64>().map_or(1, |session| session ^ 1);
    caller.session = other.to_string();
    let play = caller.ask_within("PLAY", OPTIONAL_LIMIT);
    if play.is_granted() || caller.ear.wait_for(1, scene.within(SILENCE)) {
        scene.not_offered(&need::WRONG_SESSION, &play);
    } else {
        scene.pass(&need::WRONG_SESSION);
    }
    Ok(())
}

/// Whether the next requests are granted and a packet comes, and whether the earlier ones were
/// refused. Refusals are optional, because the report's server does not answer such requests.
fn judge_harm(
    scene: &mut Scene<'_>,
    caller: &mut Caller,
    requirement: &'static Requirement,
    next: &[&str],
    answers: &[Exchange],
) {
    let mut sent: Vec<u8> = answers.iter().flat_map(|answer| answer.sent.clone()).collect();
    for method in next {
        let exchange = caller.ask(method);
        sent.extend(&exchange.sent);
        if !exchange.is_granted() {
            let exchange = Exchange { sent, ..exchange };
            scene.fail(requirement, &exchange, "200 to the last one");
            return;
        }
        if *method == "SETUP" {
            caller.take_session(&exchange);
        }
    }
    if !caller.ear.wait_for(1, scene.within(PACKET_LIMIT)) {
        let sent = String::from_utf8_lossy(&sent);
        scene.fail_seen(requirement, &sent, "no packet", "packets after the 200 to PLAY");
        return;
    }
    match answers.iter().find(|answer| !answer.is_refused()) {
        None => scene.pass(requirement),
        Some(answer) => scene.not_offered(requirement, answer),
    }
}

/// How long after the reply packets may still come: two frames.
const GRACE: Duration = Duration::from_millis(100);
/// A silence that is long enough: eight frames.
const SILENCE: Duration = Duration::from_millis(400);
/// How long to wait for an answer that need not come.
const OPTIONAL_LIMIT: Duration = Duration::from_millis(500);
/// How long packets are counted after the second PLAY: 30 frames.
const LISTENING: Duration = Duration::from_millis(1500);
/// Frames a second.
const REPORT_RATE: f64 = 20.0;
/// The most frames that are believed to be usual in that time.
const MOST_EXPECTED: f64 = 300.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_stream_is_too_much_at_any_rate() {
        for rate in [2.5, 10.0, 20.0, 30.0] {
            let expected = rate * LISTENING.as_secs_f64();
            let (fewest, most) = bounds(expected);
            #[expect(clippy::cast_precision_loss, reason = "they are small")]
            let (fewest, most) = (fewest as f64, most as f64);
            assert!(fewest < expected && expected < most && most < 2.0 * expected, "{rate}");
        }
    }
}
