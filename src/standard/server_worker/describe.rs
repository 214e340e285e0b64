//! What a movie is, or why it can't be sent (RFC 2326 section 10.2).

use std::net::IpAddr;
use std::time::Duration;

use super::refusal::Refusal;
use super::session::time_of;
use super::survey::{SurveyedMovie, Unfit, Unopened};
use crate::rtsp::Status;
use crate::server_worker::pace::FRAME_INTERVAL;
use crate::standard::rtsp::npt::NptRange;
use crate::standard::rtsp::{StandardRequest, StandardStatus};
use crate::standard::sdp::Description;
use crate::video_stream::MovieError;

/// The description of a movie with so many frames and one track, which is served at `address`.
pub(super) fn description(movie: &str, frames: u64, address: IpAddr, track: &str) -> Description {
    let address = address.to_string();
    let mut description = Description::of_movie(movie, rand::random(), &address, track);
    description.range = Some(NptRange::between(Duration::ZERO, time_of(frames)));
    description.video.framerate = Some(FRAME_INTERVAL.as_secs_f64().recip());
    description
}

/// A movie that can be sent, or why it can't.
pub(super) fn fit(
    request: &StandardRequest,
    movie: &str,
    opened: Result<SurveyedMovie, Unopened>,
) -> Result<SurveyedMovie, Refusal> {
    let opened = opened.map_err(|unopened| match unopened {
        Unopened::Movie(error) => no_movie(request, &error),
        Unopened::NobodyWaits => {
            let why = "nobody waits for the movie to be looked through";
            Refusal::new(request, StandardStatus::InternalServerError, why)
        }
    })?;
    match opened.unfit() {
        None => Ok(opened),
        Some(unfit) => Err(unsupported(request, movie, unfit)),
    }
}

/// RTP can't carry the movie. The client is also told the command that converts it.
fn unsupported(request: &StandardRequest, movie: &str, unfit: &Unfit) -> Refusal {
    let conversion = unfit.conversion(movie);
    unsupported_media(request, &format!("{movie}, {unfit}; this converts it: {conversion}"))
}

/// A movie that exists but can't be opened is not reported as missing: the system lacks something,
/// or it is no movie, and then the client is told what it is.
fn no_movie(request: &StandardRequest, error: &MovieError) -> Refusal {
    let why = format!("could not {error}");
    let status = error.status();
    if status == Status::UnsupportedMediaType415 {
        return unsupported_media(request, &why);
    }
    let is_missing = status == Status::FileNotFound404;
    let status =
        if is_missing { StandardStatus::NotFound } else { StandardStatus::InternalServerError };
    Refusal::new(request, status, &why)
}

fn unsupported_media(request: &StandardRequest, why: &str) -> Refusal {
    let Refusal { reply, why } = Refusal::new(request, StandardStatus::UnsupportedMediaType, why);
    let reply = reply.with_body("text/plain", format!("{why}\r\n"));
    Refusal { reply, why }
}
