//! Checks a client: a server that watches.
//!
//! Each variation is a run of the client. The first is plain; what the client does in it, it should
//! also do in the others, in which something is unusual.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;

use rtsp_lab::rtsp::Method;

use crate::card::{Card, FAIL, NOT_CHECKED, Requirement};
use crate::progress::Progress;

mod button;
mod cache;
mod case;
mod connection;
mod departure;
mod ends;
mod figures;
mod form;
mod gate;
mod hands;
mod intake;
mod keys;
mod lesson;
mod limits;
mod meter;
mod movie;
mod picture;
mod pictures;
mod plain;
mod player;
mod port;
mod press;
mod raised;
mod reply;
mod request;
mod requirements;
mod run;
mod script;
mod sight;
mod until;
mod variations;
mod watch;

use hands::Hands;
pub(crate) use keys::KeySet;
pub(crate) use lesson::Lesson;
use movie::Movie;
pub(crate) use player::Pressing;
use player::{AT_ONCE, Client, Tool};
use run::Run;
use script::Script;
use until::Until;
use variations::Runs;

/// Checks that there are variations of these names.
///
/// # Errors
/// One is not known; which, in one line.
pub(crate) fn known(scripts: &[String]) -> Result<(), String> {
    Script::chosen(scripts).map(drop)
}

/// What is required of a client, in all variations.
pub(crate) fn requirements() -> Vec<&'static Requirement> {
    requirements::of(&Script::ALL)
}

/// Checks that the script for windows of Tk can press the buttons of the client of that command.
///
/// # Errors
/// It is not run by Python; in one line.
pub(crate) fn pressable(command: &str) -> Result<(), String> {
    press::can_press(command)
}

/// What is required of a client, by its name.
pub(crate) fn requirement(id: &str) -> Option<&'static Requirement> {
    lesson::requirement(id)
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// The names of the variations; all, if there is none.
    pub(crate) scripts: &'a [String],
    /// Who presses its buttons.
    pub(crate) pressing: Pressing,
    /// All that it says on standard error is shown.
    pub(crate) verbose: bool,
}

/// Plays the movie to the client in each variation.
///
/// # Errors
/// It can't be begun: the movie can't be read, or there is no such variation. In one line.
pub(crate) fn check(
    command: &str,
    name: Option<&str>,
    movie: &Path,
    Asked { scripts, pressing, verbose }: Asked<'_>,
) -> Result<Card, String> {
    let scripts = Script::chosen(scripts)?;
    let tool = Tool::prepare(pressing)?;
    let client = Client { command, movie: Movie::read(movie)?, tool };
    let mut progress = Progress::new(scripts.len());
    progress.begin(Script::Plain.name());
    let subject = name.unwrap_or(command);
    let (plain, mut card) = client.play_plain(subject, &requirements::of(&scripts))?;
    let mut others: Vec<Script> = scripts.into_iter().filter(|&s| s != Script::Plain).collect();
    if plain.requests.is_empty() {
        others.clear();
    }
    let runs = client.play_all(&others, &plain, &mut progress)?;
    for (script, run) in &runs {
        variations::judge(&mut card, *script, Runs { plain: &plain, run });
    }
    if !plain.requests.is_empty() {
        ends::judge(&mut card, &plain, &runs);
    }
    let (lines, complaints) = (requirements::of(&[Script::Plain]), plain.last_complaints(verbose));
    if !card.quote(&lines, FAIL, complaints) {
        card.quote(&lines, NOT_CHECKED, complaints);
    }
    for (script, run) in &runs {
        card.quote(&requirements::of(&[*script]), FAIL, run.last_complaints(verbose));
        card.tell(&requirements::of(&[*script]), run.story.clone());
    }
    card.tell(&lines, plain.story.clone());
    Ok(card)
}

impl Client<'_> {
    fn play(&self, script: Script, hands: Hands, patience: Option<u16>) -> Result<Run, String> {
        self.play_until(script, hands, patience, Until::End)
    }

    /// Plays the plain variation, and begins the card with what was seen.
    fn play_plain(
        &self,
        subject: &str,
        requirements: &[&'static Requirement],
    ) -> Result<(Run, Card), String> {
        let play = || {
            let run = self.play(Script::Plain, self.hands(Hands::asking)?, None)?;
            let mut card = Card::new(subject, requirements);
            plain::judge(&mut card, &run);
            pictures::judge(&mut card, &run);
            let is_good = card.is_full() && !run.is_cut;
            form::judge(&mut card, &run, &self.movie.name, self.command.contains("{rtp}"));
            Ok((is_good || !self.may_repeat(&run), (run, card)))
        };
        at_most_twice(Script::Plain, play)
    }

    /// Plays a variation.
    fn play_variation(&self, script: Script, plain: &Run) -> Result<Run, String> {
        // A client that sends by itself does so at about the same time in each run.
        let is_long = plain.by_hand || plain.longest_play == 0;
        let patience = (!is_long).then_some(plain.longest_play + MORE_PACKETS);
        at_most_twice(script, || {
            let hands = self.hands(|| Hands::known(plain.by_hand))?;
            let run = self.play(script, hands, patience)?;
            let mut card = Card::new("", &requirements::of(&[script]));
            variations::judge(&mut card, script, Runs { plain, run: &run });
            let was_slow = (run.is_cut && !plain.is_cut) || run.dropped > 0;
            Ok(((card.is_full() && !was_slow) || !self.may_repeat(plain), run))
        })
    }

    /// Whether a run that has failed may be tried again: not if the user would have to click once
    /// more.
    fn may_repeat(&self, plain: &Run) -> bool {
        let may_be_better = plain.has(Method::Setup) && plain.reads != Some(false);
        (self.tool.is_some() || !plain.by_hand) && may_be_better
    }

    /// Plays the variations; several at once if nobody has to press buttons.
    fn play_all(
        &self,
        scripts: &[Script],
        plain: &Run,
        progress: &mut Progress,
    ) -> Result<Vec<(Script, Run)>, String> {
        let needs_nobody = !plain.by_hand || matches!(self.tool, Some(Tool::Tk(_)));
        let workers = if needs_nobody { AT_ONCE } else { 1 };
        let waiting = Mutex::new((scripts.iter(), progress));
        let (sender, runs) = channel();
        thread::scope(|scope| {
            for _ in 0..workers {
                let (sender, waiting) = (sender.clone(), &waiting);
                let work = move || {
                    while let Some(script) = next(waiting) {
                        let run = self.play_variation(script, plain);
                        sender.send(run.map(|run| (script, run))).ok();
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
        runs.iter().collect()
    }
}

/// Plays once more if the first run does not settle it: the machine may have stood still.
fn at_most_twice<T>(
    script: Script,
    play: impl Fn() -> Result<(bool, T), String>,
) -> Result<T, String> {
    let (is_settled, found) = play()?;
    if is_settled {
        return Ok(found);
    }
    writeln!(io::stderr(), "    {} failed, and is tried once more", script.name()).ok();
    play().map(|(_, found)| found)
}

/// The next variation that has not been taken yet.
fn next(waiting: &Mutex<(std::slice::Iter<'_, Script>, &mut Progress)>) -> Option<Script> {
    let mut waiting = waiting.lock().ok()?;
    let (scripts, progress) = &mut *waiting;
    let script = scripts.next().copied()?;
    progress.begin(script.name());
    Some(script)
}

/// Two seconds of the movie.
const MORE_PACKETS: u16 = 40;
