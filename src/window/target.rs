//! What can be clicked and opened, and what is known of a window that has been drawn.

use std::collections::HashMap;

use embedded_graphics::geometry::Point;
use embedded_graphics::primitives::Rectangle;

use super::scroll::Page;
use crate::rtsp::Method;

/// What can be clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A button below the video.
    Button(Method),
    /// The name of a panel, which opens it, or closes it.
    Tab(PanelKind),
    /// The `Esc` of the panel.
    Panel,
    /// The log's way back to the newest entry.
    Newest,
    /// The statistics in one line, which open all of them.
    Statistics,
    /// The message.
    Message,
    /// The `F` that brings all back.
    Movie,
    /// The dialog's "Continue watching".
    Continue,
    /// The dialog's "Close".
    Close,
    /// A place where a click does nothing, whatever lies below it.
    Nothing,
}

/// A panel that a key opens, whatever is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PanelKind {
    /// The last requests and replies.
    RtspLog,
    /// The packet that came last.
    RtpHeader,
    /// All figures.
    Statistics,
    /// What each key does.
    Keys,
    /// The answer to DESCRIBE.
    Description,
}

/// What a click or a key needs to know of the window as it was drawn last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// What can be clicked, in points; of two that lie on each other, the later one.
    pub targets: Vec<(Target, Rectangle)>,
    /// What of the open panel can be scrolled.
    pub page: Option<Page>,
    /// What each part shows: a part that shows the same once more need not be drawn.
    pub(super) parts: Parts,
}

/// A number for what is shown in each area; another one for all that they have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) base: u64,
    pub(super) keys: HashMap<Rectangle, u64>,
}

impl Drawn {
    /// What a click there is on.
    pub(super) fn at(&self, point: Point) -> Option<Target> {
        let above = self.targets.iter().rev().find(|(_, area)| area.contains(point))?;
        Some(above.0).filter(|target| *target != Target::Nothing)
    }
}
