//! The keys of the client's window, pressed by `xdotool`.

use std::collections::BTreeSet;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, thread};

use crate::deadline::Deadline;

use super::button::Button;

/// Which keys press its buttons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeySet {
    /// A key for each: S, P, Space, T.
    Own,
    /// Tab goes from one to the next, in the lab's order, and Space presses the one it has come to.
    Tab,
}

/// The keyboard of the client's window.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    set: KeySet,
    /// How many times Tab has gone on: the first time it comes to the first button.
    place: usize,
    /// The windows that were there before the client.
    others: BTreeSet<String>,
    window: Option<String>,
}

impl Keys {
    /// Must be made before the client is started, so that its window can be told by being new.
    ///
    /// # Errors
    /// There is no display, or no `xdotool`: in one line.
    pub(crate) fn prepare(set: KeySet) -> Result<Self, String> {
        if env::var_os("DISPLAY").is_none() {
            return Err(
                "could not press keys: DISPLAY is not set, so there is no window".to_owned()
            );
        }
        match xdotool("version") {
            Some((true, _)) => Ok(Self { set, place: 0, others: visible_windows(), window: None }),
            _ => Err("could not press keys: --keys needs the program xdotool".to_owned()),
        }
    }

    /// Presses a button's key; returns whether there was a window to press it in.
    pub(crate) fn press(&mut self, button: Button, group: u32) -> bool {
        if self.window.is_none() {
            self.window = self.find(group);
        }
        let Some(window) = &self.window else { return false };
        let keys = match self.set {
            KeySet::Own => own_key(button).to_owned(),
            KeySet::Tab => tabs(self.place, place_of(button)) + "space",
        };
        // Without a window manager there is no active window.
        let was_pressed = ["windowactivate", "windowfocus"].into_iter().any(|activate| {
            let words = format!("{activate} --sync {window} key {keys}");
            xdotool(&words).is_some_and(|(is_done, _)| is_done)
        });
        if was_pressed {
            self.place = place_of(button);
        }
        was_pressed
    }

    /// Why no SETUP came although keys were pressed.
    pub(crate) const fn hint(&self) -> &'static str {
        match self.set {
            KeySet::Own => NO_SUCH_KEYS,
            KeySet::Tab => NO_SUCH_ORDER,
        }
    }

    /// The window of the client's process, or else one that was not there before.
    fn find(&self, group: u32) -> Option<String> {
        let of_process = format!("search --onlyvisible --pid {group}");
        let own = xdotool(&of_process).map(|(_, lines)| lines).unwrap_or_default();
        let own = own.into_iter().find(|line| is_window(line));
        own.or_else(|| visible_windows().into_iter().find(|window| !self.others.contains(window)))
    }
}

/// The project's own window has these.
const fn own_key(button: Button) -> &'static str {
    match button {
        Button::Setup => "s",
        Button::Play => "p",
        Button::Pause => "space",
        Button::Teardown => "t",
    }
}

/// The report's buttons stand in this order.
const fn place_of(button: Button) -> usize {
    match button {
        Button::Setup => 1,
        Button::Play => 2,
        Button::Pause => 3,
        Button::Teardown => 4,
    }
}

/// The keys that go from one place to another, each with a space after it.
fn tabs(from: usize, to: usize) -> String {
    "Tab ".repeat(to.saturating_sub(from)) + &"shift+Tab ".repeat(from.saturating_sub(to))
}

/// The windows with a name.
fn visible_windows() -> BTreeSet<String> {
    let found = xdotool("search --onlyvisible --name .");
    found
        .map(|(_, lines)| lines.into_iter().filter(|line| is_window(line)).collect())
        .unwrap_or_default()
}

fn is_window(line: &str) -> bool {
    !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())
}

/// Runs it; returns whether it succeeded and what it printed, or `None` if it can't run or does not
/// end.
fn xdotool(words: &str) -> Option<(bool, Vec<String>)> {
    let mut command = Command::new("xdotool");
    command.args(words.split(' ')).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::null()).spawn().ok()?;
    let deadline = Deadline::after(LIMIT);
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if !deadline.is_over() => thread::sleep(LOOK_INTERVAL),
            _ => {
                child.kill().ok();
                child.wait().ok();
                return None;
            }
        }
    };
    // A list of windows fits the pipe, so it is all there.
    let mut text = String::new();
    child.stdout.take()?.read_to_string(&mut text).ok()?;
    Some((status.success(), text.lines().map(str::to_owned).collect()))
}

const NO_SUCH_KEYS: &str = "no SETUP came, though its window had the keys: has it S, P, Space and T? \
    Without --keys you are asked to click";
const NO_SUCH_ORDER: &str = "no SETUP came, though Tab and Space were pressed in its window: \
    are its first buttons Setup, Play, Pause and Teardown? Without --keys you are asked to click";
/// How long it may take: it hangs if the window disappears in the meantime.
const LIMIT: Duration = Duration::from_secs(2);
const LOOK_INTERVAL: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_goes_to_and_fro_between_the_buttons() {
        let mut place = 0;
        let mut keys = Vec::new();
        for button in [Button::Setup, Button::Play, Button::Pause, Button::Play, Button::Teardown] {
            keys.push(tabs(place, place_of(button)));
            place = place_of(button);
        }
        assert_eq!(keys, ["Tab ", "Tab ", "Tab ", "shift+Tab ", "Tab Tab "]);
        assert_eq!(tabs(2, 2), "");
    }
}
