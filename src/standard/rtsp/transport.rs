//! How RTP is carried: what a client offers in SETUP, and what the server chooses (RFC 2326 section
//! 12.39).
//!
//! ```
//! use rtsp_lab::standard::rtsp::transport::{Answer, Carrier, Offer, Ports};
//!
//! let header = "RTP/AVP;multicast,RTP/AVP/UDP;unicast;client_port=5008-5009";
//! let offer = Offer::parse_list(header).find_map(Result::ok).unwrap();
//! let client_port = Ports { rtp: 5008, rtcp: 5009 };
//! assert_eq!(offer, Offer::Udp { client_port, destination: None });
//!
//! let server_port = Some(Ports { rtp: 6000, rtcp: 6001 });
//! let carrier = Carrier::Udp { client_port: Some(client_port), server_port };
//! let answer = Answer { carrier, ssrc: Some(0x8E5E_9800), source: None };
//! let text = "RTP/AVP;unicast;client_port=5008-5009;server_port=6000-6001;\
//!     ssrc=8E5E9800;mode=\"PLAY\"";
//! assert_eq!(answer.to_string(), text);
//! assert_eq!(Answer::parse(text)?, answer);
//! # Ok::<(), rtsp_lab::standard::rtsp::transport::BadTransport>(())
//! ```

use std::fmt;

/// A transport that a client offers and the server can serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Datagrams to the client.
    Udp {
        /// Where it waits for them.
        client_port: Ports,
        /// The address to send to, if the client names one. Only its own may be served: sending to
        /// others on request would make the server a weapon (section 16).
        destination: Option<String>,
    },
    /// Between the messages of the RTSP connection (section 10.12).
    Tcp {
        /// The channels that the client has chosen; if none, the server chooses.
        interleaved: Option<Channels>,
    },
}

/// What the server has chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How, and by which ports or channels.
    pub carrier: Carrier,
    /// The synchronization source of the packets to come.
    pub ssrc: Option<u32>,
    /// The address that they come from, if it is not the one of the RTSP connection.
    pub source: Option<String>,
}

/// How RTP is carried, in an answer. Servers leave out much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// Datagrams.
    Udp {
        /// Where the server sends to: what the client asked for.
        client_port: Option<Ports>,
        /// Where the server sends from, and takes RTCP.
        server_port: Option<Ports>,
    },
    /// Between the messages of the RTSP connection.
    Tcp {
        /// By which channels; what the client asked for where the server says nothing.
        interleaved: Option<Channels>,
    },
}

/// Two UDP ports, neither of them 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// The one for RTP, by custom even.
    pub rtp: u16,
    /// The one for RTCP, by custom the next.
    pub rtcp: u16,
}

/// Two channels of an RTSP connection (section 10.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channels {
    /// The one for RTP.
    pub rtp: u8,
    /// The one for RTCP, which is another one.
    pub rtcp: u8,
}

impl Offer {
    /// Reads the header of a request, a list in the client's order of preference: the first that
    /// can be served is to be used, and 461 is the answer if there is none. The errors tell what
    /// can't be.
    pub fn parse_list(header: &str) -> impl Iterator<Item = Result<Self, BadTransport>> {
        split_unquoted(header, ',').filter(|one| !one.trim().is_empty()).map(Self::parse)
    }

    fn parse(text: &str) -> Result<Self, BadTransport> {
        let parameters = Parameters::read(text)?;
        let mut modes = parameters.get("mode").unwrap_or("PLAY").split(',');
        if !modes.any(|mode| mode.trim().eq_ignore_ascii_case("PLAY")) {
            return Err(parameters.bad(Flaw::Mode));
        }
        if parameters.is_tcp() {
            let Some(text) = parameters.get("interleaved") else {
                return Ok(Self::Tcp { interleaved: None });
            };
            let interleaved =
                Channels::parse(text).ok_or_else(|| parameters.bad(Flaw::Channels))?;
            return Ok(Self::Tcp { interleaved: Some(interleaved) });
        }
        let ports = parameters.get("client_port").and_then(Ports::parse);
        // RTP and RTCP at one port have to be agreed on (RFC 5761), which is not of this dialect.
        let client_port = ports.filter(|ports| ports.rtp != ports.rtcp);
        let client_port = client_port.ok_or_else(|| parameters.bad(Flaw::ClientPort))?;
        let destination = parameters.get("destination").map(str::to_owned);
        Ok(Self::Udp { client_port, destination })
    }
}

