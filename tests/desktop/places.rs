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
    /// The corner of the description.
    Description,
    /// The corner of the panel.
    Panel,
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

/// The buttons of a window, from left to right: where each begins, and its width.
pub(crate) type Buttons = &'static [(Target, i32, i32)];

/// The usual ones.
pub(crate) const FIVE: Buttons = &[
    (Target::Setup, 10, 112),
    (Target::Play, 125, 104),
    (Target::Pause, 232, 136),
    (Target::Teardown, 371, 128),
    (Target::Describe, 502, 128),
];

/// Those of `--three-buttons`.
pub(crate) const THREE: Buttons = &[
    (Target::Play, 10, 144),
    (Target::Pause, 157, 163),
    (Target::Teardown, 323, 152),
    (Target::Describe, 478, 152),
];

/// A window's places, in points of its drawing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    /// The drawing; what a smaller window has no room for is cut off.
    pub(crate) drawing: Size,
    /// Pixels for each point, across and down.
    pub(crate) scale: i32,
    pub(crate) buttons: Buttons,
}

impl Size {
    /// A window as it is at first.
    pub(crate) const FIRST: Self = Self::of(640, 560);

    pub(crate) const fn of(width: i32, height: i32) -> Self {
        Self { width, height }
    }
}

impl Places {
    /// The places in a window of so many pixels.
    pub(crate) fn of(pixels: Size, scale: i32, buttons: Buttons) -> Self {
        let points = |pixels: i32| (pixels + scale - 1) / scale;
        let drawing = Size::of(points(pixels.width).max(640), points(pixels.height).max(360));
        Self { drawing, scale, buttons }
    }

    /// Where to click.
    pub(crate) fn middle_of(&self, target: Target) -> (i32, i32) {
        let message =
            Area { x: 12, y: self.controls() - 56, width: self.drawing.width - 24, height: 46 };
        let others = [
            (Target::Message, message),
            (Target::Description, corner(self.description())),
            (Target::Panel, corner(self.panel(false))),
        ];
        let other = others.into_iter().find(|(other, _)| *other == target).map(|(_, area)| area);
        other.or_else(|| self.button(target)).expect("there is such a button").center()
    }

    /// A button of the row or of the dialog; `None` if it does not exist.
    pub(crate) fn button(&self, target: Target) -> Option<Area> {
        let (row, dialog) = (self.controls() + 8, self.dialog());
        let of_row = self.buttons.iter().map(|&(button, x, width)| (button, x, row, width, 32));
        let of_dialog = [(Target::Continue, 16, 204), (Target::Close, 228, 136)];
        let of_dialog =
            of_dialog.map(|(button, x, width)| (button, dialog.x + x, dialog.y + 101, width, 34));
        let mut all = of_row.chain(of_dialog);
        let (_, x, y, width, height) = all.find(|(button, ..)| *button == target)?;
        Some(Area { x, y, width, height })
    }

    /// Where the buttons' row begins: 48 points of it, 152 of statistics.
    pub(crate) const fn controls(&self) -> i32 {
        self.drawing.height - 200
    }

    /// Where the statistics begin.
    pub(crate) const fn statistics(&self) -> i32 {
        self.drawing.height - 152
    }

    /// All between the status line and the buttons.
    pub(crate) const fn video(&self) -> Area {
        let (width, height) = (self.drawing.width, self.controls() - STATUS);
        Area { x: 0, y: STATUS, width, height }
    }

    /// Where the movie's picture is: as large as fits the video, its aspect kept, in the middle.
    pub(crate) fn picture(&self) -> Area {
        let video = self.video();
        let (mut width, mut height) = (video.height * 384 / 288, video.height);
        if width > video.width {
            (width, height) = (video.width, video.width * 288 / 384);
        }
        self.centred(width, height)
    }

    /// The dialog that the close button opens.
    pub(crate) fn dialog(&self) -> Area {
        self.centred(380, 152)
    }

    /// In the middle of the video, or as high as that allows.
    fn centred(&self, width: i32, height: i32) -> Area {
        let video = self.video();
        let x = (video.width - width) / 2;
        Area { x, y: video.y + (video.height - height).max(0) / 2, width, height }
    }

    /// The description, if no panel is open; how high it is depends on its lines.
    pub(crate) const fn description(&self) -> Area {
        Area { x: 12, y: STATUS + 8, width: self.drawing.width - 24, height: 24 }
    }

    /// The panel over the right half of the video; a message is below it.
    pub(crate) fn panel(&self, message: bool) -> Area {
        let video = self.video();
        let width = (video.width / 2 - 16).min(560);
        let height = video.height - if message { 70 } else { 16 };
        Area { x: video.width - 12 - width, y: video.y + 8, width, height }
    }
}

/// The corner of a box that takes it away when it is clicked.
const fn corner(area: Area) -> Area {
    Area { x: area.x + area.width - 48, width: 48, height: 24, ..area }
}

/// The height of the status line.
const STATUS: i32 = 32;
