//! A picture of the window, and what can be told from it.

use super::panels::Panel;
use super::places::{Area, Places, Size, Target};

/// The pixels of the inside of the window. If they were taken while it was being drawn, the upper
/// part is newer than the lower one.
pub(crate) struct Screen {
    size: Size,
    places: Places,
    bytes: Vec<u8>,
}

/// What the dot in the status line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Init,
    Ready,
    Playing,
}

/// Where that dot is.
pub(crate) const DOT: (i32, i32) = (17, 15);

impl State {
    /// The color of the dot.
    pub(crate) const fn color(self) -> [u8; 3] {
        match self {
            Self::Init => DIM,
            Self::Ready => AMBER,
            Self::Playing => GREEN,
        }
    }
}

/// How a button looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Off,
    On,
    /// Blue: it leads on.
    Next,
}

impl Screen {
    /// `None` if these are not four bytes for each pixel: blue, green, red, nothing.
    pub(crate) fn of(size: Size, places: Places, bytes: Vec<u8>) -> Option<Self> {
        let pixels = usize::try_from(size.width * size.height).ok()?;
        let mut screen = (bytes.len() == 4 * pixels).then_some(Self { size, places, bytes })?;
        screen.places.has_panel = screen.panel().is_some();
        Some(screen)
    }

    /// In pixels.
    pub(crate) const fn size(&self) -> Size {
        self.size
    }

    pub(super) const fn places(&self) -> &Places {
        &self.places
    }

    /// The first pixel of a point of the drawing; `None` outside the window.
    fn pixel(&self, x: i32, y: i32) -> Option<[u8; 3]> {
        let (Size { width, height }, scale) = (self.size, self.places.scale);
        let (x, y) = (x * scale, y * scale);
        let inside = (0..width).contains(&x) && (0..height).contains(&y);
        let start = usize::try_from((y * width + x) * 4).ok().filter(|_| inside)?;
        let pixel = self.bytes.get(start..start + 3)?;
        Some([pixel[2], pixel[1], pixel[0]])
    }

    pub(super) fn is(&self, x: i32, y: i32, color: [u8; 3]) -> bool {
        let near = |(found, wanted): (&u8, u8)| found.abs_diff(wanted) <= 2;
        self.pixel(x, y).is_some_and(|pixel| pixel.iter().zip(color).all(near))
    }

    /// `None` while a dialog darkens it.
    pub(crate) fn state(&self) -> Option<State> {
        let (x, y) = (DOT.0, self.places.status() / 2 - 2);
        let mut states = [State::Init, State::Ready, State::Playing].into_iter();
        states.find(|state| self.is(x, y, state.color()))
    }

    /// The buttons, from left to right; none while a dialog darkens them.
    pub(crate) fn looks(&self) -> Vec<Look> {
        self.places.buttons.iter().filter_map(|button| self.look(button.0)).collect()
    }

    fn look(&self, target: Target) -> Option<Look> {
        let colors = [
            (BACKGROUND, Look::Off),
            (BUTTON, Look::On),
            (HOVER, Look::On),
            (BLUE, Look::Next),
            (HOVER_BLUE, Look::Next),
        ];
        let is = |(color, _): &_| self.is_filled(target, *color);
        colors.into_iter().find(is).map(|(_, look)| look)
    }

    /// Whether a button looks as if the pointer were over it.
    pub(crate) fn is_under_pointer(&self, target: Target) -> bool {
        [HOVER, HOVER_BLUE].into_iter().any(|color| self.is_filled(target, color))
    }

    /// Above the label.
    fn is_filled(&self, target: Target, color: [u8; 3]) -> bool {
        let button = self.places.button(target);
        button.is_some_and(|Area { x, y, width, .. }| self.is(x + width / 2, y + 4, color))
    }

    /// The number that the movie itself shows: the strip of 16 cells along its bottom edge.
    pub(crate) fn frame_number(&self) -> u32 {
        // White is drawn as 102 without a session, and as 40 under a dialog.
        self.strip().fold(0, |number, cell| number << 1 | u32::from(cell > 30))
    }

    /// Whether even what is white in the picture is not bright.
    pub(crate) fn picture_is_dark(&self) -> bool {
        self.strip().all(|cell| cell < 128)
    }

    /// How light the cells of the movie's strip are, from left to right.
    fn strip(&self) -> impl Iterator<Item = u8> {
        let picture = self.places.picture();
        // It has eight of the picture's 288 rows.
        let y = picture.y + picture.height * 284 / 288;
        let middles = (0..16).map(move |cell| picture.x + (2 * cell + 1) * picture.width / 32);
        middles.map(move |x| self.pixel(x, y).map_or(0, |[_, green, _]| green))
    }

    /// The two bars over a movie that is paused.
    pub(crate) fn shows_pause_sign(&self) -> bool {
        let (x, y) = self.places.video().center();
        let bars = [-9, 9].into_iter().all(|bar| self.is(x + bar, y, INK));
        bars && self.is(x, y, BACKGROUND)
    }

