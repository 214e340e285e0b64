//! Who presses the client's buttons: nobody, if it does everything by itself; `lab_check`, by the
//! keys of its window; or the user, who is asked.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use rtsp_lab::rtsp::State;

use super::button::Button;
use super::keys::Keys;

/// The hands of one run.
#[derive(Debug)]
pub(crate) struct Hands {
    keys: Option<Keys>,
    /// The user may be asked.
    may_ask: bool,
    /// The client does not do it by itself.
    by_hand: bool,
    /// The button that was last pressed or asked for, and after how many requests.
    last: Option<(Button, usize, Instant)>,
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
    pub(crate) const fn with_keys(keys: Keys) -> Self {
        Self { keys: Some(keys), may_ask: false, by_hand: true, last: None }
    }

    /// For a client that may need the user's hands.
    pub(crate) const fn asking() -> Self {
        Self { keys: None, may_ask: true, by_hand: false, last: None }
    }

    /// For a client of which it is known whether it needs them.
    pub(crate) const fn known(by_hand: bool) -> Self {
        Self { keys: None, may_ask: by_hand, by_hand, last: None }
    }

    /// Whether the client needs somebody to press its buttons.
    pub(crate) const fn are_needed(&self) -> bool {
        self.by_hand
    }

    /// Whether they have pressed keys.
    pub(crate) const fn have_pressed_keys(&self) -> bool {
        self.keys.is_some() && self.last.is_some()
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
            is_same && (self.keys.is_none() || at.elapsed() < PRESS_AGAIN)
        });
        if again {
            return false;
        }
        let was_pressed = self.keys.as_mut().is_none_or(|keys| keys.press(button, group));
        if was_pressed {
            self.last = Some((button, place.requests, Instant::now()));
        }
        if self.keys.is_some() {
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
            (State::Playing, 1) => (Button::Pause, place.packets >= ENOUGH_PACKETS),
            (State::Playing, _) => (Button::Teardown, place.packets >= ENOUGH_PACKETS),
        };
        let may = self.by_hand || (self.may_ask && button == Button::Setup);
        (may && is_time).then_some(button)
    }
}

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
