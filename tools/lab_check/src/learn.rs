//! Leads through the lab: a step at a time, and of that one line at a time.
//!
//! A run plays the present step and stops at the first line that fails. If all of them are met, the
//! next step is the present one. Where one stands is kept in a file beside the program.

use std::env;
use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use crate::escape::escaped;

mod aside;
mod ending;
mod lead;
mod mistakes;
mod notebook;
mod order;
mod plan;
mod print;
mod screen;
mod show;
mod tale;
mod texts;
mod watch;

pub(crate) use ending::Ending;
use ending::say;
use lead::Lead;
use notebook::{Notebook, name_of};
pub(crate) use order::{Order, Plan, Wish};
use screen::{Ink, Screen};
use texts::{Step, Texts};
use watch::{Keys, Look, News};

/// Leads.
///
/// # Errors
/// It can't begin, or what is remembered can't be written: in one line.
pub(crate) fn run(order: &Order, movie: &Path) -> Result<Ending, String> {
    let texts = Texts::read()?;
    let screen = Screen::here();
    if order.wish == Wish::Watch && !(screen.is_terminal && io::stdin().is_terminal()) {
        return Ok(Ending::NoTerminal);
    }
    let folder = env::current_dir().map_err(|error| format!("could not look here: {error}"))?;
    let mut notebook = Notebook::open(&folder, order.plan.name(), order.is_kept);
    let steps = chosen(order, &texts, &mut notebook)?;
    let mut lesson = Lesson { order, movie, screen, folder, steps, notebook };
    match order.wish {
        Wish::Hint => {
            lesson.give_hint()?;
            Ok(Ending::Done)
        }
        Wish::Look => lesson.look(order.tells_all),
        Wish::Watch => lesson.watch(),
    }
}

/// The steps of the plan, or that one alone that is none of them; notes in the notebook where to begin.
fn chosen(order: &Order, texts: &Texts, notebook: &mut Notebook) -> Result<Vec<Step>, String> {
    let mut steps = order.plan.steps(texts)?;
    if let Some(name) = &order.step {
        let asked = order.plan.step(texts, name)?;
        let is_it = |step: &Step| step.role == asked.role && step.id == asked.id;
        let known = steps.iter().position(is_it);
        if known.is_none() {
            steps = vec![asked];
        }
        notebook.page().place = known.unwrap_or_default();
    }
    Ok(steps)
}

/// All that a run needs, and what is remembered from one to the next.
struct Lesson<'a> {
    order: &'a Order,
    movie: &'a Path,
    screen: Screen,
    folder: PathBuf,
    steps: Vec<Step>,
    notebook: Notebook,
}

impl Lesson<'_> {
    fn place(&mut self) -> usize {
        self.notebook.page().place.min(self.steps.len().saturating_sub(1))
    }

    /// One run.
    fn look(&mut self, tells_all: bool) -> Result<Ending, String> {
        if let Some(script) = self.order.plan.missing() {
            say(&first_run(self.screen, &script, &self.folder, &self.steps));
            return Ok(Ending::Open);
        }
        self.notebook.begin(SystemTime::now());
        let place = self.place();
        let Self { order, movie, screen, ref steps, ref mut notebook, .. } = *self;
        let steps = steps.clone();
        let has_failed_before = notebook.page().has_failed;
        let mut lead = Lead {
            order,
            movie,
            screen,
            steps,
            notebook,
            tells_all,
            played: Vec::new(),
            aside: None,
            has_failed_before,
        };
        let ending = lead.go(place)?;
        self.notebook.page().has_failed = ending == Ending::Failed;
        self.notebook.keep()?;
        Ok(ending)
    }

    /// A run at each change, until all is done or the reader has enough.
    fn watch(&mut self) -> Result<Ending, String> {
        let keys = Keys::listen()?;
        let mut known = Look::at(&self.folder);
        let mut ending = self.look(self.order.tells_all)?;
        while ending != Ending::Done {
            let folder = self.folder.clone();
            say(&self.screen.paint(Ink::Dim, "h hint  s story  q quit, and Enter\n"));
            match keys.wait(&folder, &mut known) {
                News::Saved(change) => {
                    say(CLEAR);
                    say(&print::saved(self.screen, &change.name, (change.first, change.last)));
                    let begun = Instant::now();
                    ending = self.look(self.order.tells_all)?;
                    let took = format!("checked in {:.1} s\n", begun.elapsed().as_secs_f64());
                    say(&self.screen.paint(Ink::Dim, &took));
                }
                News::Typed(word) => match word.as_str() {
                    "h" => self.give_hint()?,
                    "s" => ending = self.look(true)?,
                    "q" => return Ok(ending),
                    _ => {}
                },
                News::Closed => return Ok(ending),
            }
        }
        Ok(ending)
    }

    fn give_hint(&mut self) -> Result<(), String> {
        let place = self.place();
        let Some(step) = self.steps.get(place) else { return Ok(()) };
        let count = self.notebook.page().hints.entry(name_of(step, &step.id)).or_default();
        *count = (*count + 1).min(step.text.hints.len());
        let count = *count;
        say(&print::hint(self.screen, step, count));
        self.notebook.keep()
    }
}

/// There is no program yet.
fn first_run(screen: Screen, script: &str, folder: &Path, steps: &[Step]) -> String {
    let (script, place) = (escaped(script), escaped(&folder.display().to_string()));
    let mut text = screen.text("", &format!("There is no {script} here ({place})."));
    text.push_str(BEGIN);
    for step in steps {
        writeln!(text, "    {} {}", step.id, step.text.name).ok();
    }
    text
}

/// Clears the terminal, with what has scrolled away.
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";
const BEGIN: &str = "
Begin with the starter code, or with an empty file in a language of yours;
docs/lab_handout.md says what the lab is.
Then call this again. It leads through six steps, a line at a time:
";
