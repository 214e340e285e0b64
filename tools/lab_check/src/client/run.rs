//! What was seen in one run of the client.

use std::time::Duration;

use rtsp_lab::rtsp::{Method, State};

use crate::program::Program;
use crate::story::{Side, Story};

use super::button::Button;
use super::port;
use super::raised::AllRaised;
use super::request::Request;
use super::sight::Sight;

/// Everything that the card is made from.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// Whether a connection came.
    pub(crate) has_connected: bool,
    /// The requests, in order.
    pub(crate) requests: Vec<Seen>,
    /// The session that the replies named.
    pub(crate) session: String,
    /// What was unusual in the first unusual reply.
    pub(crate) unusual: Vec<u8>,
    /// The RTP port that the client was given.
    pub(crate) rtp_port: u16,
    /// The RTP port that it named, or the same if it named none.
    pub(crate) named_port: u16,
    /// Whether the client listened there when PLAY came.
    pub(crate) is_bound: Option<bool>,
    /// How the client left before TEARDOWN was granted.
    pub(crate) broke_off: Option<String>,
    /// Whether it has read what came at its RTP port, if that is known.
    pub(crate) reads: Option<bool>,
    /// How it read too slowly, if it did.
    pub(crate) behind: Option<String>,
    /// Why no request came, if that may not be the client's fault.
    pub(crate) unasked: Option<String>,
    /// A button that can't be pressed, and what is there instead.
    pub(crate) missing: Option<(Button, String)>,
    /// What was seen of the pictures that it makes of its packets.
    pub(crate) sight: Sight,
    /// The exceptions that its own files have raised, if they were looked at.
    pub(crate) raised: AllRaised,
    /// What happened in it.
    pub(crate) story: Story,
    /// How many packets were due in all.
    pub(crate) packets_sent: u16,
    /// Where and for how long nothing more came, before the case was over.
    pub(crate) stall: Option<Stall>,
    /// The longest time from a reply to the next request.
    pub(crate) longest_gap: Duration,
    /// The share of a processor that it used in the first pause.
    pub(crate) paused: Option<f64>,
    /// The share of a processor that it used when all was over.
    pub(crate) idle: Option<f64>,
    /// How many threads it had at some moments, and in which PLAY.
    pub(crate) threads: Vec<(usize, u64)>,
    /// How many packets were due when the last request came.
    pub(crate) packets: u16,
    /// How many packets were dropped because the client did not take them in time.
    pub(crate) dropped: u64,
    /// How many packets were due in the longest PLAY.
    pub(crate) longest_play: u16,
    /// Whether the time was over before everything had been seen.
    pub(crate) is_cut: bool,
    /// What was left after TEARDOWN.
    pub(crate) rest: Option<Rest>,
    /// Whether its first process has ended, and how.
    pub(crate) end: Option<String>,
    /// What it has printed.
    pub(crate) said: Vec<String>,
    /// What of that was on standard error.
    pub(crate) complaints: Vec<String>,
    /// Whether somebody had to press its buttons.
    pub(crate) by_hand: bool,
}

/// A request, and when it came.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) request: Request,
    /// The state before it.
    pub(crate) before: State,
    /// Whether it came before the reply to the one before.
    pub(crate) is_early: bool,
}

/// A silence in which something was to come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stall {
    /// The state in which it began.
    pub(crate) state: State,
    /// How long it was, until the case was over.
    pub(crate) time: Duration,
}

/// What is left some time after TEARDOWN was granted.
#[derive(Debug)]
pub(crate) struct Rest {
    /// The connection is still open.
    pub(crate) connection: bool,
    /// The RTP port is still bound.
    pub(crate) port: bool,
    /// Processes still run.
    pub(crate) processes: bool,
    /// Cache files that were not there before.
    pub(crate) cache_files: Vec<String>,
}

impl Run {
    /// One that begins, with this session and RTP port.
    pub(crate) fn of(session: String, rtp_port: u16) -> Self {
        Self { session, rtp_port, named_port: rtp_port, ..Self::default() }
    }

