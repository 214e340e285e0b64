//! What the panel beside the movie shows.

use super::places::Area;
use super::screen::{BLUE, DARK_BLUE, GREEN, RED, Screen};

/// What can be open there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Panel {
    RtspLog,
    RtpHeader,
    Statistics,
    Keys,
    Description,
}

/// A message in the RTSP log, by its colour and side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Request,
    Granted,
    Refused,
}

impl Screen {
    /// The panel that is open, told by the blue line below its name.
    pub(crate) fn panel(&self) -> Option<Panel> {
        let Area { x, y, width, .. } = self.places().panel();
        let is_blue = |column: &i32| self.is(x + column, y + HEAD - 3, BLUE);
        let first = (0..width).find(is_blue)?;
        let length = (first..width).take_while(is_blue).count();
        // A box of 15, a gap of 5, seven for each character, and three more at each side.
        match (length, first) {
            (47, 5) => Some(Panel::RtspLog),
            (47, _) => Some(Panel::Description),
            (68, _) => Some(Panel::RtpHeader),
            (61, _) => Some(Panel::Statistics),
            (54, _) => Some(Panel::Keys),
            _ => None,
        }
    }

    /// The twelve bytes of the RTP header, put together from the cells of their bits; `None` if
    /// that panel is not open, or shows no packet.
    pub(crate) fn rtp_header(&self) -> Option<[u8; 12]> {
        let pitch = self.pitch()?;
        let bits = (0..96).map(|bit| self.header_bit(bit, pitch)).collect::<Option<Vec<bool>>>()?;
        let byte = |bits: &[bool]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        bits.chunks(8).map(byte).collect::<Vec<_>>().try_into().ok()
    }

    /// How high a row of fields is: less where there is little room.
    fn pitch(&self) -> Option<i32> {
        [43, 39].into_iter().find(|pitch| (0..96).all(|bit| self.header_bit(bit, *pitch).is_some()))
    }

    /// A bit's cell is bright if it is 1, and dark if it is 0.
    fn header_bit(&self, bit: i32, pitch: i32) -> Option<bool> {
        let Area { x, y, width, .. } = self.inside_of_panel();
        let bit_width = (width / 32).min(16);
        let (row, column) = (bit / 32, bit % 32);
        let (x, y) = (x + column * bit_width + 1, y + 12 + row * pitch + 15);
        let (one, zero) = (self.is(x, y, BLUE), self.is(x, y, DARK_BLUE));
        (one || zero).then_some(one)
    }

    /// The bits of the RTP header whose fields are marked.
    pub(crate) fn red_bits(&self) -> Vec<i32> {
        let Some(pitch) = self.pitch() else { return Vec::new() };
        let Area { x, y, width, .. } = self.inside_of_panel();
        let bit_width = (width / 32).min(16);
        let is_red = |bit: &i32| {
            let (row, column) = (bit / 32, bit % 32);
            self.is(x + column * bit_width + bit_width / 2, y + 12 + row * pitch, RED)
        };
        (0..96).filter(is_red).collect()
    }

    /// The messages in the RTSP log, from top to bottom: requests end at the left edge, replies at
    /// the right one, before the bar.
    pub(crate) fn rtsp_log(&self) -> Vec<Said> {
        let Area { x, y, width, height } = self.inside_of_panel();
        let right = x + width - 9;
        let said_at = |y| {
            let edges = [(x, BLUE, Said::Request), (right, GREEN, Said::Granted)];
            let edges = edges.into_iter().chain([(right, RED, Said::Refused)]);
            edges.filter(|(x, color, _)| self.is(*x, y, *color)).map(|edge| edge.2).next()
        };
        let rows: Vec<Option<Said>> = (y + 17..y + height - 18).map(said_at).collect();
        rows.chunk_by(|one, next| one == next).filter_map(|rows| rows[0]).collect()
    }

    /// Whether the log says how many entries are newer than those that are shown: a blue chip.
    pub(crate) fn has_newer(&self) -> bool {
        let Area { x, y, width, height } = self.inside_of_panel();
        self.is(x + width / 2 - 40, y + height - 14, BLUE)
    }

    fn inside_of_panel(&self) -> Area {
        let Area { x, y, width, height } = self.places().panel();
        Area { x: x + 8, y: y + HEAD, width: width - 16, height: height - HEAD - 6 }
    }
}

/// The height of the line with the panels' names.
const HEAD: i32 = 25;
