//! What the thread `listen_rtp` does in the standard dialect: RTP in, frames to the decoder; RTCP
//! in and out.

use std::io;
use std::time::Duration;

use super::intake::{Intake, Stream};
use super::reports::Reports;
use super::source::{Received, Source};
use crate::client::findings::{Findings, Frames};
use crate::client::receiver::Port;
use crate::errand::Wake;
use crate::event::Event;
use crate::trace::Arrivals;

/// What SETUP has agreed on, and all that is known of the packets.
#[derive(Debug)]
pub(super) struct StandardPort {
    source: Source,
    intake: Intake,
    reports: Reports,
    frames: Frames,
    /// When the source said goodbye, until that has been reported.
    goodbye: Option<Duration>,
    /// Whether it has, in this run.
    is_gone: bool,
}

impl StandardPort {
    /// Receives `stream` from `source`, sends frames to `frames`, and tells of them to `arrivals`, by whose
    /// clock times are counted.
    pub(super) fn new(
        mut source: Source,
        stream: Stream,
        frames: Frames,
        arrivals: Arrivals,
    ) -> Self {
        source.note_to(arrivals.whence());
        let (intake, reports) = (Intake::new(stream, arrivals), Reports::new());
        Self { source, intake, reports, frames, goodbye: None, is_gone: false }
    }

    /// Receives packets until it is told to stop.
    ///
    /// ```text
    /// until told to stop
    ///     receive a packet of RTP or RTCP, or time out
    ///     put packets in order, count them
    ///     put frames together, pass them on
    ///     report what has come, if that is due
    /// ```
    pub(super) fn listen(&mut self, stop: &Event) {
        while let Some(received) = self.source.receive(stop) {
            let now = self.intake.now();
            match received {
                Received::Rtp(datagram) => self.intake.take(datagram, now),
                Received::Rtcp(datagram) => {
                    self.intake.tell_report(false, datagram);
                    if Reports::take(datagram, &mut self.intake, now) {
                        (self.goodbye, self.is_gone) = (Some(now), true);
                    }
                }
                Received::OfStranger(from) => {
                    if self.intake.count_stranger(from) {
                        self.frames.hurry();
                    }
                }
                Received::Nothing => {}
            }
            self.intake.go_on(now);
            self.pass_on(now);
            if !stop.is_set() {
                self.do_what_is_due(now);
            }
        }
        let now = self.intake.now();
        self.intake.finish(now);
        self.pass_on(now);
    }

    /// Tells the server by RTCP that nobody listens any longer.
    pub(super) fn say_goodbye(&mut self) {
        let now = self.intake.now();
        let report = self.reports.goodbye(&mut self.intake, now);
        self.send(&report);
    }

    /// Sends a report. On the connection there must be none to a source that has gone: a server that has
    /// taken its channels down reads it as a request.
    fn send(&self, report: &[u8]) {
        if !self.source.is_tcp() || !self.is_gone {
            self.intake.tell_report(true, report);
            self.source.send_rtcp(report);
        }
    }

    fn pass_on(&mut self, now: Duration) {
        while let Some(frame) = self.intake.next_frame() {
            self.frames.pass_on(frame, &mut self.intake.findings, now);
        }
        if self.intake.note_flaws() {
            self.frames.hurry();
        }
        self.frames.tell(&self.intake.findings, now);
    }

    fn do_what_is_due(&mut self, now: Duration) {
        if let Some(report) = self.reports.due(&mut self.intake, now) {
            self.send(&report);
        }
        // Over UDP the goodbye may overtake packets.
        let last_sign = self.goodbye.max(self.intake.findings.reception.last_arrival);
        let is_over = last_sign.is_some_and(|last| now >= last + LAST_PACKETS);
        if self.goodbye.is_some() && is_over {
            self.goodbye = None;
            self.intake.end(now);
            self.pass_on(now);
            self.intake.findings.has_ended = true;
            self.frames.hurry();
            self.frames.tell(&self.intake.findings, now);
        }
    }
}

impl Port for StandardPort {
    fn findings(&self) -> &Findings {
        &self.intake.findings
    }

    fn resume(&mut self) {
        (self.goodbye, self.is_gone) = (None, false);
        let findings = &mut self.intake.findings;
        findings.has_ended = false;
        // The server chooses the number to go on with, so a gap here is no loss.
        findings.reception.begin_anew();
        findings.reception.resume();
    }

    fn waker(&self) -> io::Result<Wake> {
        self.source.waker()
    }
}

/// How long packets may still come after a goodbye, and after each packet that follows it.
const LAST_PACKETS: Duration = Duration::from_millis(250);