    /// Whether the video is black beside the picture, and begins and ends where it should.
    pub(crate) fn video_is_framed(&self) -> bool {
        let (video, picture) = (self.places.video(), self.places.picture());
        let (top, bottom) = (video.y, video.y + video.height - 1);
        let corners = [(2, top), (2, bottom), (self.right(), top), (self.right(), bottom)];
        let (left, right, middle) = (picture.x, picture.x + picture.width, picture.center().1);
        // Where a side has no margin there is nothing to be black.
        let sides = [(left - 2, middle), (right + 1, middle)];
        let sides = sides.into_iter().filter(|_| left >= 2);
        corners.into_iter().chain(sides).all(|(x, y)| self.is(x, y, VIDEO))
    }

    /// Whether buttons and statistics lie at the bottom, with the lines above them.
    pub(crate) fn bottom_is_laid_out(&self) -> bool {
        let (controls, statistics) = (self.places.controls(), self.places.statistics());
        let bands = [
            (controls, EDGE),
            (controls + 1, BACKGROUND),
            (statistics - 1, BACKGROUND),
            (statistics, EDGE),
            (statistics + 1, PANEL),
            (statistics + self.places.statistics_height() - 1, PANEL),
        ];
        let is_there = |(y, color)| self.is(3, y, color) && self.is(self.right(), y, color);
        bands.into_iter().all(is_there)
    }

    /// Near the right edge of what there is of the drawing.
    fn right(&self) -> i32 {
        self.places.column().min(self.size.width / self.places.scale) - 3
    }

    /// The blue button of the close dialog.
    pub(crate) fn asks_to_close(&self) -> bool {
        [BLUE, HOVER_BLUE].into_iter().any(|color| self.is_filled(Target::Continue, color))
    }

    /// The panel with the answer to DESCRIBE.
    pub(crate) fn shows_description(&self) -> bool {
        self.panel() == Some(Panel::Description)
    }

    /// The red edge of an error message.
    pub(crate) fn shows_error(&self) -> bool {
        self.is(self.places.column() / 2, self.places.controls() - 11, RED)
    }

    /// The amber edge of a warning.
    pub(crate) fn shows_warning(&self) -> bool {
        self.is(self.places.column() / 2, self.places.controls() - 11, AMBER)
    }

    /// Something amber beside the state: that nothing comes, or what is lost on purpose.
    pub(crate) fn has_pill(&self) -> bool {
        let y = self.places.status() / 2;
        (98..200).any(|x| self.is(x, y, AMBER))
    }

    /// The same, while the movie plays.
    pub(crate) fn loses_on_purpose(&self) -> bool {
        self.has_pill()
    }

    /// The box in the middle of the movie that says that it is over.
    pub(crate) fn shows_end(&self) -> bool {
        let (x, y) = self.places.video().center();
        let edges = [y - 52, y + 51];
        edges.into_iter().all(|y| (y - 2..y + 3).any(|y| self.is(x, y, AMBER)))
    }

    /// Nothing but the movie, and a line at the foot.
    pub(crate) fn is_movie_only(&self) -> bool {
        let y = self.places.drawing.height - 20;
        self.is(3, y, EDGE) && self.is(3, y + 1, PANEL) && !self.is(3, 3, PANEL)
    }

    /// The amber figure of the packets that are lost, in a window of the first size.
    pub(crate) fn has_lost(&self) -> bool {
        self.network_has_amber(90)
    }

    /// In the line this far below the top of the statistics.
    fn network_has_amber(&self, line: i32) -> bool {
        let middle = self.places.statistics() + line;
        let mut lines = middle - 7..middle + 7;
        lines.any(|y| (NETWORK.0..NETWORK.1).any(|x| self.is(x, y, AMBER)))
    }

    /// Neither an error nor a warning.
    pub(crate) fn shows_no_message(&self) -> bool {
        !self.shows_error() && !self.shows_warning()
    }
}

/// Where the network's figures begin and end.
const NETWORK: (i32, i32) = (217, 403);

pub(super) const BACKGROUND: [u8; 3] = [0x12, 0x16, 0x1B];
pub(super) const PANEL: [u8; 3] = [0x1A, 0x20, 0x27];
pub(super) const EDGE: [u8; 3] = [0x2C, 0x35, 0x3F];
pub(super) const BUTTON: [u8; 3] = [0x2A, 0x32, 0x3C];
pub(super) const HOVER: [u8; 3] = [0x3A, 0x46, 0x52];
pub(super) const INK: [u8; 3] = [0xEC, 0xEF, 0xF2];
pub(super) const DIM: [u8; 3] = [0xA9, 0xB4, 0xBF];
pub(super) const BLUE: [u8; 3] = [0x4F, 0xB3, 0xFF];
pub(super) const HOVER_BLUE: [u8; 3] = [0x7F, 0xC8, 0xFF];
pub(super) const DARK_BLUE: [u8; 3] = [0x17, 0x32, 0x4A];
pub(super) const GREEN: [u8; 3] = [0x5C, 0xCB, 0x8B];
pub(super) const AMBER: [u8; 3] = [0xF2, 0xB8, 0x4B];
pub(super) const RED: [u8; 3] = [0xFF, 0x7A, 0x75];
pub(super) const VIDEO: [u8; 3] = [0x05, 0x06, 0x07];
