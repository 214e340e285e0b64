//! What is found, in a form that a window, a terminal and a report card can show.

use std::fmt;
use std::ops::Range;

/// One sentence of the diagnosis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its short name, which never changes: `jpeg_at`, `marker_none`.
    pub id: &'static str,
    /// How much it matters.
    pub weight: Weight,
    /// What is seen, in at most 45 characters.
    pub title: String,
    /// At most two lines of at most 60 characters: the bytes, what is expected, where to look.
    pub lines: Vec<String>,
    /// What of the packet is to be marked.
    pub guilty: Guilty,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The movie can't be shown, or not all of it.
    Mistake,
    /// It plays all the same.
    Note,
}

/// A part of the packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guilty {
    /// None in particular.
    Nothing,
    /// The bits of the datagram, counted from its first: bit 8 is the marker.
    Bits(Range<usize>),
    /// How long the payload is.
    Length,
}

impl Guilty {
    /// These bytes of the datagram.
    pub(super) const fn bytes(bytes: Range<usize>) -> Self {
        Self::Bits(8 * bytes.start..8 * bytes.end)
    }
}

impl Finding {
    /// The lines, as sentences in one line.
    pub fn text(&self) -> String {
        let stop = |line: &str| if line.ends_with(char::is_alphanumeric) { "." } else { "" };
        let sentences = self.lines.iter().map(|line| format!("{line}{}", stop(line)));
        sentences.collect::<Vec<_>>().join(" ")
    }
}

/// The title, and each line after it: `The RTP header is empty: All its 12 bytes are 0 …`.
impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.title, self.text())
    }
}