/// One element, as our client asks for it.
impl fmt::Display for Offer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Udp { client_port, destination } => {
                write!(out, "RTP/AVP;unicast;client_port={client_port}")?;
                write_parameter(out, "destination", destination.as_ref())
            }
            Self::Tcp { interleaved } => {
                out.write_str("RTP/AVP/TCP;unicast")?;
                write_parameter(out, "interleaved", interleaved.as_ref())
            }
        }
    }
}

impl Answer {
    /// Reads the header of a reply. Ports, channels and sources that can't be read are left out.
    ///
    /// # Errors
    /// It is not RTP/AVP, or multicast.
    pub fn parse(header: &str) -> Result<Self, BadTransport> {
        let parameters = Parameters::read(split_unquoted(header, ',').next().unwrap_or_default())?;
        let carrier = if parameters.is_tcp() {
            Carrier::Tcp { interleaved: parameters.get("interleaved").and_then(Channels::parse) }
        } else {
            Carrier::Udp {
                client_port: parameters.get("client_port").and_then(Ports::parse),
                server_port: parameters.get("server_port").and_then(Ports::parse),
            }
        };
        let ssrc = parameters.get("ssrc").and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let source = parameters.get("source").map(str::to_owned);
        Ok(Self { carrier, ssrc, source })
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.carrier {
            Carrier::Udp { client_port, server_port } => {
                out.write_str("RTP/AVP;unicast")?;
                write_parameter(out, "source", self.source.as_ref())?;
                write_parameter(out, "client_port", client_port.as_ref())?;
                write_parameter(out, "server_port", server_port.as_ref())?;
            }
            Carrier::Tcp { interleaved } => {
                out.write_str("RTP/AVP/TCP;unicast")?;
                write_parameter(out, "source", self.source.as_ref())?;
                write_parameter(out, "interleaved", interleaved.as_ref())?;
            }
        }
        write_parameter(out, "ssrc", self.ssrc.map(|ssrc| format!("{ssrc:08X}")).as_ref())?;
        out.write_str(";mode=\"PLAY\"")
    }
}

fn write_parameter(
    out: &mut fmt::Formatter<'_>,
    name: &str,
    value: Option<&impl fmt::Display>,
) -> fmt::Result {
    value.map_or(Ok(()), |value| write!(out, ";{name}={value}"))
}

impl Ports {
    /// Reads `5008-5009`, or `5008`, which means the same.
    fn parse(text: &str) -> Option<Self> {
        let (first, second) = read_pair(text)?;
        (first != 0 && second != 0).then_some(Self { rtp: first, rtcp: second })
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}", self.rtp, self.rtcp)
    }
}

impl Channels {
    /// Reads `0-1`, or `0`, which means the same.
    fn parse(text: &str) -> Option<Self> {
        let (first, second) = read_pair(text)?;
        let channels = Self { rtp: u8::try_from(first).ok()?, rtcp: u8::try_from(second).ok()? };
        (first != second).then_some(channels)
    }
}

impl fmt::Display for Channels {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}", self.rtp, self.rtcp)
    }
}

/// Two numbers, or one, to which the second is the next.
fn read_pair(text: &str) -> Option<(u16, u16)> {
    let (first, second) = text.split_once('-').unwrap_or((text, ""));
    let first = first.trim().parse().ok()?;
    match second.trim() {
        "" => Some((first, first.checked_add(1)?)),
        second => Some((first, second.parse().ok()?)),
    }
}

/// One element of the header: what carries RTP, then names and values.
struct Parameters<'a> {
    text: &'a str,
    says_tcp: bool,
    says_udp: bool,
}

