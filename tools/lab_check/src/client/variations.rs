//! What the client does when something is unusual, compared with what it does otherwise.

use rtsp_lab::rtsp::Method;

use crate::card::{Card, Evidence, Requirement, Verdict};

use super::figures::{LATE, LOST, figure, of_doubles};
use super::meter::SPINS;
use super::plain::{READS_NOTHING, STALL, seen, share_of, skip, skip_all};
use super::reply::OTHER_SESSION;
use super::requirements as asked;
use super::run::Run;
use super::script::{SETTLED, Script, TOUCHED_COUNT};

/// A run of a variation, and the one in which nothing was unusual.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Runs<'a> {
    pub(crate) plain: &'a Run,
    pub(crate) run: &'a Run,
}

/// Judges a run of a variation.
pub(crate) fn judge(card: &mut Card, script: Script, runs: Runs<'_>) {
    if runs.plain.reads == Some(false) && NEED_PACKETS.contains(&script) {
        return skip_all(card, &asked::of(&[script]), READS_NOTHING);
    }
    let goes_on = runs.goes_on();
    let (requirement, found) = match script {
        Script::Plain => return,
        Script::LateReply => (&asked::LATE_REPLY, runs.waits().and(goes_on)),
        Script::WrongCseq => (&asked::WRONG_CSEQ, runs.passes_over().and(goes_on)),
        Script::WrongSession => (&asked::WRONG_SESSION, runs.does_not_play()),
        Script::SplitReply => (&asked::SPLIT_REPLY, goes_on),
        Script::NotFound => (&asked::NOT_FOUND, runs.does_not_go_on()),
        Script::Lost => (&asked::LOST, goes_on),
        Script::Swapped => (&asked::SWAPPED, goes_on),
        Script::Doubled => (&asked::DOUBLED, goes_on),
        Script::EndOfMovie => {
            let rests = runs.rests();
            let spins = matches!(rests, Err(Flaw::Failed { .. }));
            note(card, &asked::PLAY_QUIET, runs.run, rests);
            let end = runs.is_calm_at_the_end();
            // One fault is one line.
            let end =
                end.and(if spins { Err(Flaw::NotChecked("it is not quiet")) } else { Ok(()) });
            (&asked::END_OF_MOVIE, end)
        }
        Script::EndOfConnection => (&asked::END_OF_CONNECTION, runs.notices_the_end()),
    };
    note(card, requirement, runs.run, found);
    let counts = [
        (Script::Lost, &asked::LOST_COUNT, LOST),
        (Script::Swapped, &asked::SWAPPED_COUNT, LATE),
        (Script::Doubled, &asked::DOUBLED_COUNT, of_doubles(&runs.run.said)),
    ];
    for (_, requirement, names) in counts.into_iter().filter(|(of, ..)| *of == script) {
        count(card, requirement, runs.run, names);
    }
}

/// Only a client that reads its packets can show what it makes of these.
const NEED_PACKETS: [Script; 4] =
    [Script::Lost, Script::Swapped, Script::Doubled, Script::EndOfMovie];

