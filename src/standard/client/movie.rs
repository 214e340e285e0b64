//! What is known of the movie: its name, its URLs, and what the server says of it.

use std::time::Duration;

use crate::rtp_packet::PayloadType;
use crate::rtsp::Method;
use crate::standard::rtsp::{RtspUrl, StandardMethod, StandardReply};
use crate::standard::sdp::Description;

/// What is known of the movie.
#[derive(Debug)]
pub(super) struct Movie {
    /// The user's name for it.
    pub(super) name: String,
    /// The URL that the user asked for, for OPTIONS and DESCRIBE.
    asked: RtspUrl,
    /// The URL for PLAY, PAUSE and TEARDOWN.
    whole: RtspUrl,
    /// The URL for SETUP.
    pub(super) track: RtspUrl,
    description: Option<Description>,
    /// How many times a server has sent the client to another address.
    moves: u32,
}

impl Movie {
    /// The movie at that URL, of which nothing else is known yet.
    pub(super) fn at(url: &RtspUrl) -> Self {
        let (asked, whole, track) = (url.clone(), url.clone(), url.clone());
        Self { name: name_in(url), asked, whole, track, description: None, moves: 0 }
    }

    /// Takes the address where a reply of 3xx points, if it is one of RTSP and not one too many (RFC
    /// 2326 section 11.3); the URL.
    pub(super) fn move_to(&mut self, reply: &StandardReply) -> Option<&RtspUrl> {
        let location = reply.headers.get("Location").filter(|_| reply.code / 100 == 3)?;
        let url = RtspUrl::parse(location).ok().filter(|_| self.moves < MOST_MOVES)?;
        *self = Self { moves: self.moves + 1, ..Self::at(&url) };
        Some(&self.asked)
    }

    /// The host and port that serve it.
    pub(super) fn server(&self) -> (&str, u16) {
        (self.asked.host(), self.asked.port())
    }

    /// The URL that a request of `method` is for.
    pub(super) const fn url_for(&self, method: StandardMethod) -> &RtspUrl {
        match method {
            StandardMethod::Lab(Method::Options | Method::Describe) => &self.asked,
            StandardMethod::Lab(Method::Setup) => &self.track,
            StandardMethod::Lab(Method::Play | Method::Pause | Method::Teardown)
            | StandardMethod::GetParameter
            | StandardMethod::SetParameter
            | StandardMethod::Announce
            | StandardMethod::Record
            | StandardMethod::Redirect => &self.whole,
        }
    }

    /// Takes what the reply to DESCRIBE says.
    ///
    /// # Errors
    /// The reply describes no movie that can be played; why, in words.
    pub(super) fn describe(&mut self, reply: &StandardReply) -> Result<(), String> {
        let base = RtspUrl::base(&reply.headers, &self.asked);
        let description = Description::parse(&reply.body).map_err(|error| error.to_string())?;
        (self.whole, self.track) = description.urls(&base).map_err(|error| error.to_string())?;
        self.description = Some(description);
        Ok(())
    }

    /// The range in which one can seek; `None` if the description does not give it, or for a live
    /// source.
    pub(super) fn range(&self) -> Option<(Duration, Duration)> {
        let range = self.description.as_ref()?.range?;
        Some((range.start()?, range.end()?))
    }

    /// How many frames a second it has, if the description tells.
    pub(super) fn framerate(&self) -> Option<f64> {
        self.description.as_ref()?.video.framerate
    }

    /// The payload type of its packets, and how fast their timestamps run.
    pub(super) fn format(&self) -> (PayloadType, u32) {
        let video = self.description.as_ref().map(|description| &description.video);
        video.map_or((PayloadType::JPEG, JPEG_CLOCK_HZ), |video| {
            (video.payload_type, video.clock_hz)
        })
    }
}

/// The movie's name in its URL.
pub(super) fn name_in(url: &RtspUrl) -> String {
    let path = url.path();
    match path.trim_matches('/') {
        "" => "/".to_owned(),
        name => name.to_owned(),
    }
}

/// How many times the client goes to another address: as often as browsers of old did.
const MOST_MOVES: u32 = 5;
/// The RTP clock rate of JPEG in Hz (RFC 3551 section 6).
const JPEG_CLOCK_HZ: u32 = 90_000;
