//! The texts of the steps, from a file that teachers can read.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::card::Requirement;
use crate::role::Role;
use crate::{client, handed_out, server};

/// The steps of both programs.
#[derive(Debug, Deserialize)]
pub(crate) struct Texts {
    server: BTreeMap<String, Text>,
    client: BTreeMap<String, Text>,
}

/// What is said in a step.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Text {
    pub(crate) name: String,
    pub(crate) goal: String,
    #[serde(default)]
    pub(crate) write: String,
    turns: Vec<String>,
    #[serde(default)]
    pub(crate) before: String,
    #[serde(default)]
    pub(crate) hints: Vec<String>,
    #[serde(default)]
    pub(crate) learned: String,
    #[serde(default)]
    pub(crate) question: String,
    /// What was seen, and what is said then.
    #[serde(default)]
    pub(crate) mistakes: Vec<[String; 2]>,
}

/// A step of one program.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) role: Role,
    /// Its number, or that of something extra.
    pub(crate) id: String,
    pub(crate) text: Text,
    /// Its lines, in the order in which they are led to.
    pub(crate) lines: Vec<&'static Requirement>,
}

impl Texts {
    /// Reads the file.
    ///
    /// # Errors
    /// It is not as it should be: in one line.
    pub(crate) fn read() -> Result<Self, String> {
        toml::from_str(FILE).map_err(|error| format!("could not read the steps: {error}"))
    }

    /// A step.
    ///
    /// # Errors
    /// There is none of that number, or it names no known line: in one line.
    pub(crate) fn step(&self, role: Role, id: &str) -> Result<Step, String> {
        let steps = self.of(role);
        let known = || steps.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let text = steps
            .get(id)
            .ok_or_else(|| format!("expected --step as one of {}, found {id:?}", known()))?;
        let find = match role {
            Role::Server => server::requirement,
            Role::Client => client::requirement,
        };
        let line = |turn: &String| {
            let name = turn.trim_start_matches('+');
            find(name).ok_or_else(|| format!("no line is called {name:?}"))
        };
        let lines: Vec<_> = text.turns.iter().map(line).collect::<Result<_, _>>()?;
        // What the handed-out code fails itself comes last.
        let is_own = |line: &&Requirement| handed_out::fault(role, line.id).is_none();
        let (mut lines, handed_out): (Vec<_>, Vec<_>) = lines.into_iter().partition(is_own);
        lines.extend(handed_out);
        Ok(Step { role, id: id.to_owned(), text: text.clone(), lines })
    }

    fn of(&self, role: Role) -> &BTreeMap<String, Text> {
        match role {
            Role::Server => &self.server,
            Role::Client => &self.client,
        }
    }
}

const FILE: &str = include_str!("stages.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_card_stands_in_one_step_and_each_step_can_be_read() {
        let texts = Texts::read().unwrap();
        for (role, known) in [
            (Role::Server, server::requirements().to_vec()),
            (Role::Client, client::requirements()),
        ] {
            let mut led_to = Vec::new();
            for id in texts.of(role).keys() {
                led_to.extend(texts.step(role, id).unwrap().lines.iter().map(|line| line.id));
            }
            let missing: Vec<_> = known.iter().filter(|line| !led_to.contains(&line.id)).collect();
            // Only the report's own form of an extension is in no step.
            assert!(missing.iter().all(|line| line.id == "describe_form"), "{missing:?}");
            for (place, id) in led_to.iter().enumerate() {
                assert!(!led_to.get(..place).unwrap().contains(id), "{id} stands in two steps");
            }
        }
        let flaw = texts.step(Role::Client, "7").unwrap_err();
        assert_eq!(flaw, "expected --step as one of 1, 2, 3, 4, 5, 6, found \"7\"");
    }

    #[test]
    fn what_the_handed_out_code_fails_comes_last() {
        let step = Texts::read().unwrap().step(Role::Client, "5").unwrap();
        let ids: Vec<_> = step.lines.iter().map(|line| line.id).collect();
        assert_eq!(ids.get(..2).unwrap(), ["pause", "play_again"]);
        assert_eq!(ids.get(9..).unwrap(), ["no_files", "ends", "end_of_connection", "split_reply"]);
    }
}
