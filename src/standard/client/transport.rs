//! How RTP is to come: what SETUP offers, and what the reply makes of it (RFC 2326 section 12.39).

use std::net::{IpAddr, SocketAddr};

use super::intake::Stream;
use super::port::StandardPort;
use super::source::Source;
use crate::client::recv_rtsp_reply::Link;
use crate::client::strangers::Strangers;
use crate::client::{Client, Message};
use crate::rtp_packet::PayloadType;
use crate::standard::rtsp::transport::{Answer, Carrier};

impl Client {
    /// Opens what SETUP is to offer: two UDP ports, or two channels of the connection.
    pub(super) fn open_source(&mut self) -> bool {
        let Some(decoder) = self.new_decoder() else { return false };
        let (Some(link), Some(standard)) = (&mut self.link, &mut self.standard) else {
            return false;
        };
        let source = if standard.tcp {
            let channels = link.interleaved().and_then(Source::of_connection);
            channels.ok_or_else(|| "another session has them".to_owned())
        } else {
            Source::open_udp(link.is_ipv6()).map_err(|error| error.to_string())
        };
        match source {
            Ok(source) => {
                self.announced_port = source.number();
                standard.source = Some(source);
                self.begin_session(decoder);
                true
            }
            Err(why) => {
                self.tell(Message::no_source(&why));
                false
            }
        }
    }

    /// What the packets come by, after the reply to SETUP with that Transport. Where it says
    /// nothing, what was offered counts.
    pub(super) fn agree(&mut self, transport: Option<&str>) -> Result<StandardPort, String> {
        let answer = transport.map(Answer::parse).transpose().map_err(|error| error.to_string())?;
        let (Some(link), Some(standard)) = (&mut self.link, &mut self.standard) else {
            return Err("there is no connection".to_owned());
        };
        let mut source = standard.source.take().ok_or("nothing was offered")?;
        if let Some(answer) = &answer {
            source = agreed(source, answer, link)?;
        }
        if let Source::Udp(pair) = &mut source {
            let named = answer.as_ref().and_then(|answer| answer.source.as_deref()?.parse().ok());
            let server = [Some(link.peer().ip()), named].into_iter().flatten();
            pair.strangers = Some(Strangers::to(server, self.mailbox.clone(), self.links));
        }
        let video = standard.description.as_ref().map(|description| &description.video);
        let stream = Stream {
            payload_type: video.map_or(PayloadType::JPEG, |video| video.payload_type),
            clock_hz: video.map_or(JPEG_CLOCK_HZ, |video| video.clock_hz),
            ssrc: answer.and_then(|answer| answer.ssrc),
        };
        standard.tcp = source.is_tcp();
        standard.position.clock_hz = stream.clock_hz;
        let mailbox = self.mailbox.clone();
        Ok(StandardPort::new(source, stream, self.clock, mailbox, self.links))
    }
}

/// The source as the server has chosen it.
fn agreed(source: Source, answer: &Answer, link: &mut Link) -> Result<Source, String> {
    match (source, answer.carrier) {
        (Source::Udp(mut pair), Carrier::Udp { server_port, .. }) => {
            let named = answer.source.as_deref().and_then(|source| source.parse().ok());
            let server: IpAddr = named.unwrap_or_else(|| link.peer().ip());
            pair.server = server_port.map(|ports| SocketAddr::new(server, ports.rtcp));
            Ok(Source::Udp(pair))
        }
        (Source::Tcp(mut tcp), Carrier::Tcp { interleaved }) => {
            tcp.channels = interleaved.unwrap_or(tcp.channels);
            Ok(Source::Tcp(tcp))
        }
        (Source::Udp(_), Carrier::Tcp { .. }) => {
            let source = link.interleaved().and_then(Source::of_connection);
            agreed(source.ok_or("another session has the connection")?, answer, link)
        }
        (Source::Tcp(_), Carrier::Udp { .. }) => Err("TCP was asked for, found UDP".to_owned()),
    }
}

/// The clock of JPEG (RFC 3551 section 6).
const JPEG_CLOCK_HZ: u32 = 90_000;
