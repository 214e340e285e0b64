//! The buttons of the lab's window, as the user is asked to click them.

use std::fmt;

/// A button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Button {
    Setup,
    Play,
    Pause,
    Teardown,
}

impl fmt::Display for Button {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Setup => "Setup (or Play, if it has no Setup)",
            Self::Play => "Play",
            Self::Pause => "Pause",
            Self::Teardown => "Teardown",
        })
    }
}
