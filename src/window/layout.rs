//! Where everything is in a window of a given size.

use embedded_graphics::prelude::{Point, Size};
use embedded_graphics::primitives::Rectangle;

use crate::rtsp::Method;

/// The areas of the window; the video takes what the others leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) status: Rectangle,
    pub(crate) video: Rectangle,
    pub(crate) controls: Rectangle,
    pub(crate) statistics: Rectangle,
    pub(crate) message: Rectangle,
    pub(crate) dialog: Rectangle,
}

/// The size that the window has at first.
pub(crate) const FIRST_SIZE: (usize, usize) = (640, 560);

/// The buttons from left to right, with their keys and widths.
pub(crate) const BUTTONS: [(Method, &str, &str, u32); 5] = [
    (Method::Setup, "Setup", "S", 112),
    (Method::Play, "Play", "P", 104),
    (Method::Pause, "Pause", "Space", 136),
    (Method::Teardown, "Teardown", "T", 128),
    (Method::Describe, "Describe", "D", 128),
];

impl Layout {
    /// The areas in a window of that size, in pixels.
    pub(crate) fn of(width: usize, height: usize) -> Self {
        let width = u32::try_from(width).unwrap_or(u32::MAX);
        let height = u32::try_from(height).unwrap_or(u32::MAX);
        let video_height = height.saturating_sub(STATUS + CONTROLS + STATISTICS);
        let band = |y, height| area(0, y, width, height);
        let controls_y = STATUS + video_height;
        let dialog_x = width.saturating_sub(DIALOG.width) / 2;
        let dialog_y = STATUS + video_height.saturating_sub(DIALOG.height) / 2;
        Self {
            status: band(0, STATUS),
            video: band(STATUS, video_height),
            controls: band(controls_y, CONTROLS),
            statistics: band(controls_y + CONTROLS, STATISTICS),
            message: area(12, controls_y.saturating_sub(56), width.saturating_sub(24), 46),
            dialog: area(dialog_x, dialog_y, DIALOG.width, DIALOG.height),
        }
    }

    /// The areas of the buttons, as in [`BUTTONS`].
    pub(crate) fn buttons(&self) -> [Rectangle; 5] {
        let mut left = 10;
        BUTTONS.map(|(.., width)| {
            let top_left = self.controls.top_left + Point::new(left, 8);
            left += i32::try_from(width + BUTTON_GAP).unwrap_or(0);
            Rectangle::new(top_left, Size::new(width, BUTTON_HEIGHT))
        })
    }

    /// The dialog's two buttons: continue, and close.
    pub(crate) fn dialog_buttons(&self) -> [Rectangle; 2] {
        let button = |x, width| {
            Rectangle::new(self.dialog.top_left + Point::new(x, 101), Size::new(width, 34))
        };
        [button(16, 204), button(228, 136)]
    }

    /// Where a picture of that size goes: its aspect kept, centred in the video's area.
    pub(crate) fn fitted(&self, width: usize, height: usize) -> Rectangle {
        let (width, height) = (width.max(1) as u64, height.max(1) as u64);
        let Size { width: room_x, height: room_y } = self.video.size;
        let by_height = u64::from(room_y) * width / height;
        let by_width = u64::from(room_x) * height / width;
        let (fitted_x, fitted_y) = if by_height <= u64::from(room_x) {
            (u32::try_from(by_height).unwrap_or(room_x), room_y)
        } else {
            (room_x, u32::try_from(by_width).unwrap_or(room_y))
        };
        let margin = |room: u32, fitted| i32::try_from((room - fitted) / 2).unwrap_or(0);
        let top_left = Point::new(margin(room_x, fitted_x), margin(room_y, fitted_y));
        Rectangle::new(self.video.top_left + top_left, Size::new(fitted_x, fitted_y))
    }
}

fn area(x: u32, y: u32, width: u32, height: u32) -> Rectangle {
    let at = |side| i32::try_from(side).unwrap_or(i32::MAX);
    Rectangle::new(Point::new(at(x), at(y)), Size::new(width, height))
}

/// The heights of the areas that keep theirs.
const STATUS: u32 = 32;
const CONTROLS: u32 = 48;
const STATISTICS: u32 = 152;
const BUTTON_HEIGHT: u32 = 32;
const BUTTON_GAP: u32 = 3;
const DIALOG: Size = Size::new(380, 152);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_size_is_divided_as_in_the_drawing() {
        let layout = Layout::of(640, 560);
        assert_eq!(layout.video, area(0, 32, 640, 328));
        assert_eq!(layout.controls, area(0, 360, 640, 48));
        assert_eq!(layout.message, area(12, 304, 616, 46));
        assert_eq!(layout.dialog, area(130, 120, 380, 152));
        assert_eq!(layout.buttons()[2], area(232, 368, 136, 32));
        assert_eq!(layout.fitted(384, 288), area(101, 32, 437, 328));
    }

    #[test]
    fn a_picture_of_any_size_fits_a_window_of_any_size() {
        for (width, height) in [(0, 0), (1, 1), (200, 100), (640, 560), (1920, 1080)] {
            for picture in [(1, 1), (384, 288), (3840, 2160), (1, 9000), (9000, 1)] {
                let layout = Layout::of(width, height);
                let fitted = layout.fitted(picture.0, picture.1);
                assert_eq!(fitted.intersection(&layout.video).size, fitted.size, "{picture:?}");
            }
        }
    }
}
