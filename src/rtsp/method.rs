//! What a client may ask for.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_found_by_its_name_and_by_no_other() {
        for method in Method::ALL {
            assert_eq!(Method::named(method.name()), Some(method));
            assert_eq!(Method::named(&method.name().to_lowercase()), None);
        }
        assert_eq!(Method::named("RECORD"), None);
    }
}
