//! What is to be played, and by which client.
//!
//! This is a seam to the standard dialect: whoever removes that wing deletes the lines that end in
//! `wing`.

use std::sync::{Arc, OnceLock};

use rtsp_lab::client::{Client, ClientEvent, Player, Settings};
use rtsp_lab::standard::client::{StandardClient, StandardSettings}; // wing

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

    /// The client that speaks the dialect of its server.
    pub(crate) fn client(self, report: impl FnMut(ClientEvent) + 'static) -> Box<dyn Player> {
        match self {
            Self::Lab(settings) => Box::new(Client::new(settings, report)),
            Self::Own(settings, limit, frames) => {
                Box::new(Client::new(settings, report).of_own_server(limit, frames))
            }
            Self::Url(settings) => Box::new(StandardClient::new(settings, report)), // wing
        }
    }
}
