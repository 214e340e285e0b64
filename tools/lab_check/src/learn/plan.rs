//! The steps of a plan, in their order.

use std::path::Path;

use crate::python::PythonCommand;
use crate::role::Role;

use super::order::Plan;
use super::texts::{Step, Texts};

impl Plan {
    /// The steps in their order.
    pub(crate) fn steps(&self, texts: &Texts) -> Result<Vec<Step>, String> {
        match self {
            Self::One(role, _) => NUMBERS.iter().map(|id| texts.step(*role, id)).collect(),
            Self::Both { .. } => OF_BOTH.iter().map(|(role, id)| texts.step(*role, id)).collect(),
        }
    }

    /// The first script that a command names and that is not there.
    pub(crate) fn missing(&self) -> Option<String> {
        let script = |role| PythonCommand::of(self.command(role))?.script();
        let roles = match self {
            Self::One(role, _) => vec![*role],
            Self::Both { .. } => vec![Role::Client, Role::Server],
        };
        roles.into_iter().filter_map(script).find(|script| !Path::new(script).exists())
    }

    /// The step of that name: of one program `4`, of both `4s` or `4c`.
    pub(crate) fn step(&self, texts: &Texts, name: &str) -> Result<Step, String> {
        match self {
            Self::One(role, _) => texts.step(*role, name),
            Self::Both { .. } => {
                let of_server = name.strip_suffix('s').map(|id| (Role::Server, id));
                let named = of_server.or(name.strip_suffix('c').map(|id| (Role::Client, id)));
                let flaw = || format!("expected --step such as 4s or 4c for both, found {name:?}");
                let (role, id) = named.ok_or_else(flaw)?;
                texts.step(role, id)
            }
        }
    }
}

/// The order in which the handout goes on with both: what is given comes last.
const OF_BOTH: [(Role, &str); 12] = [
    (Role::Client, "1"),
    (Role::Client, "2"),
    (Role::Server, "3"),
    (Role::Server, "4"),
    (Role::Client, "3"),
    (Role::Client, "4"),
    (Role::Client, "5"),
    (Role::Server, "5"),
    (Role::Server, "2"),
    (Role::Client, "6"),
    (Role::Server, "6"),
    (Role::Server, "1"),
];
const NUMBERS: [&str; 6] = ["1", "2", "3", "4", "5", "6"];
