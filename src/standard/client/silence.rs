//! Nothing comes over UDP: then TCP is tried, which comes through where the replies do.

use std::time::Duration;

use super::Plan;
use crate::client::{Client, Media, Message};
use crate::rtsp::{Method, State};

impl Client {
    /// Whether a first packet over UDP is still awaited, so that its lack means nothing yet; and
    /// when it has been awaited for too long, on to TCP.
    pub(in crate::client) fn awaits_udp(&mut self, now: Duration) -> bool {
        let Some(standard) = &self.standard else { return false };
        if standard.tcp || standard.has_ended || self.statistics.reception.packets > 0 {
            return false;
        }
        if now >= self.played_since + standard.settings.silence && !self.is_waiting() {
            self.fall_back();
        }
        true
    }

    fn fall_back(&mut self) {
        let Some(standard) = &mut self.standard else { return };
        standard.plan = Plan::Tcp;
        self.say_goodbye();
        self.send_rtsp_request(Method::Teardown);
        self.tell(Message::tries_tcp(self.announced_port));
    }

    /// TEARDOWN has been answered: SETUP again, with TCP, and PLAY from where it was to begin.
    pub(super) fn set_up_over_tcp(&mut self) {
        let position = self.position();
        let Some(standard) = &mut self.standard else { return };
        standard.plan = Plan::Nothing;
        standard.tcp = true;
        standard.begin_at = position;
        self.stop_listening();
        self.media = Media::Closed;
        self.session_id = None;
        self.state = State::Init;
        self.wishes.push_front(Method::Play);
        self.send_setup();
    }

    /// The same on a new connection: the server has closed this one, or says nothing any more.
    pub(in crate::client) fn reconnect_over_tcp(&mut self) -> bool {
        let position = self.position();
        let Some(standard) = self.standard.as_mut().filter(|standard| standard.plan == Plan::Tcp)
        else {
            return false;
        };
        standard.tcp = true;
        self.disconnect();
        if let Some(standard) = &mut self.standard {
            standard.begin_at = position;
        }
        self.wishes.push_front(Method::Play);
        self.setup_movie();
        true
    }
}