impl<'a> Parameters<'a> {
    /// Only RTP/AVP is spoken here, and only to one receiver.
    fn read(text: &'a str) -> Result<Self, BadTransport> {
        let mut parameters = Self { text: text.trim(), says_tcp: false, says_udp: false };
        let protocol = split_unquoted(text, ';').next().unwrap_or_default().trim();
        (parameters.says_tcp, parameters.says_udp) = match protocol.to_ascii_uppercase().as_str() {
            "RTP/AVP" => (false, false),
            "RTP/AVP/UDP" => (false, true),
            "RTP/AVP/TCP" => (true, false),
            _ => return Err(parameters.bad(Flaw::Protocol)),
        };
        let mut flags = split_unquoted(text, ';').map(str::trim);
        if flags.any(|flag| flag.eq_ignore_ascii_case("multicast")) {
            return Err(parameters.bad(Flaw::Multicast));
        }
        Ok(parameters)
    }

    /// The value after that name, without its quotes.
    fn get(&self, name: &str) -> Option<&'a str> {
        let mut pairs = split_unquoted(self.text, ';').filter_map(|part| part.split_once('='));
        let (_, value) = pairs.find(|(other, _)| other.trim().eq_ignore_ascii_case(name))?;
        Some(value.trim().trim_matches('"').trim())
    }

    /// Whether TCP is meant; some clients say so only by `interleaved`, where they don't say UDP.
    fn is_tcp(&self) -> bool {
        let by_channels = self.get("interleaved").is_some() && self.get("client_port").is_none();
        self.says_tcp || by_channels && !self.says_udp
    }

    fn bad(&self, flaw: Flaw) -> BadTransport {
        BadTransport { text: self.text.to_owned(), flaw }
    }
}

/// Splits where the separator does not stand in quotes, as in `mode="PLAY,RECORD"`.
fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
}

/// A transport that is not served here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadTransport {
    /// The element of the header.
    pub text: String,
    /// Why not.
    pub flaw: Flaw,
}

/// Why a transport is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It is not RTP/AVP over UDP or TCP.
    Protocol,
    /// It goes to many receivers.
    Multicast,
    /// It wants to record.
    Mode,
    /// It does not say where to send.
    ClientPort,
    /// Its channels are not valid.
    Channels,
}

impl fmt::Display for BadTransport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = match self.flaw {
            Flaw::Protocol => "RTP/AVP, RTP/AVP/UDP or RTP/AVP/TCP",
            Flaw::Multicast => "unicast",
            Flaw::Mode => "mode PLAY",
            Flaw::ClientPort => "client_port with two ports from 1 to 65535",
            Flaw::Channels => "interleaved with two channels from 0 to 255",
        };
        write!(out, "read transport: expected {expected}, found {:?}", self.text)
    }
}

impl std::error::Error for BadTransport {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn udp(rtp: u16, second: u16) -> Offer {
        Offer::Udp { client_port: Ports { rtp, rtcp: second }, destination: None }
    }

    fn tcp(rtp: u8, second: u8) -> Offer {
        Offer::Tcp { interleaved: Some(Channels { rtp, rtcp: second }) }
    }

    fn offers(header: &str) -> Vec<Result<Offer, Flaw>> {
        Offer::parse_list(header).map(|offer| offer.map_err(|error| error.flaw)).collect()
    }

    #[test]
    fn what_players_offer_is_read() {
        for (header, offer) in [
            ("RTP/AVP/UDP;unicast;client_port=21048-21049", udp(21_048, 21_049)),
            ("RTP/AVP;unicast;client_port=5000-5001", udp(5000, 5001)),
            ("RTP/AVP;unicast;client_port=5000", udp(5000, 5001)),
            ("RTP/AVP;unicast;client_port=5000-", udp(5000, 5001)),
            ("RTP/AVP;client_port=5000-5001", udp(5000, 5001)),
            (" rtp/avp ; UNICAST ; Client_Port = 5000 - 7 ; Mode=play", udp(5000, 7)),
            ("RTP/AVP;unicast;mode=\"PLAY,RECORD\";client_port=1-2", udp(1, 2)),
            ("RTP/AVP/TCP;unicast;interleaved=0-1", tcp(0, 1)),
            ("RTP/AVP/TCP;interleaved=254;mode=\"PLAY\"", tcp(254, 255)),
            ("RTP/AVP;unicast;interleaved=2-3", tcp(2, 3)),
            ("RTP/AVP/TCP;unicast", Offer::Tcp { interleaved: None }),
            ("RTP/AVP/TCP;unicast;client_port=5000-5001", Offer::Tcp { interleaved: None }),
        ] {
            assert_eq!(offers(header), [Ok(offer)], "{header}");
        }
    }

