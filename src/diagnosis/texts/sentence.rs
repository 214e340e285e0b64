//! What the sentences have in common.

use crate::diagnosis::finding::{Finding, Guilty, Weight};

/// A sentence on a mistake.
pub(super) fn mistake<const LINES: usize>(
    id: &'static str,
    guilty: Guilty,
    title: impl Into<String>,
    lines: [String; LINES],
) -> Finding {
    Finding { id, weight: Weight::Mistake, title: title.into(), lines: lines.into(), guilty }
}

/// A sentence on something that plays all the same.
pub(super) fn note<const LINES: usize>(
    id: &'static str,
    guilty: Guilty,
    title: impl Into<String>,
    lines: [String; LINES],
) -> Finding {
    Finding { id, weight: Weight::Note, title: title.into(), lines: lines.into(), guilty }
}

pub(super) const HEADER: Guilty = Guilty::bytes(0..12);
pub(super) const FIRST: Guilty = Guilty::bytes(0..1);
pub(super) const NUMBER: Guilty = Guilty::bytes(2..4);
pub(super) const PAYLOAD: Guilty = Guilty::bytes(12..14);
pub(super) const MARKER: Guilty = Guilty::Bits(8..9);
