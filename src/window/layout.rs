//! Where everything is in a window of a given size, in points.

use embedded_graphics::geometry::AnchorY;
use embedded_graphics::prelude::{Point, Size};
use embedded_graphics::primitives::Rectangle;

use super::buttons::Buttons;
use super::palette::LABEL;
use crate::client::Message;

/// The areas of the window; the video takes the height that the others leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) status: Rectangle,
    pub(super) video: Rectangle,
    pub(super) controls: Rectangle,
    pub(super) statistics: Rectangle,
    pub(super) message: Rectangle,
    pub(super) dialog: Rectangle,
}

/// What a message keeps clear at each side of its text.
pub(super) const MESSAGE_MARGIN: u32 = 17;
/// The height of a message with one line of text, and of one more.
const MESSAGE: u32 = 46;
pub(super) const MESSAGE_LINE: i32 = 15;

/// The size that the window has at first, in points: the least that everything has room in.
pub(super) const FIRST_SIZE: (usize, usize) = (640, 560);

impl Layout {
    /// The areas in a window of that size, in points. A lower window takes it from the video, to
    /// begin with; what a still smaller one has no room for is cut off.
    pub(super) fn of(Size { width, height }: Size) -> Self {
        let (width, height) = (width.max(LEAST.width), height.max(LEAST.height));
        let video_height = height - (STATUS + CONTROLS + STATISTICS);
        let band = |y, height| area(0, y, width, height);
        let controls_y = STATUS + video_height;
        Self {
            status: band(0, STATUS),
            video: band(STATUS, video_height),
            controls: band(controls_y, CONTROLS),
            statistics: band(controls_y + CONTROLS, STATISTICS),
            message: area(12, controls_y - 56, width - 24, MESSAGE),
            dialog: area(
                (width - DIALOG.width) / 2,
                STATUS + video_height.saturating_sub(DIALOG.height) / 2,
                DIALOG.width,
                DIALOG.height,
            ),
        }
    }

    /// The same with room for the lines of a message; one more than the usual is all that it gets.
    pub(super) fn with_message(mut self, message: Option<&Message>) -> Self {
        let text_width = self.message.size.width - 2 * MESSAGE_MARGIN;
        let is_long = |message: &Message| LABEL.width_of(&message.text) > text_width;
        if message.is_some_and(is_long) {
            self.message.top_left.y -= MESSAGE_LINE;
            self.message.size.height += MESSAGE_LINE.unsigned_abs();
        }
        self
    }

    /// The areas of the buttons, from left to right.
    pub(super) fn buttons(&self, buttons: Buttons) -> Vec<Rectangle> {
        let mut left = self.controls.top_left + Point::new(10, 8);
        let mut place = |width: u32| {
            let area = Rectangle::new(left, Size::new(width, BUTTON_HEIGHT));
            left.x = left.x.saturating_add_unsigned(width + BUTTON_GAP);
            area
        };
        buttons.all().iter().map(|button| place(button.width)).collect()
    }

    /// What the buttons leave, for the keys that have no button.
    pub(super) fn beside_buttons(&self) -> Rectangle {
        let (left, right) = (BUTTONS_END + 18, self.controls.size.width - 12);
        let size = Size::new(right.saturating_sub(left), BUTTON_HEIGHT);
        Rectangle::new(self.controls.top_left + point(left, 8), size)
    }

    /// The two columns of figures, and below each other the two curves.
    pub(super) fn columns(&self) -> [Rectangle; 2] {
        [14, 218].map(|x| {
            Rectangle::new(self.statistics.top_left + Point::new(x, 4), Size::new(184, 138))
        })
    }

    /// The areas of the two curves, one below the other; extra width is theirs.
    pub(super) fn curves(&self) -> [Rectangle; 2] {
        let width = self.statistics.size.width - 424 - 12;
        [8, 80].map(|y| {
            Rectangle::new(self.statistics.top_left + Point::new(424, y), Size::new(width, 64))
        })
    }

