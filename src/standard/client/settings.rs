//! What a client of the standard dialect is to play, and how.

use std::time::Duration;

use super::movie::name_in;
use crate::standard::rtsp::{Credentials, RtspUrl};

/// What a client of the standard dialect is to play, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardSettings {
    /// The movie, and where it is.
    pub url: RtspUrl,
    /// Who asks for it, if the server wants to know.
    pub credentials: Option<Credentials>,
    /// Receive over TCP without trying UDP first.
    pub tcp: bool,
    /// How long to wait for the first packet over UDP before TCP is tried.
    pub silence: Duration,
}

impl StandardSettings {
    /// Plays the movie at `url`, from any server; over UDP if packets get through.
    pub const fn of_url(url: RtspUrl) -> Self {
        Self { url, credentials: None, tcp: false, silence: UDP_SILENCE }
    }

    /// The movie's name.
    pub fn movie(&self) -> String {
        name_in(&self.url)
    }
}

/// After this time a firewall that lets no datagram through is the likeliest reason.
const UDP_SILENCE: Duration = Duration::from_secs(3);
