//! SETUP: the movie is opened, and a way to the client (RFC 2326 section 10.4).

use std::sync::Arc;

use super::send_rtp::StandardStream;
use super::session::{Playback, Session};
use super::survey::Film;
use super::way::Way;
use super::{Refusal, StandardWorker, TRACK, refusal};
use crate::server::canonical;
use crate::standard::rtsp::transport::{Answer, Carrier, Channels, Offer, Ports};
use crate::standard::rtsp::{StandardReply, StandardRequest, StandardStatus, Target};

impl StandardWorker {
    /// Starts a session, or gives the one that there is another way.
    #[inline(never)] // As all that needs much of the stack: see `grant`.
    pub(super) fn setup(&mut self, request: &StandardRequest) -> Result<StandardReply, Refusal> {
        let Target::Url(url) = &request.target else {
            return Err(refusal(request, StandardStatus::BadRequest, "expected a URL, found *"));
        };
        let (movie, is_track) = url.film(TRACK);
        // A missing movie is missing, whatever part of it is asked for.
        let film = self.open(request, &movie)?;
        if !is_track {
            let why = format!("expected the URL of a track, .../{TRACK}");
            return Err(refusal(request, StandardStatus::AggregateOperationNotAllowed, &why));
        }
        let (way, carrier) = self.way(request)?;
        let track = url.to_string();
        let session = match self.session.take() {
            Some(session) if session.movie == movie => session.reached(track, way),
            Some(_) | None => self.new_session(movie, film, track, way),
        };
        let transport = Answer { carrier, ssrc: session.ssrc(), source: None };
        self.session = Some(session);
        Ok(self.ok(request).with("Transport", transport))
    }

    #[inline(never)]
    fn new_session(&self, movie: String, film: Film, track: String, way: Way) -> Session {
        let cname = format!("rtsp_lab@{}", canonical(self.local).ip());
        let (reports, rtcp_channel) = (way.reports(), way.rtcp_channel());
        let stream = StandardStream::new(film, way, &self.shared.settings, cname);
        Session {
            id: format!("{:016X}", rand::random::<u64>()),
            movie,
            track,
            reports,
            rtcp_channel,
            playback: Playback::Ready(Box::new(stream)),
            ended_since: None,
        }
    }

    /// The first way on the client's list that can be served.
    #[inline(never)]
    fn way(&self, request: &StandardRequest) -> Result<(Way, Carrier), Refusal> {
        let list = request.headers.list("Transport");
        let mut flaws = Vec::new();
        for offer in Offer::parse_list(&list) {
            match offer {
                Ok(Offer::Udp { client_port, destination }) => {
                    match self.own(destination, client_port) {
                        Ok(()) => return self.udp(request, client_port),
                        Err(flaw) => flaws.push(flaw),
                    }
                }
                Ok(Offer::Tcp { interleaved }) => {
                    let channels = interleaved.unwrap_or(Channels { rtp: 0, rtcp: 1 });
                    let writer = Arc::clone(&self.writer);
                    let way = Way::Interleaved { writer, channels };
                    return Ok((way, Carrier::Tcp { interleaved: Some(channels) }));
                }
                Err(bad) => flaws.push(bad.to_string()),
            }
        }
        let why = if flaws.is_empty() { "no Transport".to_owned() } else { flaws.join("; ") };
        Err(refusal(request, StandardStatus::UnsupportedTransport, &why))
    }

    /// To send to others on request would make the server a weapon.
    fn own(&self, destination: Option<String>, ports: Ports) -> Result<(), String> {
        match destination {
            Some(other) if other.parse() != Ok(self.peer.ip()) => {
                Err(format!("expected the destination {}, found {other}", self.peer.ip()))
            }
            Some(_) | None => {
                let lowest = ports.rtp.min(ports.rtcp);
                self.shared.settings.objection_to(lowest).map_or(Ok(()), Err)
            }
        }
    }

    fn udp(&self, request: &StandardRequest, to: Ports) -> Result<(Way, Carrier), Refusal> {
        let opened = Way::udp(canonical(self.local).ip(), self.peer, to);
        let (way, server_port) = opened.map_err(|error| {
            let why = format!("could not open two UDP ports: {error}");
            refusal(request, StandardStatus::InternalServerError, &why)
        })?;
        Ok((way, Carrier::Udp { client_port: Some(to), server_port: Some(server_port) }))
    }
}
