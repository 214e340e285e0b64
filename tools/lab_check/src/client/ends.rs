//! How the client ends: in several runs, because the end of a program with threads may depend on
//! which of them is the first.

use crate::card::{Card, Requirement};
use crate::figures::Figures;

use super::plain::{seen, skip, skip_all};
use super::requirements::{CLOSES, ENDS};
use super::run::{Rest, Run};
use super::script::Script;

/// The variations whose end is the same: whatever is unusual in them is over before TEARDOWN.
const ENDINGS: [Script; 5] =
    [Script::Plain, Script::LateReply, Script::Lost, Script::Swapped, Script::Doubled];

/// Judges the ends of the plain run and of those others that came to TEARDOWN.
pub(crate) fn judge(card: &mut Card, plain: &Run, others: &[(Script, Run)]) {
    let Some(first) = &plain.rest else {
        return skip_all(card, &[&CLOSES, &ENDS], "no TEARDOWN came");
    };
    let others = others.iter().filter(|(script, _)| ENDINGS.contains(script));
    let others = others.filter_map(|(_, run)| run.rest.as_ref());
    let all: Vec<&Rest> = std::iter::once(first).chain(others).collect();
    if !all.iter().any(|rest| rest.is_closed()) {
        card.check(&CLOSES, false, || {
            let what = match (first.connection, first.port) {
                (true, true) => "connection and RTP port are",
                (true, false) => "the connection is",
                (false, _) => "the RTP port is",
            };
            seen(format!("{what} still open after some seconds"), "both are closed".to_owned())
        });
        // It is the same fault: a client that does not close can't end.
        return skip(card, &ENDS, "it does not close what it has open");
    }
    card.check(&CLOSES, true, Default::default);
    let ended = all.iter().filter(|rest| rest.is_over()).count();
    count(card, &ENDS, ended, all.len());
}

fn count(card: &mut Card, requirement: &Requirement, ended: usize, all: usize) {
    let ends = format!("{ended} of {all}");
    card.set_figures(Figures { ends: Some(ends.clone()), ..Figures::default() });
    card.measure(requirement, ends);
    card.check(requirement, ended == all, || {
        let came = match ended {
            0 => "it still runs after some seconds".to_owned(),
            _ => format!("it ended {ended} times of {all}, and ran on after the others"),
        };
        seen(came, "it ends, whichever of its threads is the first".to_owned())
    });
}
