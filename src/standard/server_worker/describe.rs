//! DESCRIBE: what the movie is, or why it can't be sent (RFC 2326 section 10.2).

use std::time::Duration;

use super::session::time_of;
use super::survey::{Film, Unfit};
use super::{Refusal, StandardWorker, TRACK, refusal};
use crate::server::canonical;
use crate::server_worker::send_rtp::FRAME_INTERVAL;
use crate::standard::rtsp::npt::NptRange;
use crate::standard::rtsp::{StandardReply, StandardRequest, StandardStatus, Target};
use crate::standard::sdp::Description;
use crate::video_stream::MovieError;

impl StandardWorker {
    #[inline(never)] // See `grant`.
    pub(super) fn describe(&mut self, request: &StandardRequest) -> Result<StandardReply, Refusal> {
        let Target::Url(url) = &request.target else {
            return Err(refusal(request, StandardStatus::BadRequest, "expected a URL, found *"));
        };
        let (movie, _) = url.film(TRACK);
        let (_, survey) = self.open(request, &movie)?;
        let address = canonical(self.local).ip().to_string();
        let mut description = Description::of_film(&movie, rand::random(), &address, TRACK);
        description.range = Some(NptRange::between(Duration::ZERO, time_of(survey.frames)));
        description.video.framerate = Some(FRAME_INTERVAL.as_secs_f64().recip());
        let base = format!("{}/", url.to_string().trim_end_matches('/'));
        let reply = self.ok(request).with("Content-Base", base);
        Ok(reply.with_body("application/sdp", description.encode()))
    }

    /// Opens a movie that can be sent; why it can't, else.
    pub(super) fn open(&self, request: &StandardRequest, movie: &str) -> Result<Film, Refusal> {
        let shared = &self.shared;
        let opened = shared.surveys.open(&shared.settings.movies, movie);
        let (video, survey) = opened.map_err(|error| no_movie(request, &error))?;
        match &survey.unfit {
            None => Ok((video, survey)),
            Some(unfit) => Err(unsupported(request, movie, unfit)),
        }
    }
}

/// RTP can't carry the movie. What converts it is said to the client, too.
#[cold]
fn unsupported(request: &StandardRequest, movie: &str, unfit: &Unfit) -> Refusal {
    let conversion = unfit.conversion(movie);
    let why = format!("{movie}, {unfit}; this converts it: {conversion}");
    let Refusal { reply, why } = refusal(request, StandardStatus::UnsupportedMediaType, &why);
    let reply = reply.with_body("text/plain", format!("{why}\r\n"));
    Refusal { reply, why }
}

/// A movie that is there but can't be opened is not missing: the system is out of something.
#[cold]
fn no_movie(request: &StandardRequest, error: &MovieError) -> Refusal {
    let out = error.is_shortage();
    let status = if out { StandardStatus::InternalServerError } else { StandardStatus::NotFound };
    refusal(request, status, &format!("could not {error}"))
}