    /// Notes how many packets were due when a request came, in all and since PLAY.
    pub(crate) fn note_packets(&mut self, all: u16, since_play: u16) {
        self.packets = all;
        self.dropped = self.dropped.max(port::dropped(self.named_port));
        self.longest_play = self.longest_play.max(since_play);
    }

    /// How many requests of that kind came.
    pub(crate) fn count(&self, method: Method) -> usize {
        self.requests.iter().filter(|seen| seen.request.method() == Some(method)).count()
    }

    /// Whether a request of that kind came.
    pub(crate) fn has(&self, method: Method) -> bool {
        self.count(method) > 0
    }

    /// The most threads that it had in the first PLAY, and the fewest that it had in the last one.
    pub(crate) fn thread_counts(&self) -> Option<(u64, u64)> {
        let (first, _) = *self.threads.first()?;
        let (last, _) = *self.threads.last().filter(|(last, _)| *last != first)?;
        let of_play =
            |play| self.threads.iter().filter(move |(of, _)| *of == play).map(|&(_, count)| count);
        Some((of_play(first).max()?, of_play(last).min()?))
    }

    /// The first request that came before the reply to the one before.
    pub(crate) fn early(&self) -> Option<&Seen> {
        self.requests.iter().find(|seen| seen.is_early)
    }

    /// Notes all that the program has said, once it is quiet, and how it has ended.
    pub(crate) fn listen_to(&mut self, program: &mut Program) {
        program.wait_for_silence();
        self.end = program.end();
        if let Some(end) = &self.end {
            self.story.did(Side::Client, &format!("has ended: {end}"));
        }
        self.said = program.said().to_vec();
        self.complaints = program.complaints().to_vec();
    }

    /// Its last words, for a message: those on standard error, if there were some.
    pub(crate) fn last_words(&self) -> String {
        // The lines of a traceback that say where are indented in most languages.
        let says_where = |line: &str| line.starts_with([' ', '\t']) || line.starts_with("note: ");
        let complaint = self.complaints.iter().rev().find(|line| {
            let is_empty = line.trim().is_empty();
            !is_empty && !says_where(line)
        });
        let last = || self.said.iter().rev().find(|line| !line.trim().is_empty());
        match complaint.or_else(last) {
            Some(line) => format!("its last words: {line}"),
            None => "it said nothing".to_owned(),
        }
    }

    /// The last lines on standard error, or all.
    pub(crate) fn last_complaints(&self, all: bool) -> &[String] {
        let skipped = if all { 0 } else { self.complaints.len().saturating_sub(FEW) };
        self.complaints.get(skipped..).unwrap_or_default()
    }
}

impl Rest {
    /// Whether connection and RTP port are closed.
    pub(crate) const fn is_closed(&self) -> bool {
        !self.connection && !self.port
    }

    /// Whether all is closed, and no process runs.
    pub(crate) const fn is_over(&self) -> bool {
        self.is_closed() && !self.processes
    }
}

/// How many lines tell what has happened.
const FEW: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn last_words(said: &[&str], complaints: &[&str]) -> String {
        let lines = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
        Run { said: lines(said), complaints: lines(complaints), ..Run::default() }.last_words()
    }

    #[test]
    fn the_last_words_are_the_complaint_and_not_where_it_arose() {
        let python = ["Traceback (most recent call last):", "  File \"a.py\"", "KeyError: 'a'"];
        assert_eq!(last_words(&["0 errors"], &python), "its last words: KeyError: 'a'");
        let java = ["Exception in thread \"main\" java.lang.Error", "\tat Client.main"];
        let told = "its last words: Exception in thread \"main\" java.lang.Error";
        assert_eq!(last_words(&["bye"], &java), told);
        let rust = ["thread 'main' panicked at a.rs:1:1:", "no port", "note: run with `RUST_…`"];
        assert_eq!(last_words(&[], &rust), "its last words: no port");
        assert_eq!(last_words(&["error 1", "bye", ""], &[]), "its last words: bye");
        assert_eq!(last_words(&[], &[" "]), "it said nothing");
    }
}
