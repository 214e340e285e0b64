//! What was seen in one run of the client.

use rtsp_lab::rtsp::{Method, State};

use super::request::Request;

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

    /// Its last words, for a message: those that sound like a complaint, if it had one.
    pub(crate) fn last_words(&self) -> String {
        let lines = || self.said.iter().rev().filter(|line| !line.is_empty());
        let complains = |line: &&String| {
            let line = line.to_lowercase();
            COMPLAINTS.iter().any(|word| line.contains(word))
        };
        match lines().find(complains).or_else(|| lines().next()) {
            Some(line) => format!("its last words: {line}"),
            None => "it said nothing".to_owned(),
        }
    }
}

const COMPLAINTS: [&str; 5] = ["error", "unable", "exception", "panicked", "not found"];
