//! What `class` is asked for.

use std::path::PathBuf;
use std::time::Duration;

use getopts::{Matches, Options};

use crate::class::Order;
use crate::client::{KeySet, Pressing};
use crate::role::Role;

pub(super) fn options(options: &mut Options) {
    options
        .optopt("", "role", "what is checked: server or client (default: server)", "ROLE")
        .optopt("", "command", "how each is called (default: its .py file)", "COMMAND")
        .optopt("", "out", "the folder for table and cards (default: cards)", "FOLDER")
        .optopt("", "jobs", "checks at a time (default: half the processors)", "N")
        .optopt("", "limit", "the most time for a check (default: 600)", "SECONDS");
}

/// The order, for these folders.
///
/// # Errors
/// What is wrong, in one line.
pub(super) fn read(
    matches: &Matches,
    pressing: Pressing,
    folders: &[&str],
) -> Result<Order, String> {
    let role = matches.opt_str("role").unwrap_or_else(|| "server".to_owned());
    let role = Role::named(&role)
        .ok_or_else(|| format!("expected --role server or client, found {role:?}"))?;
    let pressed = match pressing {
        Pressing::ByHand => None,
        Pressing::Keys(KeySet::Own) => Some("--keys"),
        Pressing::Keys(KeySet::Tab) => Some("--keys=tab"),
        Pressing::Tk => Some("--press=tk"),
    };
    if let (Role::Server, Some(option)) = (role, pressed) {
        return Err(format!("{option} goes with --role client"));
    }
    let verbose = matches.opt_present("verbose").then_some("--verbose");
    let options = [pressed, verbose].into_iter().flatten().map(str::to_owned).collect();
    let command = matches.opt_str("command");
    if let Some(command) = command.as_ref().filter(|command| !command.contains("{port}")) {
        return Err(format!("expected {{port}} in the COMMAND of class, found {command:?}"));
    }
    let is_alone = matches!(pressing, Pressing::Keys(_));
    Ok(Order {
        folders: folders.iter().map(PathBuf::from).collect(),
        role,
        command,
        options,
        out: PathBuf::from(matches.opt_str("out").unwrap_or_else(|| "cards".to_owned())),
        // Keys go to the window that has the focus, and only one has.
        jobs: number(matches, "jobs")?.or(is_alone.then_some(1)),
        limit: Duration::from_secs(number(matches, "limit")?.unwrap_or(LIMIT)),
    })
}

/// The options that go with class alone.
pub(super) const ITS_OWN: [&str; 5] = ["role", "command", "out", "jobs", "limit"];

/// A number of one or more.
fn number<T: TryFrom<u64>>(matches: &Matches, option: &str) -> Result<Option<T>, String> {
    let Some(word) = matches.opt_str(option) else { return Ok(None) };
    let number = word.parse::<u64>().ok().filter(|number| (1..=MOST).contains(number));
    let number = number.and_then(|number| T::try_from(number).ok());
    let flaw = || format!("expected --{option} from 1 to {MOST}, found {word:?}");
    number.ok_or_else(flaw).map(Some)
}

/// Ten minutes: a check takes one or two.
const LIMIT: u64 = 600;
const MOST: u64 = 10_000;
