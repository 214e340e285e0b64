//! The methods, the states of a session, and which method leads to which state: the table that the
//! server, the client and the buttons of the window share.

use std::fmt;

/// What a client may ask for (RFC 2326 section 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Allocate resources for a movie and start a session.
    Setup,
    /// Send the movie.
    Play,
    /// Stop sending, keep the session.
    Pause,
    /// End the session.
    Teardown,
    /// Describe the movie (the report's extension 3).
    Describe,
    /// Say which methods there are.
    Options,
}

impl Method {
    /// All of them, in the order of a dialogue.
    pub const ALL: [Self; 6] =
        [Self::Setup, Self::Play, Self::Pause, Self::Teardown, Self::Describe, Self::Options];

    /// The word in a request line. Python: `ServerWorker.SETUP`, `PLAY`, `PAUSE`, `TEARDOWN`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Setup => "SETUP",
            Self::Play => "PLAY",
            Self::Pause => "PAUSE",
            Self::Teardown => "TEARDOWN",
            Self::Describe => "DESCRIBE",
            Self::Options => "OPTIONS",
        }
    }

    /// The method with that name; RTSP's methods are case-sensitive (RFC 2326 section 6.1).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// Where a session is (the report's figure 1). Python: `INIT`, `READY`, `PLAYING`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// No session yet, or no longer.
    #[default]
    Init,
    /// Set up or paused.
    Ready,
    /// The movie is being sent.
    Playing,
}

impl State {
    /// All of them, in the order of a dialogue.
    pub const ALL: [Self; 3] = [Self::Init, Self::Ready, Self::Playing];

    /// What helps who asks for something that this state does not allow.
    pub(crate) const fn hint(self) -> &'static str {
        match self {
            Self::Init => ": SETUP comes first",
            Self::Ready | Self::Playing => ": TEARDOWN comes first",
        }
    }

    /// The state after `method` succeeds; `None` where the method is not valid (status 455).
    #[expect(clippy::match_same_arms, reason = "a row for each line of the report's figure 1")]
    pub const fn after(self, method: Method) -> Option<Self> {
        match (self, method) {
            (Self::Init, Method::Setup) => Some(Self::Ready),
            (Self::Init, Method::Play | Method::Pause | Method::Teardown) => None,
            (Self::Ready | Self::Playing, Method::Setup) => None,
            (Self::Ready | Self::Playing, Method::Play) => Some(Self::Playing),
            (Self::Ready | Self::Playing, Method::Pause) => Some(Self::Ready),
            (Self::Ready | Self::Playing, Method::Teardown) => Some(Self::Init),
            (state, Method::Describe | Method::Options) => Some(state),
        }
    }

    /// The name that the report uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Init => "INIT",
            Self::Ready => "READY",
            Self::Playing => "PLAYING",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_table_is_the_documents() {
        use State::{Init, Playing, Ready};
        #[rustfmt::skip]
        let table = [
            //          SETUP        PLAY           PAUSE        TEARDOWN    DESCRIBE       OPTIONS
            (Init,    [Some(Ready), None,          None,        None,       Some(Init),    Some(Init)]),
            (Ready,   [None,        Some(Playing), Some(Ready), Some(Init), Some(Ready),   Some(Ready)]),
            (Playing, [None,        Some(Playing), Some(Ready), Some(Init), Some(Playing), Some(Playing)]),
        ];
        for (state, row) in table {
            for (method, expected) in Method::ALL.into_iter().zip(row) {
                assert_eq!(state.after(method), expected, "{method} in {state}");
            }
        }
    }

    #[test]
    fn every_method_is_found_by_its_name_and_by_no_other() {
        for method in Method::ALL {
            assert_eq!(Method::named(method.name()), Some(method));
            assert_eq!(Method::named(&method.name().to_lowercase()), None);
        }
        assert_eq!(Method::named("RECORD"), None);
    }
}
