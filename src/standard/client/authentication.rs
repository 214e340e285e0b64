//! The user's name and password, for a server that asks for them with 401.

use crate::client::message::Message;
use crate::standard::rtsp::{Challenge, Credentials, StandardReply};

/// Who the user is, and what the server has asked for so far.
#[derive(Debug)]
pub(super) struct Authentication {
    credentials: Option<Credentials>,
    challenge: Option<Challenge>,
    /// Requests with this challenge.
    count: u32,
    /// The server has taken an answer to this challenge.
    has_worked: bool,
    /// Refusals in a row.
    refusals: u32,
}

impl Authentication {
    pub(super) const fn new(credentials: Option<Credentials>) -> Self {
        Self { credentials, challenge: None, count: 0, has_worked: false, refusals: 0 }
    }

    /// The value of `Authorization` for that request, once the server has asked for it.
    pub(super) fn answer(&mut self, method: &str, url: &str) -> Option<String> {
        let (challenge, credentials) = (self.challenge.as_ref()?, self.credentials.as_ref()?);
        self.count += 1;
        let random = format!("{:016x}", rand::random::<u64>());
        Some(challenge.answer(credentials, (method, url), (self.count, &random)))
    }

    /// Takes any reply; returns whether the request is to be sent again, with an answer to the challenge
    /// of a 401. A second 401 means that the password is wrong, unless the nonce had become too old, which
    /// some servers do not say.
    pub(super) fn take(&mut self, reply: &StandardReply) -> bool {
        if reply.code != 401 {
            (self.has_worked, self.refusals) = (self.challenge.is_some(), 0);
            return false;
        }
        self.refusals += 1;
        let challenge = challenge_of(reply);
        let is_new = self.challenge.is_none() || self.has_worked;
        let is_stale = challenge.as_ref().is_some_and(|challenge| challenge.is_stale);
        let is_worth_it = is_new || is_stale && self.refusals <= MOST_REFUSALS;
        self.challenge = challenge.filter(|_| is_worth_it && self.credentials.is_some());
        (self.count, self.has_worked) = (0, false);
        self.challenge.is_some()
    }

    /// The movie is at another address: another server does not get the password.
    pub(super) fn move_to(&mut self, location: &str, is_same_server: bool) {
        let own = self.credentials.take().filter(|_| is_same_server);
        *self = Self::new(Credentials::in_url(location).or(own));
    }

    /// What the user should know of a 401 after which nothing is left to be tried.
    pub(super) fn refusal(&self, reply: &StandardReply) -> Message {
        let text = if self.credentials.is_none() {
            "The server wants a name and a password: rtsp://USER:PASSWORD@HOST/MOVIE.".to_owned()
        } else if challenge_of(reply).is_some() {
            "The server does not take this name and password.".to_owned()
        } else {
            let asked = reply.headers.list("WWW-Authenticate");
            format!("The server wants a password neither by Basic nor by Digest: {asked:?}.")
        };
        Message::error(format!("401 {}", reply.reason), text)
    }
}

fn challenge_of(reply: &StandardReply) -> Option<Challenge> {
    Challenge::best(&reply.headers.list("WWW-Authenticate"))
}

/// The request as a log may show it: whoever reads that is not to learn the password, nor to guess it.
pub(super) fn without_answer(request: &str) -> String {
    let lines = request.split_inclusive("\r\n").map(|line| match line.split_once(": ") {
        Some((name, answer)) if name == AUTHORIZATION => {
            let scheme = answer.split(' ').next().unwrap_or_default();
            format!("{name}: {scheme} (not shown)\r\n")
        }
        _ => line.to_owned(),
    });
    lines.collect()
}

/// The header line of an answer (RFC 2326 section 12.5).
pub(super) const AUTHORIZATION: &str = "Authorization";
/// How many nonces in a row may be too old.
const MOST_REFUSALS: u32 = 3;
