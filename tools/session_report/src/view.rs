//! The views of the page, each a section of HTML with its figure.

pub(crate) mod again;
pub(crate) mod curves;
pub(crate) mod dialogue;
pub(crate) mod gaps;
pub(crate) mod head;
pub(crate) mod packets;
pub(crate) mod parts;
pub(crate) mod tables;
