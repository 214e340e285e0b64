//! What both sides know of a JPEG: its sampling, its first and last bytes, its limits.

/// How often chroma is sampled, which is all that types 0 and 1 tell apart (RFC 2435 section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// 4:2:2, type 0: one chroma sample for two pixels of a row.
    Yuv422,
    /// 4:2:0, type 1: one chroma sample for a square of four pixels.
    Yuv420,
}

impl Sampling {
    /// What the header calls it, without restart markers.
    pub(super) const fn jpeg_type(self) -> u8 {
        match self {
            Self::Yuv422 => 0,
            Self::Yuv420 => 1,
        }
    }

    /// `None` for a type that is not defined in section 4.1; restart markers make no difference.
    pub(super) const fn of(jpeg_type: u8) -> Option<Self> {
        match jpeg_type {
            0 | 64 => Some(Self::Yuv422),
            1 | 65 => Some(Self::Yuv420),
            _ => None,
        }
    }

    /// The sampling factors of luma, across and down; those of chroma are 1 and 1.
    pub(super) const fn luma_factors(self) -> (u8, u8) {
        match self {
            Self::Yuv422 => (2, 1),
            Self::Yuv420 => (2, 2),
        }
    }
}

/// Start and end of image (ITU-T T.81 table B.1).
pub(super) const SOI: &[u8] = b"\xFF\xD8";
pub(super) const EOI: &[u8] = b"\xFF\xD9";
/// The most pixels of a side: 255 times 8 (RFC 2435 section 3.1.5).
pub(super) const MOST_PIXELS: u16 = 2040;
/// The most bytes of a frame's data: so far the fragment offset reaches.
pub(super) const MAX_DATA: usize = 16 << 20;
