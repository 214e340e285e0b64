//! What is to be played, and which client plays it. Only this file of the program names the wing.

use rtsp_lab::client::{Client, ClientEvent, Player, Settings};
use rtsp_lab::standard::client::{StandardClient, StandardSettings};
use rtsp_lab::standard::rtsp::RtspUrl;

/// What is to be played.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A movie of a lab's server.
    Lab(Settings),
    /// A movie by its URL, in the standard dialect.
    Url(StandardSettings),
}

impl Source {
    /// What is at that URL, over TCP at once or over UDP first.
    pub(crate) fn of_url(word: &str, tcp: bool) -> Result<Self, String> {
        let url = RtspUrl::parse(word).map_err(|error| format!("could not {error}"))?;
        Ok(Self::Url(StandardSettings { tcp, ..StandardSettings::of_url(url) }))
    }

    /// The movie's name.
    pub(crate) fn movie(&self) -> String {
        match self {
            Self::Lab(settings) => settings.movie.clone(),
            Self::Url(settings) => settings.movie(),
        }
    }

    /// The client that speaks the dialect of its server.
    pub(crate) fn client(self, report: impl FnMut(ClientEvent) + 'static) -> Box<dyn Player> {
        match self {
            Self::Lab(settings) => Box::new(Client::new(settings, report)),
            Self::Url(settings) => Box::new(StandardClient::new(settings, report)),
        }
    }
}
