//! What is to be played, by its URL. All of this file belongs to the standard dialect.

use rtsp_lab::standard::client::StandardSettings;
use rtsp_lab::standard::rtsp::{Credentials, RtspUrl};

use super::source::Source;

/// The movie at that URL, to be played over TCP, or over UDP if that works.
pub(crate) fn read(word: &str, tcp: bool) -> Result<Source, String> {
    let url = RtspUrl::parse(word).map_err(|error| format!("could not {error}"))?;
    let credentials = Credentials::in_url(word);
    Ok(Source::Url(StandardSettings { credentials, tcp, ..StandardSettings::of_url(url) }))
}
