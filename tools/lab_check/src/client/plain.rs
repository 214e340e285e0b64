//! What the client does when nothing is unusual.

use rtsp_lab::rtsp::Method;

use crate::card::{Came, Card, Evidence, Requirement, Verdict};

use super::meter::SPINS;
use super::requirements::{
    CLOSES, ENDS, GOES_ON, NO_FILES, PAUSE, PAUSE_QUIET, PAUSE_THREADS, PLAY, PLAY_AGAIN,
    RTP_BOUND, SETUP, TEARDOWN,
};
use super::run::{Rest, Run};

/// Judges everything but the form of the requests.
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
    judge_pause(card, run);
    match &run.rest {
        Some(rest) => judge_rest(card, rest),
        None => skip_all(card, &[&CLOSES, &ENDS, &NO_FILES], "no TEARDOWN came"),
    }
}

fn judge_use_cases(card: &mut Card, run: &Run) {
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
            skip(card, requirement, name);
        }
    }
    card.check(&GOES_ON, run.broke_off.is_none(), || {
        let how = run.broke_off.clone().unwrap_or_default();
        seen(format!("{how}; {}", run.last_words()), "TEARDOWN before".to_owned())
    });
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

fn judge_rest(card: &mut Card, rest: &Rest) {
    let is_closed = !rest.connection && !rest.port;
    card.check(&CLOSES, is_closed, || {
        let what = match (rest.connection, rest.port) {
            (true, true) => "connection and RTP port are",
            (true, false) => "the connection is",
            (false, _) => "the RTP port is",
        };
        seen(format!("{what} still open after some seconds"), "both are closed".to_owned())
    });
    if is_closed {
        card.check(&ENDS, !rest.processes, || {
            seen("it still runs after some seconds".to_owned(), "it has ended".to_owned())
        });
    } else {
        // It is the same fault: a client that does not close can't end.
        skip(card, &ENDS, "it does not close what it has open");
    }
    card.check(&NO_FILES, rest.cache_files.is_empty(), || {
        seen(rest.cache_files.join(", "), "none in the folder in which it runs".to_owned())
    });
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
