//! How a client leaves, and what is left of it.

use std::time::Duration;

use rtsp_lab::rtsp::State;

use crate::deadline::Deadline;
use crate::program::Program;
use crate::stage::Stage;

use super::cache::picture_files;
use super::port;
use super::run::Rest;

/// How the client left too early, if it did; `is_closed` is whether it has closed its connection.
pub(crate) fn too_early(program: &mut Program, is_closed: bool, state: State) -> Option<String> {
    if is_closed {
        // It may be about to end.
        program.wait(Deadline::after(WORDS_LIMIT));
    }
    if program.has_ended() {
        let end = program.end().unwrap_or_default();
        return Some(format!("it ended in {state} ({end})"));
    }
    is_closed.then(|| format!("it closed the connection in {state}"))
}

/// What is left of the client at this moment, with that RTP port; `connection` is whether that is open.
pub(crate) fn rest(connection: bool, port: u16, program: &mut Program, stage: &Stage) -> Rest {
    let cache_files = picture_files(stage).into_iter().map(|(name, _)| name).collect();
    Rest { connection, port: port::is_bound(port), processes: !program.has_ended(), cache_files }
}

/// How long the last words of a program may be on their way.
const WORDS_LIMIT: Duration = Duration::from_secs(1);
