//! Where everything is in a window of a given size, in points: a pure function of the size and of what
//! the user has opened, so that nothing moves while the movie plays.

use embedded_graphics::geometry::AnchorY;
use embedded_graphics::prelude::{Point, Size};
use embedded_graphics::primitives::Rectangle;

/// The areas of the window; the movie takes what the others leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    window: Rectangle,
    pub(super) status: Rectangle,
    pub(super) movie: Rectangle,
    pub(super) controls: Rectangle,
    pub(super) statistics: Rectangle,
    /// The column at the right; in a narrow window a sheet over the movie.
    pub(super) panel: Option<Rectangle>,
    /// The panel hides the movie.
    pub(super) is_sheet: bool,
    /// The statistics have room for all their rows, not for a line only.
    pub(super) is_full: bool,
    /// Nothing but the movie and a line at the foot.
    pub(super) is_movie_only: bool,
}

/// The size that the window has at first, in points, and the height for a larger scale, for screens
/// that are not high.
pub(super) const FIRST_SIZE: (usize, usize) = (640, 560);
pub(super) const FIRST_LOW_HEIGHT: usize = 350;

impl Layout {
    /// The areas in a window of that size; whether a panel is open, and whether only the movie is wanted.
    pub(super) fn of(Size { width, height }: Size, has_panel: bool, movie_only: bool) -> Self {
        if movie_only || width < LEAST.width || height < LEAST.height {
            return Self::of_movie_only(width, height);
        }
        let is_low = height < LOW;
        let (status, controls, line) = if is_low { (26, 40, 20) } else { (32, 48, 24) };
        let is_sheet = has_panel && width < SHEET;
        let panel = if has_panel && !is_sheet { (width * 45 / 100).clamp(304, 480) } else { 0 };
        let column = width - panel;
        let with_full = (height - status).saturating_sub(controls + FULL);
        let is_full = 10 * with_full >= 6 * (height - status) && column >= 330;
        let statistics = if is_full { FULL } else { line };
        let movie = height - status - controls - statistics;
        let band = |y, height| area(0, y, column, height);
        let controls_y = status + movie;
        let movie = band(status, movie);
        let beside = area(column, status, panel, height - status);
        Self {
            window: area(0, 0, width, height),
            status: area(0, 0, width, status),
            movie,
            controls: band(controls_y, controls),
            statistics: band(controls_y + controls, statistics),
            panel: has_panel.then_some(if is_sheet { movie } else { beside }),
            is_sheet,
            is_full,
            is_movie_only: false,
        }
    }

    fn of_movie_only(width: u32, height: u32) -> Self {
        let line = FILM_LINE.min(height);
        let nothing = area(0, height, width, 0);
        Self {
            window: area(0, 0, width, height),
            status: area(0, height - line, width, line),
            movie: area(0, 0, width, height - line),
            controls: nothing,
            statistics: nothing,
            panel: None,
            is_sheet: false,
            is_full: false,
            is_movie_only: true,
        }
    }

    /// What a message, so high with the gaps around it, leaves of the movie or of the sheet over it.
    pub(super) fn above(&self, message: u32) -> Self {
        let shorter = |area: Rectangle| {
            area.resized_height(area.size.height.saturating_sub(message), AnchorY::Top)
        };
        match self.panel {
            Some(panel) if self.is_sheet => Self { panel: Some(shorter(panel)), ..*self },
            _ => Self { movie: shorter(self.movie), ..*self },
        }
    }

    /// How wide the tabs beside the buttons are.
    pub(super) const fn tabs_width(&self) -> u32 {
        if self.panel.is_some() {
            0
        } else if self.controls.size.width < NARROW {
            70
        } else {
            138
        }
    }

    /// The areas of the buttons, from left to right, and whether a button has one line: it depends on
    /// the width alone. `least` is how wide each must be with one line and with two.
    pub(super) fn buttons(&self, least: &[(u32, u32)]) -> (Vec<Rectangle>, bool) {
        let tabs = match self.tabs_width() {
            0 => 0,
            width => width + TABS_GAP,
        };
        let gaps = count(least.len()).saturating_sub(1) * BUTTON_GAP;
        let room = self.controls.size.width.saturating_sub(2 * BUTTONS_X + tabs + gaps);
        let one_line: u32 = least.iter().map(|widths| widths.0).sum();
        let two_lines: u32 = least.iter().map(|widths| widths.1).sum();
        let is_one_line = one_line <= room;
        let left = room.saturating_sub(if is_one_line { one_line } else { two_lines });
        let share = left / count(least.len()).max(1);
        let share = if is_one_line { share.min(MOST_SHARE) } else { share };
        let y = self.controls.size.height.saturating_sub(BUTTON_HEIGHT) / 2;
        let mut x = BUTTONS_X;
        let areas = least.iter().map(|(one_line, two_lines)| {
            let width = share + if is_one_line { one_line } else { two_lines };
            let area = part(self.controls, x, y, width, BUTTON_HEIGHT);
            x += width + BUTTON_GAP;
            area
        });
        (areas.collect(), is_one_line)
    }