/// Why a requirement did not pass.
enum Flaw {
    Failed { came: String, expected: &'static str },
    NotChecked(&'static str),
}

fn failed(came: String, expected: &'static str) -> Result<(), Flaw> {
    Err(Flaw::Failed { came, expected })
}

impl Runs<'_> {
    /// The client does everything that it does when nothing is unusual.
    fn goes_on(self) -> Result<(), Flaw> {
        let Self { plain, run } = self;
        if plain.broke_off.is_some() || !plain.has(Method::Play) {
            return Err(Flaw::NotChecked("it fails even when nothing is unusual"));
        }
        let expected = "all goes on as when nothing is unusual";
        if let Some(how) = &run.broke_off {
            return failed(format!("{how}; {}", run.last_words()), expected);
        }
        for method in [Method::Setup, Method::Play, Method::Pause, Method::Teardown] {
            if !plain.has(method) || run.has(method) {
                continue;
            }
            // A client that is slow goes on as slowly as when nothing is unusual.
            let hangs = run.stall.is_some_and(|stall| stall.time >= plain.longest_gap + STALL);
            if run.is_cut && !hangs {
                return Err(Flaw::NotChecked("it has not come so far in 8 s"));
            }
            let time = run.stall.filter(|_| hangs).map(|stall| stall.time.as_secs());
            let time = time.map_or_else(String::new, |time| format!(" in {time} s"));
            return failed(format!("no {method} came{time}; {}", run.last_words()), expected);
        }
        Ok(())
    }

    /// The client sends nothing while a reply is late.
    fn waits(self) -> Result<(), Flaw> {
        if self.plain.early().is_some() {
            return Err(Flaw::NotChecked("it does not wait even for replies that are not late"));
        }
        match self.run.early() {
            Some(seen) => {
                let came = format!("{} within that second", seen.request.word());
                failed(came, "nothing before the reply")
            }
            None => Ok(()),
        }
    }

    /// The reply of another `CSeq`, which names another session too, has no effect.
    fn passes_over(self) -> Result<(), Flaw> {
        if self.plain.early().is_some() {
            return Err(Flaw::NotChecked("it does not wait for any reply"));
        }
        let expected = "nothing before the reply with the CSeq of the request";
        if let Some(seen) = self.run.early() {
            return failed(format!("{} before the right reply", seen.request.word()), expected);
        }
        let names_other = |session: &String| session == OTHER_SESSION;
        let mut sessions = self.run.requests.iter().filter_map(|seen| seen.request.session());
        if sessions.any(|session| names_other(&session)) {
            return failed(format!("requests with Session: {OTHER_SESSION}"), expected);
        }
        Ok(())
    }

    /// A 200 to PLAY that names another session does not lead to PLAYING.
    fn does_not_play(self) -> Result<(), Flaw> {
        let Self { plain, run } = self;
        if plain.early().is_some() {
            return Err(Flaw::NotChecked("it does not wait for any reply"));
        }
        if !plain.has(Method::Pause) || !run.has(Method::Play) {
            return Err(Flaw::NotChecked("only by a PAUSE can it be told, and none came"));
        }
        if run.has(Method::Pause) {
            return failed("PAUSE, so it takes itself to be in PLAYING".to_owned(), "no PAUSE");
        }
        Ok(())
    }

    /// After 404 the client does not send PLAY.
    fn does_not_go_on(self) -> Result<(), Flaw> {
        let Self { plain, run } = self;
        if plain.early().is_some() {
            return Err(Flaw::NotChecked("it does not wait for any reply"));
        }
        if run.has(Method::Play) {
            return failed("PLAY".to_owned(), "another SETUP, or nothing");
        }
        spins(run)
    }

    /// While it plays and no packet comes, it lets the processor rest.
    fn rests(self) -> Result<(), Flaw> {
        let Self { plain, run } = self;
        if plain.is_bound == Some(false) {
            return Err(Flaw::NotChecked("its RTP port is not open"));
        }
        if run.idle.is_none() || !run.has(Method::Play) {
            return Err(Flaw::NotChecked("it has not waited, or this system does not tell"));
        }
        spins(run)
    }

    fn is_calm_at_the_end(self) -> Result<(), Flaw> {
        let Self { plain, run } = self;
        if plain.broke_off.is_some() || !plain.has(Method::Play) || !run.has(Method::Play) {
            return Err(Flaw::NotChecked("it fails even when nothing is unusual"));
        }
        if let Some(how) = &run.broke_off {
            return failed(format!("{how}; {}", run.last_words()), "it waits, or sends TEARDOWN");
        }
        if run.end.is_some() && !run.has(Method::Teardown) {
            let came = format!("it ended without TEARDOWN; {}", run.last_words());
            return failed(came, "it waits, or sends TEARDOWN");
        }
        Ok(())
    }

    fn notices_the_end(self) -> Result<(), Flaw> {
        let Self { plain, run } = self;
        if plain.broke_off.is_some() || !plain.has(Method::Play) || !run.has(Method::Play) {
            return Err(Flaw::NotChecked("it fails even when nothing is unusual"));
        }
        spins(run)?;
        // A window may stay and show the error; a program without one has nobody to show it to.
        let ends_by_itself = plain.end.is_some() && !plain.by_hand;
        if ends_by_itself && run.end.is_none() {
            let came = "it still runs 4 s later, and sends nothing";
            return failed(came.to_owned(), "it ends, as nobody is there to press a button");
        }
        Ok(())
    }
}

/// The client lets the processor rest when all is over.
fn spins(run: &Run) -> Result<(), Flaw> {
    match run.idle {
        Some(share) if share >= SPINS => {
            failed(format!("it waits with {}", share_of(share)), "next to nothing, or its end")
        }
        _ => Ok(()),
    }
}

fn note(card: &mut Card, requirement: &Requirement, run: &Run, found: Result<(), Flaw>) {
    match found {
        Ok(()) => card.mark(requirement, Verdict::Pass),
        Err(Flaw::NotChecked(why)) => skip(card, requirement, why),
        Err(Flaw::Failed { came, expected }) => {
            let evidence = seen(came, expected.to_owned());
            let evidence = Evidence { sent: run.unusual.clone(), ..evidence };
            card.mark(requirement, Verdict::Fail(evidence));
        }
    }
}

/// The client's counts agree with what was done to the packets.
fn count(card: &mut Card, requirement: &Requirement, run: &Run, names: &[&str]) {
    if run.end.is_none() {
        return skip(card, requirement, "it has not ended, so it may still print them");
    }
    if run.packets < SETTLED {
        return skip(card, requirement, "it has played too short");
    }
    if run.dropped > 0 {
        // On a machine that is too busy it is not the client's fault.
        return skip(card, requirement, "it was too slow: its socket has dropped packets, too");
    }
    let name = names.first().copied().unwrap_or_default();
    let Some(found) = figure(&run.said, names) else {
        let what = format!("it prints no line like `{name}: 3`");
        return card.mark(requirement, Verdict::NotOffered(what));
    };
    card.measure(requirement, found.to_string());
    card.check(requirement, found == TOUCHED_COUNT, || {
        seen(format!("{name}: {found}"), format!("{name}: {TOUCHED_COUNT}"))
    });
}
