//! One packet, and what became of it.

use crate::log::Net;

/// A packet.
#[derive(Clone, Debug)]
pub(crate) struct Packet {
    /// Its number, extended to 64 bits.
    pub(crate) seq: u64,
    /// The frame that it is of.
    pub(crate) frame: Option<u64>,
    pub(crate) ts: Option<u64>,
    pub(crate) bytes: u64,
    pub(crate) sent: Option<f64>,
    pub(crate) net: Net,
    /// How long it is delayed on purpose, in milliseconds.
    pub(crate) by: f64,
    /// When it came first.
    pub(crate) arrived: Option<f64>,
    /// When it came once more.
    pub(crate) again: Vec<f64>,
    /// When a later one showed that it is missing.
    pub(crate) missed: Option<f64>,
    /// It came after a later one.
    pub(crate) is_late: bool,
    pub(crate) end: End,
}

/// What became of a packet: each has one end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    /// It did not arrive.
    Lost,
    /// It came after a later one, and too late for its frame.
    Late,
    /// Its frame was shown, at that time.
    Shown(f64),
    /// Its frame was not; why is in `Session::reasons`.
    NotShown(usize),
    /// It came, and the log says no more of it.
    Open,
}

impl Packet {
    pub(super) fn new(seq: u64, end: End) -> Self {
        Self {
            seq,
            frame: None,
            ts: None,
            bytes: 0,
            sent: None,
            net: Net::Passed,
            by: 0.0,
            arrived: None,
            again: Vec::new(),
            missed: None,
            is_late: false,
            end,
        }
    }

    /// When its life began: when it was sent, or was first heard of.
    pub(crate) fn begin(&self) -> f64 {
        self.sent.or(self.arrived).or(self.missed).unwrap_or_default()
    }

    /// When it came; a lost one when it would have come, or was missed.
    pub(crate) fn place(&self) -> f64 {
        let due = self.sent.map(|sent| sent + self.by);
        self.arrived.or(due).or(self.missed).unwrap_or_default()
    }

    /// How long it was on its way.
    pub(crate) fn delay(&self) -> Option<f64> {
        Some(self.arrived? - self.sent?)
    }

    /// Whether a later one showed that it is missing, and it did not come after that.
    pub(crate) fn is_missed(&self) -> bool {
        self.missed.is_some() && self.arrived.is_none()
    }

    /// Whether it came, and in time.
    pub(crate) fn is_on_time(&self) -> bool {
        self.arrived.is_some() && !self.is_late
    }
}
