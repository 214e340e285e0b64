//! How RTP is to come: what SETUP offers, and what the reply chooses (RFC 2326 section 12.39).

use std::net::{IpAddr, SocketAddr};

use super::interleaved::Interleaved;
use super::source::Source;
use crate::standard::rtsp::transport::{Answer, Carrier, Offer};

/// How RTP is to come.
#[derive(Debug)]
pub(super) struct Transport {
    /// Ask for TCP.
    pub(super) tcp: bool,
    /// The UDP port that was offered last; 0 is none.
    pub(super) port: u16,
    /// The packets that come between the messages, while there is a connection.
    pub(super) connection: Option<Interleaved>,
    offered: Option<Source>,
}

impl Transport {
    /// Over TCP at once, or over UDP if packets get through.
    pub(super) const fn new(tcp: bool) -> Self {
        Self { tcp, port: 0, connection: None, offered: None }
    }

    /// Opens what SETUP is to offer to the server at `peer`: two UDP ports, or two channels of the
    /// connection.
    ///
    /// # Errors
    /// It could not open them; why, in words.
    pub(super) fn open(&mut self, peer: SocketAddr) -> Result<(), String> {
        let source = if self.tcp {
            self.channels().ok_or("another session has them")?
        } else {
            Source::open_udp(peer.ip()).map_err(|error| error.to_string())?
        };
        self.port = source.number();
        self.offered = Some(source);
        Ok(())
    }

    /// What SETUP asks for.
    pub(super) fn offer(&self) -> Option<Offer> {
        self.offered.as_ref().map(Source::offer)
    }

    /// The way the packets come, by the `Transport` in the reply to SETUP, and the synchronization
    /// source that it names. Where the reply says nothing, the offer holds.
    ///
    /// # Errors
    /// The server wants to send in another way; which, in words.
    pub(super) fn agree(
        &mut self,
        transport: Option<&str>,
        peer: SocketAddr,
    ) -> Result<(Source, Option<u32>), String> {
        let answer = transport.map(Answer::parse).transpose().map_err(|error| error.to_string())?;
        let mut source = self.offered.take().ok_or("nothing was offered")?;
        if let Some(answer) = &answer {
            source = self.chosen(source, answer, peer)?;
        }
        if let Source::Udp(pair) = &mut source {
            let named = answer.as_ref().and_then(source_of);
            pair.senders = [Some(peer.ip()), named].into_iter().flatten().collect();
        }
        self.tcp = source.is_tcp();
        Ok((source, answer.and_then(|answer| answer.ssrc)))
    }

    /// The source as the server has chosen it.
    fn chosen(
        &mut self,
        source: Source,
        answer: &Answer,
        peer: SocketAddr,
    ) -> Result<Source, String> {
        match (source, answer.carrier) {
            (Source::Udp(mut pair), Carrier::Udp { server_port, .. }) => {
                let server = source_of(answer).unwrap_or_else(|| peer.ip());
                pair.server = server_port.map(|ports| SocketAddr::new(server, ports.rtcp));
                Ok(Source::Udp(pair))
            }
            (Source::Tcp(mut tcp), Carrier::Tcp { interleaved }) => {
                tcp.channels = interleaved.unwrap_or(tcp.channels);
                Ok(Source::Tcp(tcp))
            }
            (Source::Udp(_), Carrier::Tcp { .. }) => {
                let channels = self.channels().ok_or("another session has the connection")?;
                self.chosen(channels, answer, peer)
            }
            (Source::Tcp(_), Carrier::Udp { .. }) => Err("TCP was asked for, found UDP".to_owned()),
        }
    }

    /// Two channels of the connection; `None` if a session has had them already.
    fn channels(&mut self) -> Option<Source> {
        self.connection.as_mut().and_then(Source::of_connection)
    }

    /// Whether a session has had the connection's channels already.
    pub(super) fn is_used(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| connection.arriving.is_none())
    }

    /// Notes that the connection has ended.
    pub(super) fn end(&mut self) {
        self.connection = None;
        self.offered = None;
    }
}

/// The address that the server says its packets come from.
fn source_of(answer: &Answer) -> Option<IpAddr> {
    answer.source.as_deref()?.parse().ok()
}