    #[test]
    fn a_list_keeps_the_clients_order() {
        assert_eq!(
            offers(
                "RTP/AVP;multicast, RTP/AVP;mode=\"RECORD,X\" ,, ,RTP/AVP/TCP;interleaved=0-1,\
                 RTP/AVP;client_port=6-7"
            ),
            [Err(Flaw::Multicast), Err(Flaw::Mode), Ok(tcp(0, 1)), Ok(udp(6, 7))]
        );
        assert_eq!(offers(""), []);
    }

    #[test]
    fn another_destination_is_told() {
        let offer = Offer::parse("RTP/AVP;unicast;destination=10.0.0.9;client_port=6-7").unwrap();
        let Offer::Udp { destination, .. } = &offer else { panic!("{offer:?}") };
        assert_eq!(destination.as_deref(), Some("10.0.0.9"));
    }

    #[test]
    fn what_is_not_served_is_refused_and_says_why() {
        for (header, flaw) in [
            ("RAW/RAW/UDP;unicast;client_port=6-7", Flaw::Protocol),
            ("RTP/SAVP;unicast;client_port=6-7", Flaw::Protocol),
            ("RTP/AVP;multicast", Flaw::Multicast),
            ("RTP/AVP;multicast;client_port=6-7", Flaw::Multicast),
            ("RTP/AVP;unicast;client_port=6-7;mode=record", Flaw::Mode),
            ("RTP/AVP;unicast;client_port=6-7;mode=", Flaw::Mode),
            ("RTP/AVP", Flaw::ClientPort),
            ("RTP/AVP;unicast", Flaw::ClientPort),
            ("RTP/AVP;unicast;client_port=0-1", Flaw::ClientPort),
            ("RTP/AVP/UDP;unicast;interleaved=0-1", Flaw::ClientPort),
            ("RTP/AVP;unicast;client_port=6-0", Flaw::ClientPort),
            ("RTP/AVP;unicast;client_port=6-6", Flaw::ClientPort),
            ("RTP/AVP;unicast;client_port=65535", Flaw::ClientPort),
            ("RTP/AVP;unicast;client_port=65536-65537", Flaw::ClientPort),
            ("RTP/AVP/TCP;interleaved=255", Flaw::Channels),
            ("RTP/AVP/TCP;interleaved=3-3", Flaw::Channels),
            ("RTP/AVP/TCP;interleaved=256-257", Flaw::Channels),
            ("RTP/AVP/TCP;interleaved=x", Flaw::Channels),
        ] {
            assert_eq!(offers(header), [Err(flaw)], "{header}");
        }
        for (header, error) in [
            (" RTP/AVP;multicast ", "expected unicast, found \"RTP/AVP;multicast\""),
            ("RTP/AVP", "expected client_port with two ports from 1 to 65535, found \"RTP/AVP\""),
            (
                "RTP/AVP/TCP;interleaved=",
                "expected interleaved with two channels from 0 to 255, \
                 found \"RTP/AVP/TCP;interleaved=\"",
            ),
        ] {
            let found = Offer::parse(header).unwrap_err().to_string();
            assert_eq!(found, format!("read transport: {error}"));
        }
    }

