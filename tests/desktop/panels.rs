//! What the panels over the right half of the video show.

use super::places::Area;
use super::screen::{BLUE, DARK_BLUE, GREEN, INK, RED, Screen};

/// What can be open there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Panel {
    RtspLog,
    RtpHeader,
    Keys,
}

/// A message in the RTSP log, by its colour and side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Request,
    Granted,
    Refused,
}

impl Screen {
    /// The panel that is open, told by the length of its title.
    pub(crate) fn panel(&self) -> Option<Panel> {
        let Area { x, y, width, .. } = self.places().panel(!self.shows_no_message());
        if !self.is(x, y + 100, BLUE) || !self.is(x + width - 1, y + 100, BLUE) {
            return None;
        }
        let is_inked = |column: &i32| (5..23).any(|row| self.is(x + column, y + row, INK));
        let last = (MARGIN..width - MARGIN).rev().find(is_inked)?;
        // Every character is eight points wide.
        match (last - MARGIN) / 8 + 1 {
            8 => Some(Panel::RtspLog),
            10 => Some(Panel::RtpHeader),
            4 => Some(Panel::Keys),
            _ => None,
        }
    }

    /// The twelve bytes of the RTP header, put together from the cells of their bits; `None` if
    /// that panel is not open, or shows no packet.
    pub(crate) fn rtp_header(&self) -> Option<[u8; 12]> {
        let bits = (0..96).map(|bit| self.header_bit(bit)).collect::<Option<Vec<bool>>>()?;
        let byte = |bits: &[bool]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        bits.chunks(8).map(byte).collect::<Vec<_>>().try_into().ok()
    }

    /// A bit's cell is bright if it is 1, and dark if it is 0.
    fn header_bit(&self, bit: i32) -> Option<bool> {
        let Area { x, y, width, .. } = self.inside_of_panel();
        let bit_width = (width / 32).min(16);
        let (row, column) = (bit / 32, bit % 32);
        let (x, y) = (x + column * bit_width + 1, y + 12 + row * 43 + 14);
        let (one, zero) = (self.is(x, y, BLUE), self.is(x, y, DARK_BLUE));
        (one || zero).then_some(one)
    }

    /// The bits of the RTP header whose fields are marked.
    pub(crate) fn red_bits(&self) -> Vec<i32> {
        let Area { x, y, width, .. } = self.inside_of_panel();
        let bit_width = (width / 32).min(16);
        let is_red = |bit: &i32| {
            let (row, column) = (bit / 32, bit % 32);
            self.is(x + column * bit_width + bit_width / 2, y + 12 + row * 43, RED)
        };
        (0..96).filter(is_red).collect()
    }

    /// The messages in the RTSP log, from top to bottom: requests end at the left edge, replies at
    /// the right one.
    pub(crate) fn rtsp_log(&self) -> Vec<Said> {
        let Area { x, y, width, height } = self.inside_of_panel();
        let right = x + width - 1;
        let said_at = |y| {
            let edges = [(x, BLUE, Said::Request), (right, GREEN, Said::Granted)];
            let edges = edges.into_iter().chain([(right, RED, Said::Refused)]);
            edges.filter(|(x, color, _)| self.is(*x, y, *color)).map(|edge| edge.2).next()
        };
        let rows: Vec<Option<Said>> = (y + 18..y + height).map(said_at).collect();
        rows.chunk_by(|one, next| one == next).filter_map(|rows| rows[0]).collect()
    }

    fn inside_of_panel(&self) -> Area {
        let Area { x, y, width, height } = self.places().panel(!self.shows_no_message());
        Area { x: x + MARGIN, y: y + 30, width: width - 2 * MARGIN, height: height - 30 - MARGIN }
    }
}

/// What a panel keeps clear inside its edge.
const MARGIN: i32 = 7;