    /// The two columns of figures, if the statistics are whole.
    pub(super) fn columns(&self) -> [Rectangle; 2] {
        let column = self.statistics.size.width;
        let width = if column >= WITH_CURVES { 184 } else { column.saturating_sub(40) / 2 };
        let second = if column >= WITH_CURVES { 218 } else { 14 + width + 12 };
        [14, second].map(|x| part(self.statistics, x, 4, width, 138))
    }

    /// The areas of the two curves, one below the other; extra width is theirs. None have room in a
    /// narrow column.
    pub(super) fn curves(&self) -> Vec<Rectangle> {
        let column = self.statistics.size.width;
        if column < WITH_CURVES {
            return Vec::new();
        }
        [8, 80].map(|y| part(self.statistics, 424, y, column - 424 - 12, 64)).to_vec()
    }

    /// The dialog in the middle of the window, as high as the movie if that has room for it.
    pub(super) fn dialog(&self) -> Rectangle {
        let (window, movie) = (self.window, self.movie);
        let is_high = movie.size.height >= DIALOG.height;
        let room = if is_high { movie } else { window };
        let size = DIALOG.component_min(window.size);
        let x = window.size.width.saturating_sub(size.width) / 2;
        let y = room.size.height.saturating_sub(size.height) / 2;
        Rectangle::new(Point::new(0, room.top_left.y) + point(x, y), size)
    }

    /// Where a picture of that size goes: its aspect kept, centred in the movie's area.
    pub(super) fn fitted(&self, width: usize, height: usize) -> Rectangle {
        let (width, height) = (width.max(1) as u64, height.max(1) as u64);
        let Size { width: room_x, height: room_y } = self.movie.size;
        let by_height = u64::from(room_y) * width / height;
        let by_width = u64::from(room_x) * height / width;
        let (fitted_x, fitted_y) = if by_height <= u64::from(room_x) {
            (u32::try_from(by_height).unwrap_or(room_x), room_y)
        } else {
            (room_x, u32::try_from(by_width).unwrap_or(room_y))
        };
        // Of the flattest picture a line is left to see.
        let fitted = Size::new(fitted_x.max(1), fitted_y.max(1)).component_min(self.movie.size);
        let margin = |room: u32, fitted: u32| room.saturating_sub(fitted) / 2;
        let top_left = point(margin(room_x, fitted.width), margin(room_y, fitted.height));
        Rectangle::new(self.movie.top_left + top_left, fitted)
    }
}

/// A part of an area: some points from its left and its top, and so many wide and high.
pub(super) fn part(area: Rectangle, x: u32, y: u32, width: u32, height: u32) -> Rectangle {
    Rectangle::new(area.top_left + point(x, y), Size::new(width, height))
}

/// What is left of an area without so much at its left, top, right and foot.
pub(super) fn inside(area: Rectangle, [left, top, right, foot]: [u32; 4]) -> Rectangle {
    let Size { width, height } = area.size;
    part(area, left, top, width.saturating_sub(left + right), height.saturating_sub(top + foot))
}

/// An area without its first so many points.
pub(super) fn below(area: Rectangle, height: u32) -> Rectangle {
    inside(area, [0, height, 0, 0])
}

/// In the middle of an area, or as much of it as there is.
pub(super) fn middle(area: Rectangle, size: Size) -> Rectangle {
    area.resized(size.component_min(area.size), embedded_graphics::geometry::AnchorPoint::Center)
}

/// The first line of points of an area.
pub(super) fn line_above(area: Rectangle) -> Rectangle {
    Rectangle::new(area.top_left, Size::new(area.size.width, area.size.height.min(1)))
}

/// The last line of points of an area.
pub(super) fn line_below(area: Rectangle) -> Rectangle {
    part(area, 0, area.size.height.saturating_sub(1), area.size.width, area.size.height.min(1))
}

/// How many there are, as a length in points.
pub(super) fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}

fn area(x: u32, y: u32, width: u32, height: u32) -> Rectangle {
    Rectangle::new(point(x, y), Size::new(width, height))
}

pub(super) fn point(x: u32, y: u32) -> Point {
    let at = |side| i32::try_from(side).unwrap_or(i32::MAX);
    Point::new(at(x), at(y))
}

