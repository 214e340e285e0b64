//! What was found out about two servers.

use crate::card::Card;

use super::measures::Measures;

/// The cards and the figures of two servers.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(super) sides: [Side; 2],
    /// What could not be measured, and why.
    pub(super) notes: Vec<String>,
}

/// One of the two.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) command: String,
    pub(super) name: String,
    pub(super) measures: Measures,
    pub(super) card: Card,
}

impl Comparison {
    /// Whether nothing failed with either, and all could be measured.
    pub(crate) fn is_full(&self) -> bool {
        self.notes.is_empty() && self.sides.iter().all(|side| side.card.is_full())
    }
}
