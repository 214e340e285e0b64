//! What kind of datagram it is.

use super::disguise;
use crate::rtp_packet::HEADER_SIZE;

/// The kinds, the first that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Fewer bytes than a header has.
    Short,
    /// The payload begins as a JPEG does.
    Jpeg,
    /// A JPEG comes after twelve bytes; but the first of them says that something else does.
    Flags,
    /// A JPEG, and nothing before it.
    NoHeader,
    /// Text, then a JPEG.
    TextHeader,
    /// Digits after the header, then a JPEG.
    Digits,
    /// The header twice, then a JPEG.
    TwoHeaders,
    /// Another kind of file, or bytes packed by a library.
    Magic,
    /// A JPEG at another place.
    Elsewhere,
    /// A header alone.
    Empty,
    /// Text.
    Text,
    /// A JPEG after an encoding of characters.
    Encoded,
    /// A JPEG with its bytes in another order.
    Swapped,
    /// A JPEG of which each byte is changed.
    Changed,
    /// A JPEG without its first bytes.
    Eaten,
    /// A JPEG from its end to its beginning.
    Backwards,
    /// The standard's payload (RFC 2435).
    RtpJpeg,
    /// Anything else, such as a piece of a frame.
    Other,
}

impl Class {
    /// `payload` is what the packet carries, if it could be decoded.
    pub(super) fn of(datagram: &[u8], jpeg_at: Option<usize>, payload: Option<&[u8]>) -> Self {
        let is_jpeg = |payload: &[u8]| payload.starts_with(b"\xFF\xD8");
        let raw = datagram.get(HEADER_SIZE..);
        let is_taken_apart =
            |raw| !payload.is_some_and(|payload| is_jpeg(payload) && !is_eaten(raw, payload));
        match (raw, jpeg_at) {
            (None, _) => Self::Short,
            _ if disguise::whole_packed_by(datagram).is_some() => Self::Magic,
            _ if disguise::whole_encoded(datagram).is_some() => Self::Encoded,
            (Some(raw), Some(HEADER_SIZE)) if is_taken_apart(raw) => Self::Flags,
            _ if payload.is_some_and(is_jpeg) => Self::Jpeg,
            (Some(raw), Some(at)) => Self::before_jpeg(datagram, raw, at),
            (Some(raw), None) => Self::of_payload(raw),
        }
    }

    fn before_jpeg(datagram: &[u8], raw: &[u8], at: usize) -> Self {
        let before = datagram.get(..at).unwrap_or_default();
        let after_header = before.get(HEADER_SIZE..).unwrap_or_default();
        match at {
            0 => Self::NoHeader,
            4.. if disguise::is_text(before) => Self::TextHeader,
            13.. if disguise::is_number(after_header) => Self::Digits,
            24.. if is_header(after_header) && after_header.first() == before.first() => {
                Self::TwoHeaders
            }
            _ if disguise::packed_by(raw).is_some() => Self::Magic,
            13..20 if disguise::swapped(raw).is_some() => Self::Swapped,
            _ => Self::Elsewhere,
        }
    }

    fn of_payload(raw: &[u8]) -> Self {
        if raw.is_empty() {
            Self::Empty
        } else if disguise::encoded(raw).is_some() {
            Self::Encoded
        } else if disguise::is_text(raw.get(..40).unwrap_or(raw)) && raw.len() >= 4 {
            Self::Text
        } else if disguise::magic(raw).is_some() {
            Self::Magic
        } else if raw.starts_with(b"\xD9\xFF") && raw.ends_with(b"\xD8\xFF") {
            Self::Backwards
        } else if disguise::swapped(raw).is_some() {
            Self::Swapped
        } else if disguise::changed(raw).is_some() {
            Self::Changed
        } else if disguise::eaten(raw).is_some() {
            Self::Eaten
        } else if is_rtp_jpeg(raw) {
            Self::RtpJpeg
        } else {
            Self::Other
        }
    }

    /// Whether no piece of a frame looks like this.
    pub(super) const fn is_telling(self) -> bool {
        !matches!(self, Self::Jpeg | Self::Other | Self::Empty | Self::Short)
    }
}

/// Whether an end of the JPEG was taken for padding: that is zeros, and their number.
fn is_eaten(raw: &[u8], payload: &[u8]) -> bool {
    let padding = raw.get(payload.len()..).unwrap_or_default();
    let is_filled = |filling: &[u8]| filling.iter().any(|&byte| byte != 0);
    padding.split_last().is_some_and(|(_, filling)| is_filled(filling))
        && !payload.ends_with(b"\xFF\xD9")
}

/// Whether bytes look like the lab's header.
pub(super) fn is_header(bytes: &[u8]) -> bool {
    matches!(bytes, [0x80, 0x1A | 0x9A, ..]) && bytes.len() >= HEADER_SIZE
}

/// RFC 2435 section 3.1: type-specific 0, an offset, a type, Q, and width and height.
fn is_rtp_jpeg(raw: &[u8]) -> bool {
    matches!(raw, [0, _, _, _, 0 | 1 | 64 | 65, 1..=99 | 128..=255, 1..=255, 1..=255, ..])
}
