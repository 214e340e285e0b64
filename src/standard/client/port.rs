//! `listen_rtp` of the standard dialect: RTP in, frames to `update_movie`; RTCP in and out.

use std::io;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use super::intake::{Intake, Stream};
use super::reports::Reports;
use super::source::{Received, Source};
use crate::client::LatestPacket;
use crate::client::listen_rtp::Frame;
use crate::client::port::{Port, Waker};
use crate::client::recv_rtsp_reply::{Answer, Mailbox};
use crate::connection::timed_out;
use crate::event::Event;
use crate::statistics::Reception;

/// What SETUP has agreed on, and all that is known of the packets.
#[derive(Debug)]
pub(in crate::client) struct StandardPort {
    source: Source,
    intake: Intake,
    reports: Reports,
    clock: Instant,
    mailbox: Mailbox,
    link: u32,
    /// When the source said goodbye, until that has been told.
    goodbye: Option<Duration>,
    last_told: Duration,
}

impl StandardPort {
    /// Receives `stream` from `source`; what else happens goes to the mailbox, as of the connection
    /// with the number `link`.
    pub(in crate::client) fn new(
        source: Source,
        stream: Stream,
        clock: Instant,
        mailbox: Mailbox,
        link: u32,
    ) -> Self {
        Self {
            source,
            intake: Intake::new(stream),
            reports: Reports::new(),
            clock,
            mailbox,
            link,
            goodbye: None,
            last_told: Duration::ZERO,
        }
    }

    fn take(&mut self, received: Received, datagram: &[u8], now: Duration) {
        match received {
            Received::Rtp(_) => self.intake.take(datagram, now),
            Received::Rtcp(_) => {
                if Reports::take(datagram, &mut self.intake, now) {
                    self.goodbye = Some(now);
                }
            }
            Received::Strange => self.intake.reception.strangers += 1,
            Received::Other => {}
        }
    }

    /// Passes on what is complete, and does what is due at `now`.
    fn go_on(&mut self, now: Duration, frames: &SyncSender<Frame>) {
        self.intake.go_on(now);
        self.pass_on_frames(now, frames);
        if let Some(report) = self.reports.due(&mut self.intake, now) {
            self.source.send_rtcp(&report);
        }
        // Over UDP the goodbye may overtake packets.
        let last_sign = self.goodbye.max(self.intake.reception.last_arrival);
        let is_over = last_sign.is_some_and(|last| now >= last + LAST_PACKETS);
        if self.goodbye.is_some() && is_over {
            self.goodbye = None;
            self.intake.end(now);
            self.pass_on_frames(now, frames);
            self.mailbox.put(Answer::Goodbye { link: self.link });
        }
    }

    fn pass_on_frames(&mut self, now: Duration, frames: &SyncSender<Frame>) {
        while let Some(frame) = self.intake.next_frame() {
            self.pass_on(Some(frame), now, frames);
        }
        if now >= self.last_told + REPORT_INTERVAL {
            self.pass_on(None, now, frames);
        }
        while let Some(reason) = self.intake.next_reason() {
            let why = format!("could not {reason}");
            self.mailbox.put(Answer::Undecodable { link: self.link, why });
        }
    }

    /// A frame may be left out when decoding does not keep up; receiving never waits.
    fn pass_on(&mut self, jpeg: Option<Vec<u8>>, now: Duration, frames: &SyncSender<Frame>) {
        self.last_told = now;
        let is_frame = jpeg.is_some();
        let Intake { reception, latest, .. } = &mut self.intake;
        let frame = Frame { jpeg, reception: reception.clone(), latest: *latest };
        let sent = frames.try_send(frame);
        reception.overruns += u64::from(is_frame && sent.is_err());
    }
}

impl Port for StandardPort {
    fn catch_up(&mut self, frames: &SyncSender<Frame>) {
        let mut datagram = vec![0; MAX_DATAGRAM];
        // A sender that never paused must not keep the client from playing.
        for _ in 0..MAX_WAITING {
            let Ok(received) = self.source.receive_waiting(&mut datagram) else { break };
            let now = self.clock.elapsed();
            self.take(received, datagram.get(..received.count()).unwrap_or_default(), now);
        }
        let now = self.clock.elapsed();
        self.intake.finish(now);
        self.pass_on_frames(now, frames);
        // Where the numbers go on is up to the server: nothing is lost between pause and play.
        self.intake.reception.begin_anew();
        self.goodbye = None;
    }

    fn listen_rtp(&mut self, stop: &Event, frames: &SyncSender<Frame>) {
        let mut datagram = vec![0; MAX_DATAGRAM];
        let mut deadline = None;
        loop {
            let received = self.source.receive(&mut datagram);
            let stopping = stop.is_set();
            let now = self.clock.elapsed();
            match received {
                Ok(Received::Rtp(0)) if stopping => break,
                Ok(received) => {
                    self.take(received, datagram.get(..received.count()).unwrap_or_default(), now);
                }
                Err(error) if timed_out(&error) && stopping => break,
                Err(error) if timed_out(&error) => {}
                // Some systems report here that an earlier datagram was refused.
                Err(_) => drop(stop.wait(ERROR_PAUSE)),
            }
            self.go_on(now, frames);
            // A flood may have left no room for what wakes.
            if stopping && *deadline.get_or_insert(Instant::now() + DRAIN_TIME) <= Instant::now() {
                break;
            }
        }
        let now = self.clock.elapsed();
        self.intake.finish(now);
        self.pass_on_frames(now, frames);
    }

    fn waker(&self) -> io::Result<Waker> {
        self.source.waker()
    }

    fn reception(&mut self) -> &mut Reception {
        &mut self.intake.reception
    }

    fn latest(&self) -> Option<LatestPacket> {
        self.intake.latest
    }

    fn say_goodbye(&mut self) {
        let now = self.clock.elapsed();
        self.source.send_rtcp(&self.reports.goodbye(&mut self.intake, now));
    }
}

/// The most that a packet can have, by UDP or in a frame of the connection.
const MAX_DATAGRAM: usize = 65_535;
/// The most packets that are taken before PLAY; no system keeps as many.
const MAX_WAITING: usize = 10_000;
/// How long packets that are there already are still taken after the stop.
const DRAIN_TIME: Duration = Duration::from_millis(100);
/// How often the figures are told when no frame tells them.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);
/// How long to wait after an error of the socket, so that a lasting one does not burn a core.
const ERROR_PAUSE: Duration = Duration::from_millis(10);
/// How long after a goodbye, and after any packet behind it, packets may still come.
const LAST_PACKETS: Duration = Duration::from_millis(250);
