//! What the client does with replies of the standard dialect.

use std::time::Duration;

use super::Plan;
use crate::client::{Client, Media, Message};
use crate::rtsp::{Method, Reply};
use crate::standard::rtsp::npt::NptRange;
use crate::standard::rtsp::{RtpInfo, RtspUrl, SessionHeader, StandardReply};
use crate::standard::sdp::Description;

impl Client {
    /// Looks at a message of the server, as `parse_rtsp_reply` does in the lab's dialect.
    pub(in crate::client) fn parse_standard_reply(&mut self, text: &str, arrival: Duration) {
        let reply = match StandardReply::parse(text.as_bytes()) {
            Ok(reply) => reply,
            Err(error) => return self.ignore(format!("could not {error}")),
        };
        if reply.code < 200 {
            return self.ignore(format!("{} says that the reply is to come", reply.code));
        }
        if self.is_reply_to_keep_alive(&reply) {
            return;
        }
        let Some(request) = self.request_of(reply.cseq) else { return };
        self.last_answered = Some(request.method);
        self.statistics.reply(request.method, arrival.saturating_sub(request.at));
        if !reply.is_ok() {
            return self.refused_standard(request.method, &reply);
        }
        let session = reply.headers.get("Session").and_then(SessionHeader::parse);
        if !self.is_of_this_session(session.as_ref().map(|session| session.id.as_str())) {
            return self.stop_listening_unless_playing();
        }
        match request.method {
            Method::Options => self.options_granted(&reply),
            Method::Describe => self.describe_granted(reply),
            Method::Setup => self.setup_granted(&reply, session),
            Method::Play => self.play_granted(&reply, arrival),
            Method::Pause => self.pause_granted(),
            Method::Teardown => self.teardown_granted(),
        }
    }

    fn options_granted(&mut self, reply: &StandardReply) {
        let Some(standard) = &mut self.standard else { return };
        standard.public = reply.headers.list("Public");
        if standard.plan == Plan::Setup {
            self.send_rtsp_request(Method::Describe);
        }
    }

    fn describe_granted(&mut self, reply: StandardReply) {
        let Some(standard) = &mut self.standard else { return };
        if standard.plan != Plan::Setup {
            self.description = Some(reply.body);
            return;
        }
        let base = RtspUrl::base(&reply.headers, &standard.settings.url);
        let described = Description::parse(&reply.body).map_err(|error| error.to_string());
        let described = described.and_then(|description| {
            let urls = description.urls(&base).map_err(|error| error.to_string())?;
            Ok((description, urls))
        });
        match described {
            Ok((description, (film, track))) => {
                (standard.film, standard.track) = (film, track);
                standard.description = Some(description);
                self.send_setup();
            }
            Err(why) => {
                self.stop_setting_up();
                self.tell(Message::unplayable(&why));
            }
        }
    }

    fn setup_granted(&mut self, reply: &StandardReply, session: Option<SessionHeader>) {
        let Some(standard) = &mut self.standard else { return };
        standard.plan = Plan::Nothing;
        if let Some(session) = session {
            standard.timeout = session.timeout;
            self.session_id = Some(session.id);
        }
        standard.begin_at.get_or_insert_default();
        standard.position.begin_at(Duration::ZERO);
        match self.agree(reply.headers.get("Transport")) {
            Ok(port) => {
                self.media = Media::Open(Box::new(port));
                self.state = self.state.after(Method::Setup).unwrap_or(self.state);
            }
            Err(why) => {
                // What the server has set up ends with the connection.
                self.disconnect();
                self.tell(Message::bad_transport(&why));
            }
        }
    }

    fn play_granted(&mut self, reply: &StandardReply, arrival: Duration) {
        self.state = self.state.after(Method::Play).unwrap_or(self.state);
        self.played_since = arrival;
        self.statistics.play(arrival);
        self.no_data = false;
        let Some(standard) = &mut self.standard else { return };
        standard.has_ended = false;
        let range = reply.headers.get("Range").and_then(|range| NptRange::parse(range).ok());
        let tracks = RtpInfo::parse_list(&reply.headers.list("RTP-Info"));
        let timestamp = RtpInfo::of_track(&tracks, &standard.track).and_then(|info| info.timestamp);
        standard.position.granted(range.and_then(|range| range.start()), timestamp);
    }

    fn pause_granted(&mut self) {
        self.state = self.state.after(Method::Pause).unwrap_or(self.state);
        self.stop_listening();
        self.hold_position();
    }

    fn teardown_granted(&mut self) {
        if self.standard.as_ref().is_some_and(|standard| standard.plan == Plan::Tcp) {
            self.set_up_over_tcp();
        } else {
            self.torn_down();
        }
    }

    fn refused_standard(&mut self, method: Method, reply: &StandardReply) {
        let Some(standard) = &mut self.standard else { return };
        match method {
            // One that does not know OPTIONS may well know the others.
            Method::Options if standard.plan == Plan::Setup => {
                self.send_rtsp_request(Method::Describe);
            }
            Method::Setup if reply.code == UNSUPPORTED_TRANSPORT && !standard.tcp => {
                standard.tcp = true;
                self.send_setup();
            }
            Method::Teardown if standard.plan == Plan::Tcp => self.set_up_over_tcp(),
            Method::Options
            | Method::Describe
            | Method::Setup
            | Method::Play
            | Method::Pause
            | Method::Teardown => {
                if method == Method::Setup {
                    standard.tcp = standard.settings.tcp;
                }
                standard.begin_at = None;
                if standard.plan == Plan::Setup {
                    self.stop_setting_up();
                }
                let StandardReply { code, ref reason, cseq, .. } = *reply;
                let reason = reason.clone();
                self.refused(method, &Reply { code, reason, cseq, session: None, body: None });
            }
        }
    }
}

/// The server does not send in that way (RFC 2326 section 11.3.12).
const UNSUPPORTED_TRANSPORT: u16 = 461;
