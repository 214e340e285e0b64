//! Who presses the client's buttons: nobody, if it does everything by itself; `lab_check`, by the
//! keys of its window or by a script in its own process; or the user, who is asked.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use rtsp_lab::rtsp::State;

use super::button::Button;
use super::keys::Keys;
use super::press::{Link, Report};
use super::run::Run;

/// The hands of one run.
#[derive(Debug)]
pub(crate) struct Hands {
    tool: Option<Tool>,
    /// The user may be asked.
    may_ask: bool,
    /// The client does not do it by itself.
    by_hand: bool,
    /// The button that was last pressed or asked for, and after how many requests.
    last: Option<(Button, usize, Instant)>,
    /// A button that is not there or can't be pressed, and what is there instead.
    missing: Option<(Button, String)>,
    /// The script has seen a window.
    has_window: bool,
    /// When the script has pressed a button.
    pressed: Option<Instant>,
}

/// What `lab_check` presses buttons with.
#[derive(Debug)]
enum Tool {
    Keys(Keys),
    Link(Link),
}

/// How far the run has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) state: State,
    /// How long nothing has changed.
    pub(crate) time: Duration,
    /// How many requests have come, and of them PLAYs.
    pub(crate) requests: usize,
    pub(crate) plays: usize,
    /// How many packets were due since PLAY.
    pub(crate) packets: u16,
}

impl Hands {
    /// For a client whose buttons are pressed by its keys.
    pub(crate) fn with_keys(keys: Keys) -> Self {
        Self::with(Tool::Keys(keys))
    }

    /// For a client whose buttons are pressed by a script in its process.
    pub(crate) fn with_link(link: Link) -> Self {
        Self::with(Tool::Link(link))
    }

    fn with(tool: Tool) -> Self {
        Self { tool: Some(tool), by_hand: true, ..Self::known(false) }
    }

    /// For a client that may need the user's hands.
    pub(crate) fn asking() -> Self {
        Self { may_ask: true, ..Self::known(false) }
    }

    /// For a client of which it is known whether it needs them.
    pub(crate) const fn known(by_hand: bool) -> Self {
        let (tool, last, missing) = (None, None, None);
        Self { tool, may_ask: by_hand, by_hand, last, missing, has_window: false, pressed: None }
    }

    /// Whether the client needs somebody to press its buttons.
    pub(crate) const fn are_needed(&self) -> bool {
        self.by_hand
    }

    /// The command of the client, with what they need in it.
    pub(crate) fn command(&self, command: &str) -> String {
        match &self.tool {
            Some(Tool::Link(link)) => link.command(command),
            _ => command.to_owned(),
        }
    }

    /// What the script in the client's process tells next.
    pub(crate) fn report(&mut self) -> Option<Report> {
        let Some(Tool::Link(link)) = &mut self.tool else { return None };
        let report = link.report()?;
        self.has_window |= report == Report::Window;
        if matches!(report, Report::Pressed(_)) {
            self.pressed = Some(Instant::now());
        }
        if let Report::Absent(button, what) = &report {
            self.missing = Some((*button, what.clone()));
        }
        Some(report)
    }

    /// How long ago the script has pressed a button after that many requests, if it has.
    pub(crate) fn pressed_since(&self, requests: usize) -> Option<Duration> {
        let is_for_next = self.last.is_some_and(|(_, before, _)| before == requests);
        let at = self.pressed.filter(|_| is_for_next)?;
        // A press of before is not the last one, which may still be on its way.
        let (_, _, asked) = self.last?;
        (at >= asked).then(|| at.elapsed())
    }

    /// Whether such a script looks at what the window shows.
    pub(crate) const fn see(&self) -> bool {
        matches!(self.tool, Some(Tool::Link(_)))
    }

    /// Whether they can do nothing more, because a button is missing.
    pub(crate) fn have_given_up(&self) -> bool {
        self.missing.as_ref().is_some_and(|(button, _)| *button != Button::Pause)
    }

    /// Why no SETUP came, if they have done what they could.
    fn why_nothing_came(&self) -> Option<String> {
        match (&self.tool, &self.missing) {
            (_, Some((_, what))) => Some(format!("{what}. {WITHOUT_PRESS}")),
            (Some(Tool::Keys(keys)), None) => self.last.map(|_| keys.hint().to_owned()),
            (Some(Tool::Link(_)), None) if !self.has_window => {
                Some(format!("it has opened no window of Tk. {WITHOUT_PRESS}"))
            }
            _ => None,
        }
    }

    /// Notes what they have seen, at the end.
    pub(crate) fn tell(&self, run: &mut Run) {
        let has_stayed = run.requests.is_empty() && run.broke_off.is_none();
        run.unasked = self.why_nothing_came().filter(|_| has_stayed);
        run.missing.clone_from(&self.missing);
        run.by_hand = self.by_hand;
    }

    /// Presses what is to be pressed now, or asks for it.
    pub(crate) fn turn(&mut self, place: Place, group: u32) {
        if let Some(button) = self.wanted(place) {
            self.press(button, place, group);
        }
    }

    /// Presses a button that must have no effect now, or asks for it; returns whether it has just
    /// asked.
    pub(crate) fn try_out(&mut self, button: Button, place: Place, group: u32) -> bool {
        self.by_hand && place.time >= MOMENT && self.press(button, place, group)
    }

    fn press(&mut self, button: Button, place: Place, group: u32) -> bool {
        let again = self.last.is_some_and(|(last, requests, at)| {
            let is_same = (last, requests) == (button, place.requests);
            let may_be_lost = matches!(self.tool, Some(Tool::Keys(_)));
            is_same && (!may_be_lost || at.elapsed() < PRESS_AGAIN)
        });
        if again {
            return false;
        }
        let was_pressed = match &mut self.tool {
            Some(Tool::Keys(keys)) => keys.press(button, group),
            Some(Tool::Link(link)) => link.press(button),
            None => true,
        };
        if was_pressed {
            self.last = Some((button, place.requests, Instant::now()));
        }
        if self.tool.is_some() {
            return false;
        }
        self.by_hand = true;
        writeln!(io::stderr(), "    in the client's window: click {button} now").ok();
        true
    }

    /// The next button; `None` if it is not yet time for one.
    fn wanted(&self, place: Place) -> Option<Button> {
        let (button, is_time) = match (place.state, place.plays) {
            (State::Init, 0) => (Button::Setup, self.by_hand || place.time >= OWN_START),
            (State::Init, _) => return None,
            (State::Ready, 0) => (Button::Play, place.time >= MOMENT),
            (State::Ready, 1) => (Button::Play, place.time >= PAUSE),
            (State::Ready, _) => (Button::Teardown, place.time >= MOMENT),
            (State::Playing, 1) if self.missing.is_none() => {
                (Button::Pause, place.packets >= ENOUGH_PACKETS)
            }
            (State::Playing, _) => (Button::Teardown, place.packets >= ENOUGH_PACKETS),
        };
        let may = self.by_hand || (self.may_ask && button == Button::Setup);
        (may && is_time).then_some(button)
    }
}

const WITHOUT_PRESS: &str = "Without --press you are asked to click";
/// How long a client may take until it is taken for one that waits for a click.
const OWN_START: Duration = Duration::from_secs(4);
/// How long a person takes from one click to the next.
const MOMENT: Duration = Duration::from_millis(300);
/// How long a pause lasts.
const PAUSE: Duration = Duration::from_secs(1);
/// A second of the movie.
const ENOUGH_PACKETS: u16 = 20;
/// A key that has had no effect for this long may not have reached the window.
const PRESS_AGAIN: Duration = Duration::from_millis(1500);
