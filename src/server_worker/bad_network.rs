//! A session's packets on their way through a bad network, in the thread that sends them.

use std::io;
use std::time::{Duration, Instant};

use crate::event::Event;
use crate::impairment::{Line, Network, Pushed};
use crate::server::shared::Settings;

/// The network between one session and its client.
#[derive(Debug)]
pub(crate) struct BadNetwork {
    network: Network,
    line: Line,
    clock: Instant,
    /// Why an earlier packet did not leave.
    failure: Option<io::Error>,
    last_named: Duration,
}

impl BadNetwork {
    /// The network of a new session; `None` if the server's is good.
    pub(crate) fn of(settings: &Settings) -> Option<Box<Self>> {
        let network = settings.network.clone()?;
        Some(Box::new(Self {
            line: Line::new(network.impairment()),
            network,
            clock: Instant::now(),
            failure: None,
            last_named: Duration::ZERO,
        }))
    }

    /// Takes a packet in, tells what becomes of it, and sends what is due.
    ///
    /// # Errors
    /// This packet, or an earlier one that was due by now, could not be sent.
    pub(crate) fn send(
        &mut self,
        packet: &[u8],
        tell: impl FnOnce(&Pushed),
        mut send: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let now = self.clock.elapsed();
        self.line.change(self.network.impairment());
        tell(&self.line.push(packet, now));
        self.send_due(now, &mut send);
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Waits until the next frame is due, and sends what comes out of the line in the meantime;
    /// returns whether `stop` is set.
    pub(crate) fn wait(
        &mut self,
        stop: &Event,
        due: Instant,
        tell: impl Fn(String),
        mut send: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> bool {
        let due = due.saturating_duration_since(self.clock);
        // Twenty lines a second would be of no use.
        if self.clock.elapsed() >= self.last_named + NAMING_INTERVAL {
            self.name_packets(&tell);
        }
        loop {
            let now = self.clock.elapsed();
            self.send_due(now, &mut send);
            let next = self.line.next_due().map_or(due, |next| next.min(due));
            if stop.wait(next.saturating_sub(now)) {
                return true;
            }
            if next == due {
                return false;
            }
        }
    }

    /// After the last frame: packets still in the line leave when they are due, or at once when
    /// `stop` is set, so that nothing comes after the reply to PAUSE. Then tells what was done.
    pub(crate) fn finish(
        &mut self,
        stop: &Event,
        tell: impl Fn(String),
        mut send: impl FnMut(&[u8]) -> io::Result<()>,
    ) {
        self.line.end();
        while let Some(next) = self.line.next_due() {
            if stop.wait(next.saturating_sub(self.clock.elapsed())) {
                self.line.flush();
            }
            self.send_due(self.clock.elapsed(), &mut send);
        }
        self.name_packets(&tell);
        let tally = self.line.tally();
        if tally.packets > 0 {
            let impairment = self.network.impairment();
            tell(format!("{tally} (seed {})", impairment.seed()));
        }
    }

    fn send_due(&mut self, now: Duration, send: &mut impl FnMut(&[u8]) -> io::Result<()>) {
        while let Some(packet) = self.line.pop(now) {
            if let Err(error) = send(&packet) {
                self.failure = Some(error);
            }
        }
    }

    /// Names the packets that something was done to, if there are any.
    fn name_packets(&mut self, tell: &impl Fn(String)) {
        let deeds = self.line.take_deeds();
        if !deeds.is_empty() {
            tell(deeds.to_string());
            self.last_named = self.clock.elapsed();
        }
    }
}

/// How often the transcript names packets.
const NAMING_INTERVAL: Duration = Duration::from_secs(1);
