//! What `learn` is asked for.

use getopts::{Matches, Options};

use crate::client::{self, Pressing};
use crate::learn::{Order, Plan, Wish};
use crate::role::Role;

use super::words::with_port as with_port_in;

pub(super) fn options(options: &mut Options) {
    options
        .optflag("", "hint", "what to look at in this step; one more at each call")
        .optflag("", "watch", "look again whenever a file here has changed")
        .optopt("", "step", "begin with this step (default: where you stand)", "N")
        .optflag("", "story", "print the whole story of what fails")
        .optflag("", "no-state", "remember nothing in .lab_check");
}

/// The order, for these words after `learn`.
///
/// # Errors
/// What is wrong, in one line.
pub(super) fn read(matches: &Matches, pressing: Pressing, words: &[&str]) -> Result<Order, String> {
    let with_port = |role: Role, command: &str| with_port_in(role.name(), command);
    let plan = match words {
        ["server", command] => Plan::One(Role::Server, with_port(Role::Server, command)?),
        ["client", command] => Plan::One(Role::Client, with_port(Role::Client, command)?),
        ["both", server, client] => Plan::Both {
            server: with_port(Role::Server, server)?,
            client: with_port(Role::Client, client)?,
        },
        _ => {
            let found = words.join(" ");
            return Err(format!(
                "expected server or client and its COMMAND after learn, or both, found {found:?}"
            ));
        }
    };
    if let (Pressing::Tk, Plan::One(Role::Client, command) | Plan::Both { client: command, .. }) =
        (pressing, &plan)
    {
        client::pressable(command)?;
    }
    if !matches.opt_strs("script").is_empty() {
        return Err("--script goes with client: learn plays what a step needs".to_owned());
    }
    let wish = match (matches.opt_present("hint"), matches.opt_present("watch")) {
        (false, false) => Wish::Look,
        (false, true) => Wish::Watch,
        (true, false) => Wish::Hint,
        (true, true) => return Err("expected --hint or --watch, found both".to_owned()),
    };
    Ok(Order {
        plan,
        pressing,
        step: matches.opt_str("step"),
        wish,
        tells_all: matches.opt_present("story"),
        is_kept: !matches.opt_present("no-state"),
    })
}

/// The options that only `learn` has.
pub(super) const ITS_OWN: [&str; 5] = ["hint", "watch", "step", "story", "no-state"];
