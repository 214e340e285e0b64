//! What the client does when nothing is unusual.

use std::time::Duration;

use rtsp_lab::rtsp::{Method, State};

use crate::card::{Came, Card, Evidence, Requirement, Verdict};

use super::button::Button;
use super::meter::SPINS;
use super::requirements::{
    GOES_ON, KEEPS_UP, NO_FILES, PAUSE, PAUSE_QUIET, PAUSE_THREADS, PLAY, PLAY_AGAIN, READS,
    RTP_BOUND, SETUP, TEARDOWN,
};
use super::run::{Run, Stall};

/// Judges everything but the form of the requests, and the end.
pub(crate) fn judge(card: &mut Card, run: &Run) {
    judge_use_cases(card, run);
    if let Some(is_bound) = run.is_bound {
        card.check(&RTP_BOUND, is_bound, || {
            let expected = "the port that SETUP has named is open".to_owned();
            seen(format!("nobody listens at UDP port {}", run.named_port), expected)
        });
    } else {
        skip(card, &RTP_BOUND, "no PLAY came");
    }
    judge_intake(card, run);
    judge_pause(card, run);
    match &run.rest {
        Some(_) if run.reads == Some(false) => skip(card, &NO_FILES, READS_NOTHING),
        Some(rest) => card.check(&NO_FILES, rest.cache_files.is_empty(), || {
            seen(rest.cache_files.join(", "), "none in the folder in which it runs".to_owned())
        }),
        None => skip(card, &NO_FILES, "no TEARDOWN came"),
    }
}

fn judge_use_cases(card: &mut Card, run: &Run) {
    if let Some(why) = &run.unasked {
        skip_all(card, &[&SETUP, &PLAY, &PAUSE, &PLAY_AGAIN, &TEARDOWN, &GOES_ON], why);
        card.leave_unfinished();
        return;
    }
    card.check(&SETUP, run.has(Method::Setup), || {
        let came = match (&run.broke_off, run.has_connected) {
            (Some(how), _) => format!("{how}; {}", run.last_words()),
            (None, false) => format!("no connection; {}", run.last_words()),
            (None, true) => format!("a connection, and no SETUP; {}", run.last_words()),
        };
        seen(came, "a connection to {host} at {port}, and SETUP".to_owned())
    });
    if !run.has(Method::Setup) {
        skip_all(card, &[&PLAY, &PAUSE, &PLAY_AGAIN, &TEARDOWN, &GOES_ON], "no SETUP came");
        return;
    }
    let plays = run.count(Method::Play);
    for (requirement, has_come, name) in [
        (&PLAY, plays > 0, "no PLAY came"),
        (&PAUSE, run.has(Method::Pause), "no PAUSE came"),
        (&PLAY_AGAIN, plays > 1 && run.has(Method::Pause), "no PLAY came after PAUSE"),
        (&TEARDOWN, run.has(Method::Teardown), "no TEARDOWN came"),
    ] {
        if has_come {
            card.mark(requirement, Verdict::Pass);
        } else {
            skip(card, requirement, why_missing(run, requirement).unwrap_or(name));
            card.leave_unfinished();
        }
    }
    if let Some((requirement, came, expected)) = awaited(run) {
        let came = format!("{came}; {}", run.last_words());
        card.mark(requirement, Verdict::Fail(seen(came, expected.to_owned())));
    }
    card.check(&GOES_ON, run.broke_off.is_none(), || {
        let how = run.broke_off.clone().unwrap_or_default();
        seen(format!("{how}; {}", run.last_words()), "TEARDOWN before".to_owned())
    });
}

/// Why what is asked for in that line could not come, if a button is missing.
fn why_missing<'a>(run: &'a Run, requirement: &Requirement) -> Option<&'a str> {
    let (button, what) = run.missing.as_ref()?;
    let line = match button {
        Button::Setup => &SETUP,
        Button::Play => &PLAY,
        Button::Pause => &PAUSE,
        Button::Teardown => &TEARDOWN,
    };
    (line == requirement).then_some(what)
}

