//! What `learn` is asked for.

use crate::client::Pressing;
use crate::role::Role;

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) plan: Plan,
    pub(crate) pressing: Pressing,
    /// The step to begin with.
    pub(crate) step: Option<String>,
    pub(crate) wish: Wish,
    /// Stories are told as a whole.
    pub(crate) tells_all: bool,
    /// Where one stands is remembered.
    pub(crate) is_kept: bool,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// One run.
    Look,
    /// A run at each change.
    Watch,
    /// One more hint, and no run.
    Hint,
}

/// The programs, and the order in which their steps come.
#[derive(Clone, Debug)]
pub(crate) enum Plan {
    /// One program, from its first step to its last.
    One(Role, String),
    /// Both, a step of one and a step of the other, each against `lab_check`.
    Both { server: String, client: String },
}

impl Plan {
    /// What its page in the notebook is called.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::One(role, _) => role.name(),
            Self::Both { .. } => "both",
        }
    }

    /// How that program is called.
    pub(crate) fn command(&self, role: Role) -> &str {
        match (self, role) {
            (Self::One(_, command), _)
            | (Self::Both { server: command, .. }, Role::Server)
            | (Self::Both { client: command, .. }, Role::Client) => command,
        }
    }
}
