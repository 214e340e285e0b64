//! What a client is to play, and how it asks for it.

use std::time::Duration;

use crate::standard::rtsp::RtspUrl;

/// What a client is to play, and from where. Python: the arguments of `Client.__init__`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The server's name or address.
    pub server: String,
    /// Its RTSP port.
    pub server_port: u16,
    /// The UDP port to receive RTP at; 0 takes a free one.
    pub rtp_port: u16,
    /// The movie's name.
    pub movie: String,
    /// What only the standard dialect needs; without it the lab's is spoken.
    pub standard: Option<StandardSettings>,
}

/// What only a client of the standard dialect needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardSettings {
    /// The movie.
    pub url: RtspUrl,
    /// Receive over TCP, and do not try UDP first.
    pub tcp: bool,
    /// How long to wait for the first packet over UDP before TCP is tried.
    pub silence: Duration,
}

impl Settings {
    /// Plays what is at `url`, of any server; over UDP if packets come that way.
    pub fn of_url(url: RtspUrl) -> Self {
        let path = url.path();
        let movie = path.trim_matches('/').to_owned();
        Self {
            server: url.host().to_owned(),
            server_port: url.port(),
            rtp_port: 0,
            movie: if movie.is_empty() { "/".to_owned() } else { movie },
            standard: Some(StandardSettings { url, tcp: false, silence: UDP_SILENCE }),
        }
    }
}

/// By then a firewall that lets no datagram through is the likeliest reason.
const UDP_SILENCE: Duration = Duration::from_secs(3);
