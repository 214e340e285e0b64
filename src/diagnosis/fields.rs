//! The header's other fields, and empty packets: what is odd in them, though it plays.

use std::time::Duration;

use super::evidence::NOTED;
use super::finding::Finding;
use super::look::{Header, Look};
use super::texts::notes as note_texts;

/// What has been seen since PLAY.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    /// Packets in a row with the same version, payload type, timestamp.
    version: Run<u8>,
    payload_type: Run<u8>,
    timestamp: Run<u32>,
    /// Since when the timestamp has been the same.
    timestamp_since: Duration,
    /// Frames in a row that begin with another SSRC than the one before.
    other_ssrcs: u32,
    ssrc: Option<u32>,
    /// Frames in a row that P announces padding for, where there is none.
    unpadded: u32,
    packets: u32,
    empty: u32,
}

/// The same value again and again.
#[derive(Clone, Copy, Debug, Default)]
struct Run<T> {
    value: T,
    count: u32,
}

impl<T: PartialEq> Run<T> {
    /// Whether it is another than before.
    fn add(&mut self, value: T) -> bool {
        let is_other = self.count == 0 || self.value != value;
        self.count = if is_other { 1 } else { self.count + 1 };
        self.value = value;
        is_other
    }
}

impl Fields {
    pub(super) fn packet(&mut self, look: &Look, header: &Header) {
        self.packets += 1;
        self.empty += u32::from(look.payload.length == 0);
        self.version.add(header.version);
        self.payload_type.add(header.payload_type);
        if self.timestamp.add(header.timestamp) {
            self.timestamp_since = look.arrival;
        }
        if look.payload.is_start {
            let is_other = self.ssrc.is_some_and(|ssrc| ssrc != header.ssrc);
            self.other_ssrcs = if is_other { self.other_ssrcs + 1 } else { 0 };
            self.ssrc = Some(header.ssrc);
            let has_bit = look.start().first().is_some_and(|flags| flags & 0x20 != 0);
            let is_whole = look.payload.length + 12 == look.size;
            self.unpadded = if has_bit && is_whole { self.unpadded + 1 } else { 0 };
        }
    }

    pub(super) fn notes(&self, look: &Look) -> Option<Finding> {
        let (version, kind, timestamp) = (self.version, self.payload_type, self.timestamp);
        let [flags, second] = look.start().first_chunk().copied().unwrap_or_default();
        if version.count >= NOTED && version.value != 2 {
            return Some(note_texts::version(version.value, flags));
        }
        if self.unpadded >= NOTED {
            return Some(note_texts::padding_bit(flags));
        }
        if kind.count >= NOTED && kind.value != 26 {
            return Some(note_texts::payload_type(kind.value, second));
        }
        let stands_since = look.arrival.saturating_sub(self.timestamp_since);
        match timestamp.value {
            0 if timestamp.count >= NOTED => return Some(note_texts::timestamp_0()),
            1.. if stands_since >= STANDS && timestamp.count >= NOTED => {
                return Some(note_texts::timestamp_still(timestamp.value, self.ssrc));
            }
            _ => {}
        }
        if self.other_ssrcs >= NOTED {
            return Some(note_texts::ssrc());
        }
        let is_often = self.empty >= 5 && self.packets >= 20 && 10 * self.empty >= self.packets;
        // Those at the end have a note of their own.
        let goes_on = look.payload.length > 0;
        (is_often && goes_on).then(|| note_texts::some_empty(self.empty, self.packets))
    }
}

/// A timestamp of seconds changes more often.
const STANDS: Duration = Duration::from_millis(2500);
