//! The choice of a way for packets to the client (RFC 2326 section 10.4).

use std::net::SocketAddr;
use std::sync::Arc;

use super::refusal::Refusal;
use super::way::Way;
use crate::server::shared::Settings;
use crate::server::shared::canonical;
use crate::standard::connection::StandardWriter;
use crate::standard::rtsp::transport::{Carrier, Channels, Offer, Ports};
use crate::standard::rtsp::{StandardRequest, StandardStatus};

/// What ways there can be.
pub(super) struct Ways<'a> {
    pub(super) peer: SocketAddr,
    pub(super) local: SocketAddr,
    pub(super) writer: &'a Arc<StandardWriter>,
    pub(super) settings: &'a Settings,
}

impl Ways<'_> {
    /// The first way on the client's list that can be served.
    pub(super) fn choose(&self, request: &StandardRequest) -> Result<(Way, Carrier), Refusal> {
        let list = request.headers.list("Transport");
        let mut flaws = Vec::new();
        for offer in Offer::parse_list(&list) {
            match offer {
                Ok(Offer::Udp { client_port, destination }) => {
                    match self.objection_to(destination, client_port) {
                        None => return self.udp(request, client_port),
                        Some(flaw) => flaws.push(flaw),
                    }
                }
                Ok(Offer::Tcp { interleaved }) => {
                    let channels = interleaved.unwrap_or(Channels { rtp: 0, rtcp: 1 });
                    let writer = Arc::clone(self.writer);
                    let way = Way::Interleaved { writer, channels };
                    return Ok((way, Carrier::Tcp { interleaved: Some(channels) }));
                }
                Err(bad) => flaws.push(bad.to_string()),
            }
        }
        let why = if flaws.is_empty() { "no Transport".to_owned() } else { flaws.join("; ") };
        Err(Refusal::new(request, StandardStatus::UnsupportedTransport, &why))
    }

    /// Sending to others on request would make the server a weapon.
    fn objection_to(&self, destination: Option<String>, ports: Ports) -> Option<String> {
        match destination {
            Some(other) if other.parse() != Ok(self.peer.ip()) => {
                Some(format!("expected the destination {}, found {other}", self.peer.ip()))
            }
            Some(_) | None => self.settings.objection_to(ports.rtp.min(ports.rtcp)),
        }
    }

    fn udp(&self, request: &StandardRequest, to: Ports) -> Result<(Way, Carrier), Refusal> {
        let opened = Way::udp(canonical(self.local).ip(), self.peer, to);
        let (way, server_port) = opened.map_err(|error| {
            let why = format!("could not open two UDP ports: {error}");
            Refusal::new(request, StandardStatus::InternalServerError, &why)
        })?;
        Ok((way, Carrier::Udp { client_port: Some(to), server_port: Some(server_port) }))
    }
}
