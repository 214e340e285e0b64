//! Signs of life, so that the server keeps the session (RFC 2326 sections 10.8 and 12.37).

use std::time::Duration;

use crate::rtsp::Method;
use crate::standard::rtsp::{DEFAULT_TIMEOUT, StandardMethod};

/// When the next sign of life is due, and which.
#[derive(Debug)]
pub(super) struct KeepAlive {
    /// The methods that the server names.
    pub(super) public: String,
    /// How long the server keeps the session.
    pub(super) timeout: Duration,
    /// When any request was last sent.
    pub(super) last_sent: Duration,
    /// The last one was refused for its nonce, and does not count.
    pub(super) is_to_be_repeated: bool,
    /// The number of the sign of life that waits for its reply.
    waiting: Option<u32>,
}

impl KeepAlive {
    /// For a server about which nothing is known.
    pub(super) const fn new() -> Self {
        let (timeout, last_sent) = (DEFAULT_TIMEOUT, Duration::ZERO);
        let (is_to_be_repeated, waiting) = (false, None);
        Self { public: String::new(), timeout, last_sent, is_to_be_repeated, waiting }
    }

    /// Whether half of the session's timeout has passed since something was sent.
    pub(super) fn is_due(&self, now: Duration) -> bool {
        self.is_to_be_repeated || now >= self.last_sent + self.timeout / 2
    }

    /// Notes that one with that number is about to be sent; returns the method to use.
    pub(super) fn begin(&mut self, cseq: u32) -> StandardMethod {
        (self.waiting, self.is_to_be_repeated) = (Some(cseq), false);
        let named = self.public.split(',').map(str::trim).collect::<Vec<_>>();
        if named.contains(&StandardMethod::GetParameter.name()) {
            StandardMethod::GetParameter
        } else {
            StandardMethod::Lab(Method::Options)
        }
    }

    /// Whether a reply with that number is its answer. Whatever it says, the server has heard from
    /// us.
    pub(super) fn is_answered_by(&mut self, cseq: Option<u32>) -> bool {
        self.waiting.take_if(|waiting| cseq == Some(*waiting)).is_some()
    }

    /// Notes that the connection has ended and no answer can come.
    pub(super) const fn end(&mut self) {
        self.waiting = None;
    }
}
