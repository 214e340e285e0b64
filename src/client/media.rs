//! The client's side of RTP: the port, the thread that listens at it, the one that decodes.

use std::sync::Arc;

use super::listen_rtp::{Listener, RtpPort};
use super::port::Port;
use super::recv_rtsp_reply::Link;
use super::strangers::Strangers;
use super::update_movie::Decoder;
use super::{Client, Message};
use crate::statistics::Statistics;

/// Where the RTP port is: with the client, with `listen_rtp`, or not open.
#[derive(Debug, Default)]
pub(super) enum Media {
    #[default]
    Closed,
    Open(Box<dyn Port>),
    Listening(Listener),
}

impl Client {
    /// Opens the RTP port. Python: `openRtpPort`.
    ///
    /// # Deviation
    /// It is opened before SETUP, not after its reply: the port that is announced is surely ours.
    #[doc(alias = "openRtpPort")]
    pub(super) fn open_rtp_port(&mut self) -> bool {
        let ipv6 = self.link.as_ref().is_some_and(Link::is_ipv6);
        let Some(decoder) = self.new_decoder() else { return false };
        self.media = Media::Closed;
        let server = self.link.as_ref().map(|link| link.peer().ip());
        let strangers = Strangers::to(server, self.mailbox.clone(), self.links);
        let opened = RtpPort::open(self.settings.rtp_port, ipv6, strangers, self.clock);
        match opened.and_then(|port| Ok((port.number()?, port))) {
            Ok((number, port)) => {
                self.announced_port = number;
                self.statistics = Statistics::default();
                self.begin_session(decoder);
                self.media = Media::Open(Box::new(port));
                true
            }
            Err(error) => {
                self.tell(Message::unable_to_bind(self.settings.rtp_port, &error));
                false
            }
        }
    }

    /// The thread that decodes what will come.
    pub(super) fn new_decoder(&mut self) -> Option<Decoder> {
        let started = Decoder::start(Arc::clone(&self.mailbox.news));
        started.map_err(|error| self.tell(Message::no_thread(&error))).ok()
    }

    /// What was known of the session before is forgotten.
    pub(super) fn begin_session(&mut self, decoder: Decoder) {
        self.media = Media::Closed;
        self.decoder = Some(decoder);
        self.latest_packet = None;
        self.picture = None;
        self.teardown_acked = false;
    }

    /// Starts `listen_rtp`, which takes the RTP port along.
    pub(super) fn start_listening(&mut self) -> bool {
        if matches!(self.media, Media::Listening(_)) {
            return true;
        }
        let frames = self.decoder.as_ref().and_then(Decoder::frames);
        let (Media::Open(mut port), Some(frames)) = (std::mem::take(&mut self.media), frames)
        else {
            return false;
        };
        port.catch_up(&frames);
        port.reception().resume();
        self.packets_before = port.reception().packets;
        self.malformed_before = port.reception().malformed;
        self.strangers_before = port.reception().strangers;
        self.begin_run(port.reception());
        match Listener::start(port, frames) {
            Ok(listener) => {
                self.media = Media::Listening(listener);
                true
            }
            Err(error) => {
                self.tell(Message::no_thread(&error));
                self.disconnect();
                false
            }
        }
    }

    /// Stops `listen_rtp` and gets the RTP port back from it. Python: `playEvent.set()`.
    #[doc(alias = "playEvent")]
    pub(super) fn stop_listening(&mut self) {
        self.media = match std::mem::take(&mut self.media) {
            Media::Listening(listener) => match listener.finish() {
                Some(mut port) => {
                    self.statistics.receive(port.reception().clone());
                    self.latest_packet = port.latest().or(self.latest_packet);
                    Media::Open(port)
                }
                None => Media::Closed,
            },
            media @ (Media::Closed | Media::Open(_)) => media,
        };
        self.statistics.pause(self.clock.elapsed());
        self.no_data = false;
    }
    /// Tells the server by RTCP that nobody listens any more.
    pub(super) fn say_goodbye(&mut self) {
        self.stop_listening();
        if let Media::Open(port) = &mut self.media {
            port.say_goodbye();
        }
    }
}
