//! What is to be played, and by which client.
//!
//! This is a seam to the standard dialect: whoever removes that wing deletes the lines that end in
//! `wing`.

use std::sync::{Arc, OnceLock};

use rtsp_lab::client::{Client, ClientEvent, Player, Settings, Witness};
use rtsp_lab::standard::client::{StandardClient, StandardSettings}; // wing
use rtsp_lab::trace::{Header, Trace, Vantage};

/// What is to be played: a movie of a lab's server, or one by its URL in the standard dialect.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Lab(Settings),
    /// The same from a server inside this program. That server tells when it leaves frames out, and
    /// with it the size in bytes of the largest datagram that the system sends. Its movie has so many
    /// frames, if that is known.
    Own(Settings, Arc<OnceLock<usize>>, Option<u64>),
    Url(StandardSettings), // wing
}

impl Source {
    /// The movie's name.
    pub(crate) fn movie(&self) -> String {
        match self {
            Self::Lab(settings) | Self::Own(settings, ..) => settings.movie.clone(),
            Self::Url(settings) => settings.movie(), // wing
        }
    }

    /// Where the own server listens.
    pub(crate) fn set_port(&mut self, port: u16) {
        if let Self::Own(settings, ..) = self {
            settings.server_port = port;
        }
    }

    /// What line 1 of a log says of it.
    pub(crate) fn header(&self) -> Header {
        let (vantage, dialect, transport) = match self {
            Self::Lab(_) => (Vantage::Client, "lab", "udp"),
            Self::Own(..) => (Vantage::Network, "lab", "udp"),
            Self::Url(settings) if settings.tcp => (Vantage::Client, "standard", "tcp"), // wing
            Self::Url(_) => (Vantage::Client, "standard", "udp"),                        // wing
        };
        let (dialect, transport, title) = (Some(dialect), Some(transport), self.movie());
        let movie = Some(title.clone());
        Header { vantage, title, dialect, transport, movie, ..Header::default() }
    }

    /// The client that speaks the dialect of its server.
    pub(crate) fn client(
        self,
        trace: Trace,
        report: impl FnMut(ClientEvent) + 'static,
    ) -> Box<dyn Player> {
        let (limit, frames) = if let Self::Own(_, limit, frames) = &self {
            (Arc::clone(limit), *frames)
        } else {
            (Arc::default(), None)
        };
        let mut client: Box<dyn Player> = match self {
            Self::Lab(settings) | Self::Own(settings, ..) => {
                Box::new(Client::new(settings, report))
            }
            Self::Url(settings) => Box::new(StandardClient::new(settings, report)), // wing
        };
        client.watch(Witness { limit, frames, trace });
        client
    }
}
