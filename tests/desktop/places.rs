//! Where things are in a window of any size.

/// The size of the inside of a window, from which all places follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: i32,
    pub(crate) height: i32,
}

/// What can be clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Setup,
    Play,
    Pause,
    Teardown,
    Describe,
    /// The message above the buttons.
    Message,
    /// The key that closes the panel.
    Panel,
    /// The tab of the RTP header beside the buttons.
    HeaderTab,
    /// The chip that leads to the log's newest entry.
    Newest,
    /// Of the close dialog.
    Continue,
    /// Of the close dialog.
    Close,
}

/// Part of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: i32,
    pub(crate) height: i32,
}

impl Area {
    pub(crate) const fn center(self) -> (i32, i32) {
        (self.x + self.width / 2, self.y + self.height / 2)
    }
}

/// The buttons of a window, from left to right: the least width of each, with label and key beside each
/// other, and below each other.
pub(crate) type Buttons = &'static [(Target, i32, i32)];

/// The usual ones.
pub(crate) const FIVE: Buttons = &[
    (Target::Setup, 70, 46),
    (Target::Play, 94, 46),
    (Target::Pause, 94, 46),
    (Target::Teardown, 94, 64),
    (Target::Describe, 94, 64),
];

/// Those of `--three-buttons`.
pub(crate) const THREE: Buttons = FIVE.split_at(1).1;

/// A window's places, in points of its drawing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    pub(crate) drawing: Size,
    /// Pixels for each point, across and down.
    pub(crate) scale: i32,
    pub(crate) buttons: Buttons,
    /// A panel is open beside the movie.
    pub(crate) has_panel: bool,
}

impl Size {
    /// A window as it is at first.
    pub(crate) const FIRST: Self = Self::of(640, 560);

    pub(crate) const fn of(width: i32, height: i32) -> Self {
        Self { width, height }
    }
}

impl Places {
    /// The places in a window of so many pixels, without a panel.
    pub(crate) fn of(pixels: Size, scale: i32, buttons: Buttons) -> Self {
        let points = |pixels: i32| (pixels + scale - 1) / scale;
        let drawing = Size::of(points(pixels.width), points(pixels.height));
        Self { drawing, scale, buttons, has_panel: false }
    }

    /// Where to click.
    pub(crate) fn middle_of(&self, target: Target) -> (i32, i32) {
        let panel = self.panel();
        let foot = panel.y + panel.height - 15;
        match target {
            // Its bar: elsewhere there may be a line that opens a panel.
            Target::Message => (15, self.controls() - 20),
            Target::Panel => (self.drawing.width - 21, self.status() + 11),
            Target::HeaderTab => (self.drawing.width - 10 - 138 + 28 + 18, self.controls() + 16),
            Target::Newest => (panel.x + panel.width / 2, foot),
            Target::Setup
            | Target::Play
            | Target::Pause
            | Target::Teardown
            | Target::Describe
            | Target::Continue
            | Target::Close => self.button(target).expect("there is such a button").center(),
        }
    }

    /// A button of the row or of the dialog; `None` if it does not exist.
    pub(crate) fn button(&self, target: Target) -> Option<Area> {
        let dialog = self.dialog();
        let of_dialog = [(Target::Continue, 16, 204), (Target::Close, 228, 136)];
        let of_dialog = of_dialog.into_iter().map(|(button, x, width)| {
            (button, Area { x: dialog.x + x, y: dialog.y + 101, width, height: 34 })
        });
        let mut all = self.row().into_iter().chain(of_dialog);
        all.find(|(button, _)| *button == target).map(|(_, area)| area)
    }

    /// The buttons below the movie.
    fn row(&self) -> Vec<(Target, Area)> {
        let tabs = match self.has_panel {
            true => 0,
            false if self.drawing.width < 446 => 80,
            false => 148,
        };
        let count = i32::try_from(self.buttons.len()).unwrap();
        let room = self.column() - 20 - tabs - 3 * (count - 1);
        let one_line: i32 = self.buttons.iter().map(|button| button.1).sum();
        let two_lines: i32 = self.buttons.iter().map(|button| button.2).sum();
        let is_one_line = one_line <= room;
        let least = if is_one_line { one_line } else { two_lines };
        let share = (room - least) / count;
        let share = if is_one_line { share.min(14) } else { share };
        let y = self.controls() + if self.is_low() { 4 } else { 8 };
        let mut x = 10;
        let place = |&(target, one_line, two_lines): &(Target, i32, i32)| {
            let width = share + if is_one_line { one_line } else { two_lines };
            let area = Area { x, y, width, height: 32 };
            x += width + 3;
            (target, area)
        };
        self.buttons.iter().map(place).collect()
    }

    const fn is_low(&self) -> bool {
        self.drawing.height < 440
    }

    /// The height of the status line.
    pub(crate) const fn status(&self) -> i32 {
        if self.is_low() { 26 } else { 32 }
    }

    /// The width of all that is not the panel.
    pub(crate) fn column(&self) -> i32 {
        if self.has_panel && self.drawing.width >= 608 {
            self.drawing.width - self.panel().width
        } else {
            self.drawing.width
        }
    }

    /// All figures, or a line of them.
    pub(crate) fn statistics_height(&self) -> i32 {
        let (height, status) = (self.drawing.height, self.status());
        let controls = if self.is_low() { 40 } else { 48 };
        let has_room = 10 * (height - status - controls - 152) >= 6 * (height - status);
        match has_room && self.column() >= 330 {
            true => 152,
            false if self.is_low() => 20,
            false => 24,
        }
    }

    /// Where the buttons' row begins.
    pub(crate) fn controls(&self) -> i32 {
        self.statistics() - if self.is_low() { 40 } else { 48 }
    }

    /// Where the statistics begin.
    pub(crate) fn statistics(&self) -> i32 {
        self.drawing.height - self.statistics_height()
    }

    /// All between the status line and the buttons, beside the panel.
    pub(crate) fn video(&self) -> Area {
        let (width, height) = (self.column(), self.controls() - self.status());
        Area { x: 0, y: self.status(), width, height }
    }

    /// Where the movie's picture is: as large as fits the video, its aspect kept, in the middle.
    pub(crate) fn picture(&self) -> Area {
        let video = self.video();
        let (mut width, mut height) = (video.height * 384 / 288, video.height);
        if width > video.width {
            (width, height) = (video.width, video.width * 288 / 384);
        }
        let (x, y) = ((video.width - width) / 2, video.y + (video.height - height) / 2);
        Area { x, y, width, height }
    }

    /// The dialog that the close button opens: in the middle of the window, as high as the movie.
    pub(crate) fn dialog(&self) -> Area {
        let (video, size) = (self.video(), Size::of(380, 152));
        let has_room = video.height >= size.height;
        let (top, room) = if has_room { (video.y, video.height) } else { (0, self.drawing.height) };
        let y = top + (room - size.height) / 2;
        let x = (self.drawing.width - size.width) / 2;
        Area { x, y, width: size.width, height: size.height }
    }

    /// The panel, or where it would be: a column at the right, and in a narrow window over the movie.
    pub(crate) fn panel(&self) -> Area {
        let Size { width, height } = self.drawing;
        if width < 608 {
            return Area { x: 0, y: self.status(), width, height: self.controls() - self.status() };
        }
        let panel = (width * 45 / 100).clamp(304, 480);
        Area { x: width - panel, y: self.status(), width: panel, height: height - self.status() }
    }
}
