//! The pictures that the client makes of its packets, as far as they can be seen: by the files that
//! it keeps, and by what a script in its process tells.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use crate::stage::Stage;

use super::cache::picture_files;
use super::movie::Movie;
use super::picture::Picture;
use super::press::Report;

/// What was seen of them.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    next_look: Option<Instant>,
    /// A picture was exactly one that was sent.
    is_decoded: bool,
    /// What it took for pictures, in words, and was none that was sent.
    others: BTreeSet<String>,
    /// How often its window has shown another one.
    shown: u32,
    /// Whether the window can be seen, and if not, why.
    blind: Option<String>,
}

impl Sight {
    /// Of a client whose window is looked at by a script, or not.
    pub(crate) fn new(sees_window: bool) -> Self {
        let blind = (!sees_window).then(|| "only --press tk looks at a window".to_owned());
        Self { blind, ..Self::default() }
    }

    /// Takes what the script tells.
    pub(crate) fn take(&mut self, report: Report, movie: &Movie) {
        match report {
            Report::Opened(picture) => self.is_decoded |= movie.has(&picture),
            Report::Refused(picture) => {
                let what = format!("what it gives to PIL is no picture: {}", picture.described());
                self.others.insert(what);
            }
            Report::Shown => self.shown += 1,
            Report::Draws(name) => {
                self.blind = Some(format!("it draws with {name}, which is not looked at"));
            }
            Report::Window | Report::Pressed(_) | Report::Absent(..) | Report::Raised(_) => {}
        }
    }

    /// Looks now and then at the files that it keeps.
    pub(crate) fn turn(&mut self, stage: &Stage, movie: &Movie) {
        if self.is_decoded || self.next_look.is_some_and(|next| Instant::now() < next) {
            return;
        }
        self.next_look = Some(Instant::now() + LOOK_INTERVAL);
        for (name, path) in picture_files(stage) {
            // One that is being written differs between two looks.
            let [once, again] = [fs::read(&path), fs::read(&path)].map(Result::unwrap_or_default);
            if once.is_empty() || once != again || once.len() > MOST_BYTES {
                continue;
            }
            let picture = Picture::of(&once);
            if movie.has(&picture) {
                self.is_decoded = true;
            } else if movie.has_part_in(&once) {
                self.others.insert(format!("{name} has {}", picture.described()));
            }
        }
    }

    /// Whether it takes the pictures out of its packets; `None` if none was seen.
    pub(crate) fn decodes(&self) -> Option<Result<(), &str>> {
        let other = self.others.first().filter(|_| self.others.len() >= ENOUGH_OTHERS);
        match (self.is_decoded, other) {
            (true, _) => Some(Ok(())),
            (false, Some(other)) => Some(Err(other)),
            (false, None) => None,
        }
    }

    /// Why its window is not seen, if it is not.
    pub(crate) fn blind(&self) -> Option<&str> {
        self.blind.as_deref()
    }

    /// How often its window has shown another picture.
    pub(crate) const fn shown(&self) -> u32 {
        self.shown
    }

    /// Whether its window shows a quarter of these packets at least.
    pub(crate) fn shows(&self, packets: u16) -> bool {
        self.shown.saturating_mul(SHOWN_OF) >= u32::from(packets)
    }
}

const LOOK_INTERVAL: Duration = Duration::from_millis(50);
/// A picture that fits no packet is a small one.
const MOST_BYTES: usize = 1 << 20;
/// One may be a file that was seen half written.
const ENOUGH_OTHERS: usize = 3;
/// Of so many packets one must be shown: five of twenty.
const SHOWN_OF: u32 = 4;
