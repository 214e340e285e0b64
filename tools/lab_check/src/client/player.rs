//! The program under test, who presses its buttons, and how it is played to.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;

use super::case;
use super::hands::Hands;
use super::keys::{KeySet, Keys};
use super::movie::Movie;
use super::press::Press;
use super::run::Run;
use super::script::Script;
use super::until::Until;

/// Who presses the buttons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pressing {
    /// The client itself, or else the user.
    ByHand,
    /// The keys of its window.
    Keys(KeySet),
    /// A script in its process, which has a window of Tk.
    Tk,
}

/// The program under test, and what it is to play.
#[derive(Debug)]
pub(crate) struct Client<'a> {
    pub(crate) command: &'a str,
    pub(crate) movie: Movie,
    pub(crate) tool: Option<Tool>,
}

/// What presses its buttons.
#[derive(Debug)]
pub(crate) enum Tool {
    Keys(KeySet),
    Tk(Press),
}

impl Tool {
    pub(crate) fn prepare(pressing: Pressing) -> Result<Option<Self>, String> {
        match pressing {
            Pressing::ByHand => Ok(None),
            Pressing::Keys(set) => Keys::prepare(set).map(|_| Some(Self::Keys(set))),
            Pressing::Tk => Press::prepare().map(|press| Some(Self::Tk(press))),
        }
    }
}

impl Client<'_> {
    /// Plays that variation so far.
    ///
    /// # Errors
    /// It can't be begun: in one line.
    pub(crate) fn play_until(
        &self,
        script: Script,
        hands: Hands,
        patience: Option<u16>,
        until: Until,
    ) -> Result<Run, String> {
        case::play(script, self.command, &self.movie, hands, (patience, until))
    }

    /// The hands that use the tool, if there is one, or else these.
    pub(crate) fn hands(&self, others: impl Fn() -> Hands) -> Result<Hands, String> {
        match &self.tool {
            Some(Tool::Keys(set)) => Keys::prepare(*set).map(Hands::with_keys),
            Some(Tool::Tk(press)) => press.link().map(Hands::with_link),
            None => Ok(others()),
        }
    }
}

/// Does that for all of them, some at the same time.
pub(crate) fn at_once<T: Sync, R: Send>(
    all: &[T],
    play: impl Fn(&T) -> Result<R, String> + Sync,
) -> Result<Vec<R>, String> {
    let waiting = Mutex::new(all.iter());
    let (sender, found) = channel();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(all.len()) {
            let (sender, waiting, play) = (sender.clone(), &waiting, &play);
            let next = || waiting.lock().ok()?.next();
            let work = move || {
                while let Some(one) = next() {
                    sender.send(play(one)).ok();
                }
            };
            let named = thread::Builder::new().name("play_case".to_owned());
            named
                .spawn_scoped(scope, work)
                .map_err(|error| format!("could not start a thread: {error}"))?;
        }
        Ok::<(), String>(())
    })?;
    drop(sender);
    found.iter().collect()
}

/// How many clients run at the same time.
pub(crate) const AT_ONCE: usize = 5;
