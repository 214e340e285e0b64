//! Why a connection ends.

use std::fmt;
use std::io;
use std::time::Duration;

/// Why a connection ends, in words.
#[derive(Debug)]
pub(crate) struct End(String);

impl End {
    /// The client has closed it.
    pub(crate) fn of_client() -> Self {
        Self::from("the client has closed the connection")
    }

    /// The server stops.
    pub(crate) fn of_server() -> Self {
        Self::from("the server stops")
    }

    /// The client has set up nothing for so long.
    pub(crate) fn no_setup(limit: Duration) -> Self {
        let limit = limit.as_secs_f64();
        Self(format!("no request for {limit} s before SETUP; --setup SECONDS is this limit"))
    }

    /// There is a session, and nothing was sent in it for so long.
    pub(crate) fn idle(limit: Duration) -> Self {
        let limit = limit.as_secs_f64();
        let why = "while nothing was sent; --idle SECONDS is this limit";
        Self(format!("no request for {limit} s {why}"))
    }
}

impl From<&str> for End {
    fn from(why: &str) -> Self {
        Self(why.to_owned())
    }
}

impl From<String> for End {
    fn from(why: String) -> Self {
        Self(why)
    }
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for End {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}
