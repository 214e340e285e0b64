//! What the client does when nothing comes: no reply, or no packet, for 2 s.

use std::time::Duration;

use super::{Client, Message, RequestSent};
use crate::rtsp::State;

impl Client {
    /// What is due because nothing has come for 2 s: no reply, or no packet.
    pub(super) fn look_at_the_clock(&mut self) -> bool {
        let now = self.clock.elapsed();
        let overdue = self.look_for_the_reply(now);
        if self.state != State::Init {
            self.statistics.sample(now);
        }
        let silent = self.state == State::Playing && self.look_for_packets(now);
        self.keep_alive(now);
        overdue || silent
    }

    fn look_for_the_reply(&mut self, now: Duration) -> bool {
        let wait = if self.standard.is_some() { STANDARD_REPLY_WAIT } else { REPLY_WAIT };
        let is_late = |sent: &&mut RequestSent| !sent.overdue && now >= sent.at + wait;
        let Some(sent) = self.request_sent.as_mut().filter(is_late) else { return false };
        sent.overdue = true;
        let method = sent.method;
        if !self.reconnect_over_tcp() {
            self.wishes.clear();
            self.tell(Message::no_reply(method, wait));
        }
        true
    }

    fn look_for_packets(&mut self, now: Duration) -> bool {
        if self.awaits_udp(now) {
            return false;
        }
        let last = self.statistics.reception.last_arrival.unwrap_or_default();
        let no_data = now >= last.max(self.played_since) + DATA_WAIT;
        let changed = no_data != std::mem::replace(&mut self.no_data, no_data);
        if changed && no_data {
            self.tell_why_there_is_no_picture();
        }
        changed
    }

    /// At the end of a movie there is nothing to tell but that nothing comes.
    fn tell_why_there_is_no_picture(&mut self) {
        let reception = &self.statistics.reception;
        // Fewer, if the figures from just before PLAY were left out on their way here.
        if reception.packets <= self.packets_before {
            let malformed = reception.malformed > self.malformed_before;
            let place = self.rtp_place();
            let strange = reception.strangers > self.strangers_before;
            self.tell(match (malformed, strange) {
                (true, _) => Message::no_rtp(&place),
                (false, true) => Message::only_strangers(&place),
                (false, false) => Message::no_packets(&place),
            });
        }
    }

    /// Where RTP is awaited, in words.
    fn rtp_place(&self) -> String {
        match self.announced_port {
            0 => "the RTSP connection".to_owned(),
            port => format!("UDP port {port}"),
        }
    }
}

/// After that time without a reply the user may try again.
const REPLY_WAIT: Duration = Duration::from_secs(2);
/// The same in the standard dialect, whose servers may have to ask a camera first.
const STANDARD_REPLY_WAIT: Duration = Duration::from_secs(5);
/// After that time without a packet the user is told.
const DATA_WAIT: Duration = Duration::from_secs(2);