    /// The panel over the right half of the video, above the message if there is one.
    pub(super) fn panel(&self, message: bool) -> Rectangle {
        let half = self.video.size.width / 2;
        let size = Size::new((half - 16).min(PANEL_WIDTH), self.room(message));
        let left = self.video.size.width - 12 - size.width;
        Rectangle::new(self.video.top_left + point(left, 8), size)
    }

    /// The description over the video, or over what the panel leaves of it.
    pub(super) fn description(&self, message: bool, panel: bool) -> Rectangle {
        let free = self.free_video(panel);
        let right = if panel { 8 } else { 12 };
        part(free, 12, 8, free.size.width - 12 - right, self.room(message))
    }

    /// What a panel leaves of the video.
    pub(super) fn free_video(&self, panel: bool) -> Rectangle {
        let Size { width, height } = self.video.size;
        let covered = if panel { width - self.panel(false).top_left.x.unsigned_abs() } else { 0 };
        part(self.video, 0, 0, width - covered, height)
    }

    /// Where something goes that begins so far from the middle of the video, and is so high: there,
    /// or if that is covered, in the middle of what is free; `None` if it has no room there either.
    pub(super) fn clear(&self, free: Rectangle, (offset, height): (i32, u32)) -> Option<Rectangle> {
        let usual_y = self.video.center().y + offset;
        let usual = Rectangle::new(Point::new(free.top_left.x, usual_y), free.size);
        let places = [usual.resized_height(height, AnchorY::Top), middle(free, height)];
        let is_free = |place: &Rectangle| {
            let around = middle(*place, height + 2 * CLEARANCE);
            around.intersection(&free) == around
        };
        places.into_iter().find(is_free)
    }

    /// The height between the margins of the video.
    fn room(&self, message: bool) -> u32 {
        let end = self.controls.top_left.y;
        let foot = if message { (end - self.message.top_left.y).unsigned_abs() + 6 } else { 8 };
        self.video.size.height.saturating_sub(8 + foot)
    }

    /// The dialog's two buttons: continue, and close.
    pub(super) fn dialog_buttons(&self) -> [Rectangle; 2] {
        let button = |x, width| {
            Rectangle::new(self.dialog.top_left + Point::new(x, 101), Size::new(width, 34))
        };
        [button(16, 204), button(228, 136)]
    }

    /// Where a picture of that size goes: its aspect kept, centred in the video's area.
    pub(super) fn fitted(&self, width: usize, height: usize) -> Rectangle {
        let (width, height) = (width.max(1) as u64, height.max(1) as u64);
        let Size { width: room_x, height: room_y } = self.video.size;
        let by_height = u64::from(room_y) * width / height;
        let by_width = u64::from(room_x) * height / width;
        let (fitted_x, fitted_y) = if by_height <= u64::from(room_x) {
            (u32::try_from(by_height).unwrap_or(room_x), room_y)
        } else {
            (room_x, u32::try_from(by_width).unwrap_or(room_y))
        };
        // Of the flattest picture a line is left to see.
        let fitted = Size::new(fitted_x.max(1), fitted_y.max(1));
        let margin = |room: u32, fitted: u32| room.saturating_sub(fitted) / 2;
        let top_left = point(margin(room_x, fitted.width), margin(room_y, fitted.height));
        Rectangle::new(self.video.top_left + top_left, fitted)
    }
}

/// The corner of a box that takes it away when it is clicked.
pub(super) fn corner(area: Rectangle) -> Rectangle {
    let size = Size::new(48, 24).component_min(area.size);
    Rectangle::new(area.top_left + point(area.size.width - size.width, 0), size)
}

/// A part of an area: some points from its left and its top, and so many wide and high.
pub(super) fn part(area: Rectangle, x: u32, y: u32, width: u32, height: u32) -> Rectangle {
    Rectangle::new(area.top_left + point(x, y), Size::new(width, height))
}

/// The first line of points of an area.
pub(super) fn line_above(area: Rectangle) -> Rectangle {
    Rectangle::new(area.top_left, Size::new(area.size.width, 1))
}