/// Below this height status line, controls and line are lower.
const LOW: u32 = 440;
/// The least that there is room for more than the movie in.
const LEAST: Size = Size::new(380, 206);
/// Below this width a panel is a sheet.
const SHEET: u32 = 608;
/// Below this width the tabs have no words.
const NARROW: u32 = 446;
/// From this width on there are curves beside the figures.
const WITH_CURVES: u32 = 640;
/// The height of all figures.
const FULL: u32 = 152;
const FILM_LINE: u32 = 20;
const BUTTON_HEIGHT: u32 = 32;
const BUTTONS_X: u32 = 10;
const BUTTON_GAP: u32 = 3;
const TABS_GAP: u32 = 10;
/// A button in one line gets no more than so much above its least width.
const MOST_SHARE: u32 = 14;
const DIALOG: Size = Size::new(380, 152);

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(width: u32, height: u32, has_panel: bool) -> Layout {
        Layout::of(Size::new(width, height), has_panel, false)
    }

    /// Points, then the movie alone, the panel, and the movie beside it.
    #[test]
    fn the_areas_are_those_of_the_table() {
        for ((width, height), movie, panel, beside) in [
            ((640, 560), (640, 328), (304, 528), (336, 328)),
            ((1024, 740), (1024, 508), (460, 708), (564, 508)),
            ((640, 345), (640, 259), (304, 319), (336, 259)),
            ((647, 352), (647, 266), (304, 326), (343, 266)),
            ((683, 375), (683, 289), (307, 349), (376, 289)),
            ((800, 430), (800, 344), (360, 404), (440, 344)),
            ((616, 339), (616, 253), (304, 313), (312, 253)),
            ((960, 520), (960, 416), (432, 488), (528, 416)),
        ] {
            let size = |(width, height)| Size::new(width, height);
            let (alone, open) = (layout(width, height, false), layout(width, height, true));
            assert_eq!(alone.movie.size, size(movie), "{width}x{height}");
            assert_eq!(open.panel.unwrap().size, size(panel), "{width}x{height}");
            assert_eq!(open.movie.size, size(beside), "{width}x{height}");
        }
    }

    #[test]
    fn the_areas_fill_the_window_and_none_lies_on_another() {
        for width in (380..1400).step_by(31).chain([445, 446, 607, 608]) {
            for height in (206..900).step_by(23).chain([439, 440]) {
                for has_panel in [false, true] {
                    let Layout { status, movie, controls, statistics, panel, is_sheet, .. } =
                        layout(width, height, has_panel);
                    let beside = panel.filter(|_| !is_sheet);
                    let all = [Some(status), Some(movie), Some(controls), Some(statistics), beside];
                    let areas: Vec<Rectangle> = all.into_iter().flatten().collect();
                    let points: u32 =
                        areas.iter().map(|area| area.size.width * area.size.height).sum();
                    assert_eq!(points, width * height, "{width}x{height}");
                    for (at, one) in areas.iter().enumerate() {
                        for other in &areas[at + 1..] {
                            assert!(one.intersection(other).is_zero_sized(), "{width}x{height}");
                        }
                    }
                    assert!(movie.size.height >= 120, "{width}x{height}");
                }
            }
        }
    }

    const FIVE: [(u32, u32); 5] = [(70, 46), (94, 46), (94, 46), (94, 64), (94, 64)];

    #[test]
    fn the_buttons_end_before_the_tabs_and_are_as_wide_as_their_words() {
        for width in 380..1400 {
            for buttons in [&FIVE[..], &FIVE[1..]] {
                for has_panel in [false, true] {
                    let layout = layout(width, 400, has_panel);
                    let (areas, is_one_line) = layout.buttons(buttons);
                    let last = areas.last().unwrap();
                    let end = last.top_left.x.unsigned_abs() + last.size.width;
                    assert!(
                        end + 10 <= layout.controls.size.width - layout.tabs_width(),
                        "{width}"
                    );
                    for (area, widths) in areas.iter().zip(buttons) {
                        let minimum = if is_one_line { widths.0 } else { widths.1 };
                        assert!(area.size.width >= minimum, "{width}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_window_that_is_too_small_shows_the_movie_and_a_line() {
        for (width, height) in [(379, 900), (900, 205), (0, 0), (1, 1), (30, 19)] {
            let layout = layout(width, height, true);
            assert!(layout.is_movie_only && layout.panel.is_none());
            assert_eq!(layout.movie.size.height + layout.status.size.height, height);
        }
    }

    #[test]
    fn a_picture_of_any_size_fits_a_window_of_any_size() {
        for (width, height) in [(0, 0), (1, 1), (200, 100), (640, 560), (1920, 1080)] {
            for picture in [(1, 1), (384, 288), (3840, 2160), (1, 9000), (9000, 1)] {
                let layout = layout(width, height, false);
                let fitted = layout.fitted(picture.0, picture.1);
                let inside = fitted.intersection(&layout.movie).size;
                assert!(fitted.is_zero_sized() || inside == fitted.size, "{picture:?}");
            }
        }
    }
}
