//! Why a request is not granted: the answer, and the reason in words.

use std::fmt;

use super::session::{Session, TRACK};
use crate::rtsp::{Method, State};
use crate::standard::rtsp::{
    BadMessage, SessionHeader, StandardMethod, StandardReply, StandardRequest, StandardStatus,
    Target,
};

/// Why a request is not granted.
pub(super) struct Refusal {
    /// The answer.
    pub(super) reply: StandardReply,
    /// The reason, in words.
    pub(super) why: String,
}

impl Refusal {
    pub(super) fn new(request: &StandardRequest, status: StandardStatus, why: &str) -> Self {
        Self { reply: StandardReply::new(status, request.cseq), why: why.to_owned() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.reply = self.reply.with(name, value);
        self
    }

    /// RTSP knows the method, but this server does not serve it (section 11.3.1).
    pub(super) fn not_allowed(request: &StandardRequest) -> Self {
        let why = format!("{} is not served", request.method.name());
        let refusal = Self::new(request, StandardStatus::MethodNotAllowed, &why);
        refusal.with("Allow", StandardMethod::public())
    }

    /// Why a request can't be granted, given the present session, if there is one; `None` if it
    /// can.
    pub(super) fn of(request: &StandardRequest, session: Option<&Session>) -> Option<Self> {
        if !request.method.is_served() {
            return Some(Self::not_allowed(request));
        }
        let required = request.headers.list("Require");
        if !required.is_empty() {
            let refusal = Self::new(request, StandardStatus::OptionNotSupported, &required);
            return Some(refusal.with("Unsupported", &required));
        }
        let state = session.map_or(State::Init, Session::state);
        Self::of_session(request, session).or_else(|| Self::of_state(request, state))
    }

    /// Why the session that the request names is not the present one.
    fn of_session(request: &StandardRequest, session: Option<&Session>) -> Option<Self> {
        let named = request.headers.get("Session").and_then(SessionHeader::parse);
        let (named, expected) = (named.map(|named| named.id), session.map(|session| &session.id));
        let needs_one = matches!(
            request.method,
            StandardMethod::Lab(Method::Play | Method::Pause | Method::Teardown)
        );
        if named.as_ref() == expected || named.is_none() && !(needs_one && expected.is_some()) {
            return session
                .filter(|_| needs_one)
                .and_then(|session| Self::of_movie(request, session));
        }
        let or_none = |id: Option<&String>| id.cloned().unwrap_or_else(|| "none".to_owned());
        let (expected, found) = (or_none(expected), or_none(named.as_ref()));
        let why = format!("expected session {expected}, found {found}");
        Some(Self::new(request, StandardStatus::SessionNotFound, &why))
    }

    /// Why the URL is not the session's. Some players name no movie at all.
    fn of_movie(request: &StandardRequest, session: &Session) -> Option<Self> {
        let Target::Url(url) = &request.target else { return None };
        let (movie, _) = url.movie(TRACK);
        if movie.is_empty() || movie == session.movie {
            return None;
        }
        let why = format!("expected the session's movie {:?}, found {movie:?}", session.movie);
        Some(Self::new(request, StandardStatus::SessionNotFound, &why))
    }

    /// Why the method is not valid now.
    fn of_state(request: &StandardRequest, state: State) -> Option<Self> {
        let StandardMethod::Lab(method) = request.method else { return None };
        let changes_transport = method == Method::Setup && state == State::Ready;
        if state.after(method).is_some() || changes_transport {
            return None;
        }
        let why = format!("{method} in {state}");
        if method == Method::Teardown {
            return Some(Self::new(request, StandardStatus::SessionNotFound, &why));
        }
        let refusal = Self::new(request, StandardStatus::MethodNotValidInThisState, &why);
        Some(refusal.with("Allow", allowed(state)))
    }
}

impl From<BadMessage> for Refusal {
    fn from(bad: BadMessage) -> Self {
        Self { reply: bad.answer(), why: bad.to_string() }
    }
}

/// The methods that are valid in a state, for `Allow` (section 12.4).
fn allowed(state: State) -> String {
    let valid = StandardMethod::ALL.into_iter().filter(|method| match method {
        StandardMethod::Lab(method) => state.after(*method).is_some(),
        StandardMethod::GetParameter | StandardMethod::SetParameter => true,
        StandardMethod::Announce | StandardMethod::Record | StandardMethod::Redirect => false,
    });
    valid.map(StandardMethod::name).collect::<Vec<_>>().join(", ")
}

/// The answer to a request of a client for which there is no room.
pub(crate) fn too_many_clients(request: &str) -> String {
    let reply = match StandardRequest::parse(request.as_bytes()) {
        Ok(request) => StandardReply::new(StandardStatus::NotEnoughBandwidth, request.cseq),
        Err(bad) => bad.answer(),
    };
    reply.encode()
}