/// The first line of points below an area.
pub(super) fn end_of(area: Rectangle) -> i32 {
    area.top_left.y.saturating_add_unsigned(area.size.height)
}

fn middle(area: Rectangle, height: u32) -> Rectangle {
    area.resized_height(height, AnchorY::Center)
}

/// The last line of points of an area.
pub(super) fn line_below(area: Rectangle) -> Rectangle {
    part(area, 0, area.size.height.saturating_sub(1), area.size.width, 1)
}

fn area(x: u32, y: u32, width: u32, height: u32) -> Rectangle {
    Rectangle::new(point(x, y), Size::new(width, height))
}

fn point(x: u32, y: u32) -> Point {
    let at = |side| i32::try_from(side).unwrap_or(i32::MAX);
    Point::new(at(x), at(y))
}

/// The heights of the areas that keep theirs.
const STATUS: u32 = 32;
const CONTROLS: u32 = 48;
const STATISTICS: u32 = 152;
const BUTTON_HEIGHT: u32 = 32;
const BUTTON_GAP: u32 = 3;
const BUTTONS_END: u32 = 630;
/// How far hints stay away from what lies over the video.
const CLEARANCE: u32 = 8;
const DIALOG: Size = Size::new(380, 152);
/// A wider panel would only hide more of the video.
const PANEL_WIDTH: u32 = 560;
const LEAST: Size = Size::new(640, STATUS + 128 + CONTROLS + STATISTICS);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_size_is_divided_as_in_the_drawing() {
        let layout = Layout::of(Size::new(640, 560));
        assert_eq!(layout.video, area(0, 32, 640, 328));
        assert_eq!(layout.controls, area(0, 360, 640, 48));
        assert_eq!(layout.message, area(12, 304, 616, 46));
        assert_eq!(layout.dialog, area(130, 120, 380, 152));
        assert_eq!(layout.buttons(Buttons::Five)[2], area(232, 368, 136, 32));
        assert_eq!(layout.fitted(384, 288), area(101, 32, 437, 328));
    }

    #[test]
    fn both_rows_of_buttons_end_where_the_drawing_does() {
        for buttons in [Buttons::Five, Buttons::Three] {
            let areas = Layout::of(Size::new(640, 560)).buttons(buttons);
            assert_eq!(areas.last().unwrap().bottom_right(), Some(Point::new(629, 399)));
        }
    }

    #[test]
    fn extra_room_is_the_videos_and_the_curves() {
        let (first, large) = (Layout::of(Size::new(640, 560)), Layout::of(Size::new(1000, 700)));
        assert_eq!(large.video.size, Size::new(1000, 328 + 140));
        assert_eq!(large.columns().map(|column| column.size), first.columns().map(|c| c.size));
        assert_eq!(large.curves()[0].size.width, 204 + 360);
        assert_eq!(large.statistics.top_left.y, 700 - 152);
    }

    #[test]
    fn hints_give_way_to_what_lies_over_the_video() {
        let layout = Layout::of(Size::new(640, 560));
        let clear = |y, height| layout.clear(area(0, y, 640, height), (-10, 62));
        assert_eq!(clear(32, 328), Some(area(0, 185, 640, 62)));
        assert_eq!(clear(177, 78), Some(area(0, 185, 640, 62)));
        assert_eq!(clear(178, 182), Some(area(0, 238, 640, 62)));
        assert_eq!(clear(178, 77), None);
        assert_eq!(clear(360, 0), None);
    }

    #[test]
    fn a_picture_of_any_size_fits_a_window_of_any_size() {
        for (width, height) in [(0, 0), (1, 1), (200, 100), (640, 560), (1920, 1080)] {
            for picture in [(1, 1), (384, 288), (3840, 2160), (1, 9000), (9000, 1)] {
                let layout = Layout::of(Size::new(width, height));
                let fitted = layout.fitted(picture.0, picture.1);
                assert_eq!(fitted.intersection(&layout.video).size, fitted.size, "{picture:?}");
            }
        }
    }
}