/// What was to come next when no more came: its line, what came instead, and what it was to be.
fn awaited(run: &Run) -> Option<(&'static Requirement, String, &'static str)> {
    if run.missing.as_ref().is_some_and(|(button, _)| *button != Button::Pause) {
        return None;
    }
    let stall = run.stall.filter(|stall| stall.time >= run.longest_gap + STALL)?;
    let has_no_packets = run.is_bound == Some(false) || run.reads == Some(false);
    let (requirement, after, expected) = match (stall.state, run.count(Method::Play)) {
        (State::Init, _) => return None,
        (State::Ready, 0) => (&PLAY, Method::Setup, "PLAY"),
        (State::Ready, 1) => (&PLAY_AGAIN, Method::Pause, "PLAY, or TEARDOWN"),
        (State::Ready, _) => (&TEARDOWN, Method::Pause, "TEARDOWN"),
        // It may be waiting for packets, which is a fault of another line.
        (State::Playing, _) if has_no_packets => return None,
        (State::Playing, 1) if run.by_hand => (&PAUSE, Method::Play, "PAUSE"),
        (State::Playing, _) => (&TEARDOWN, Method::Play, "TEARDOWN, some time"),
    };
    let Stall { time, .. } = stall;
    let though = if run.by_hand { ", though its button was asked for or pressed" } else { "" };
    let came = format!("nothing in {} s after the reply to {after}{though}", time.as_secs());
    Some((requirement, came, expected))
}

fn judge_intake(card: &mut Card, run: &Run) {
    let both = [&READS, &KEEPS_UP];
    match (run.is_bound, run.reads) {
        (None, _) => skip_all(card, &both, "no PLAY came"),
        (Some(false), _) => skip_all(card, &both, "its RTP port is not open"),
        (_, None) if run.sight.decodes() == Some(Ok(())) => {
            card.check(&READS, true, Default::default);
            skip(card, &KEEPS_UP, "this system does not tell");
        }
        (_, None) => {
            skip_all(card, &both, "it has played too short, or this system does not tell");
        }
        (_, Some(reads)) => {
            card.check(&READS, reads, || {
                let came = "each packet that came still waits at its port";
                seen(came.to_owned(), "it takes them".to_owned())
            });
            if !reads {
                return skip(card, &KEEPS_UP, READS_NOTHING);
            }
            card.check(&KEEPS_UP, run.behind.is_none(), || {
                let came = run.behind.clone().unwrap_or_default();
                seen(came, "20 packets a second are taken as they come".to_owned())
            });
        }
    }
}

fn judge_pause(card: &mut Card, run: &Run) {
    let unknown = "this system does not tell";
    match (run.paused, run.has(Method::Pause)) {
        (Some(share), _) => {
            card.measure(&PAUSE_QUIET, share_of(share));
            card.check(&PAUSE_QUIET, share < SPINS, || {
                seen(format!("{} while paused", share_of(share)), "next to nothing".to_owned())
            });
        }
        (None, true) => skip(card, &PAUSE_QUIET, unknown),
        (None, false) => skip(card, &PAUSE_QUIET, "no PAUSE came"),
    }
    if let Some((first, last)) = run.thread_counts() {
        card.measure(&PAUSE_THREADS, format!("{first}, then {last}"));
        card.check(&PAUSE_THREADS, last <= first, || {
            let came = format!("{first} threads in the first PLAY, {last} in the last one");
            seen(came, "as many as before".to_owned())
        });
    } else if run.has(Method::Pause) && run.count(Method::Play) > 1 {
        let why = "a PLAY was too short, or this system does not tell";
        skip(card, &PAUSE_THREADS, why);
    } else {
        skip(card, &PAUSE_THREADS, "there were no two PLAYs");
    }
}

/// A share of a processor, as it is printed.
pub(crate) fn share_of(share: f64) -> String {
    format!("{:.0} % of a processor", 100.0 * share)
}

/// Evidence in words.
pub(crate) fn seen(came: String, expected: String) -> Evidence {
    Evidence { sent: Vec::new(), came: Came::Words(came), expected }
}

/// Notes why a requirement could not be looked at.
pub(crate) fn skip(card: &mut Card, requirement: &Requirement, why: &str) {
    card.mark(requirement, Verdict::NotChecked(why.to_owned()));
}

/// Notes why requirements could not be looked at.
pub(crate) fn skip_all(card: &mut Card, requirements: &[&Requirement], why: &str) {
    for requirement in requirements {
        skip(card, requirement, why);
    }
}

/// Why lines that depend on packets can't be checked.
pub(crate) const READS_NOTHING: &str = "it reads no packets";
/// By how much a silence is longer than those before it if nothing more is to be expected.
pub(crate) const STALL: Duration = Duration::from_secs(2);