    #[test]
    fn answers_are_read_as_servers_write_them() {
        let ports = |rtp| Some(Ports { rtp, rtcp: rtp + 1 });
        let udp = |client, server| Carrier::Udp { client_port: client, server_port: server };
        let tcp = |rtp| Carrier::Tcp { interleaved: Some(Channels { rtp, rtcp: rtp + 1 }) };
        for (header, carrier, ssrc) in [
            (
                "RTP/AVP;unicast;client_port=6-7;server_port=8-9;ssrc=8E5E9800;mode=\"PLAY\"",
                udp(ports(6), ports(8)),
                Some(0x8E5E_9800),
            ),
            (
                "RTP/AVP/UDP;mode=play;server_port=8;ssrc= 4d2 ;x=y;source=h;client_port=6-7",
                udp(ports(6), ports(8)),
                Some(0x4D2),
            ),
            ("RTP/AVP;unicast;client_port=6-7", udp(ports(6), None), None),
            ("RTP/AVP;unicast;server_port=0-0;ssrc=xyz", udp(None, None), None),
            ("rtp/avp/tcp;unicast;INTERLEAVED=4-5", tcp(4), None),
            ("RTP/AVP/TCP;unicast", Carrier::Tcp { interleaved: None }, None),
        ] {
            let answer = Answer::parse(header).unwrap();
            assert_eq!((answer.carrier, answer.ssrc), (carrier, ssrc), "{header}");
            assert_eq!(answer.source.is_some(), header.contains("source"), "{header}");
        }
        let two = Answer::parse("RTP/AVP/TCP;interleaved=4-5,RTP/AVP").unwrap();
        assert_eq!(two.carrier, tcp(4), "the first counts");
        assert_eq!(Answer::parse("").unwrap_err().flaw, Flaw::Protocol);
        assert_eq!(Answer::parse("RTP/AVP;multicast;port=6").unwrap_err().flaw, Flaw::Multicast);
    }

    #[test]
    fn written_as_players_know_it() {
        assert_eq!(udp(6, 7).to_string(), "RTP/AVP;unicast;client_port=6-7");
        assert_eq!(tcp(0, 1).to_string(), "RTP/AVP/TCP;unicast;interleaved=0-1");
        let carrier = Carrier::Tcp { interleaved: Some(Channels { rtp: 0, rtcp: 1 }) };
        let answer = Answer { carrier, ssrc: Some(0x4D2), source: None };
        let text = "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=000004D2;mode=\"PLAY\"";
        assert_eq!(answer.to_string(), text);
    }

    fn ports() -> impl Strategy<Value = Ports> {
        (1..=u16::MAX, 1..=u16::MAX)
            .prop_filter("two ports", |(first, second)| first != second)
            .prop_map(|(rtp, second)| Ports { rtp, rtcp: second })
    }

    fn channels() -> impl Strategy<Value = Channels> {
        (any::<u8>(), any::<u8>())
            .prop_filter("two channels", |(first, second)| first != second)
            .prop_map(|(rtp, second)| Channels { rtp, rtcp: second })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            (client_port, server_port) in (ports(), proptest::option::of(ports())),
            interleaved in proptest::option::of(channels()),
            ssrc in any::<Option<u32>>(),
            host in proptest::option::of("[a-z0-9.:]{1,15}"),
        ) {
            let udp = Offer::Udp { client_port, destination: host.clone() };
            let offers = [udp, Offer::Tcp { interleaved }];
            let list = offers.each_ref().map(Offer::to_string).join(",");
            let read: Result<Vec<_>, _> = Offer::parse_list(&list).collect();
            prop_assert_eq!(read, Ok(offers.to_vec()));
            let udp = Carrier::Udp { client_port: Some(client_port), server_port };
            for carrier in [udp, Carrier::Tcp { interleaved }] {
                let answer = Answer { carrier, ssrc, source: host.clone() };
                prop_assert_eq!(Answer::parse(&answer.to_string()), Ok(answer));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(
            start in "(RTP/AVP(/TCP|/UDP)?;)?",
            rest in "(;|,|=|-|\"|[0-9]{1,6}|client_port=|interleaved=|mode=|ssrc=|\\PC){0,20}",
        ) {
            let text = start + &rest;
            let refused = Offer::parse_list(&text).filter_map(Result::err);
            for error in refused.chain(Answer::parse(&text).err()) {
                prop_assert!(error.to_string().starts_with("read transport: "));
            }
        }
    }
}
