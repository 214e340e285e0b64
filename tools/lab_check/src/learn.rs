//! Leads through the lab: a step at a time, and of that one line at a time.
//!
//! A run plays the present step and stops at the first line that fails. If all of them are met, the
//! next step is the present one. Where one stands is kept in a file beside the program.

use std::env;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Instant, SystemTime};

use crate::client::Pressing;
use crate::escape::escaped;
use crate::python::PythonCommand;
use crate::role::Role;

mod aside;
mod lead;
mod mistakes;
mod notebook;
mod print;
mod screen;
mod show;
mod tale;
mod texts;
mod watch;

use lead::Lead;
use notebook::{Notebook, name_of};
use screen::{Ink, Screen};
use texts::{Step, Texts};
use watch::{Keys, Look, News};

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) plan: Plan,
    pub(crate) pressing: Pressing,
    /// The step to begin with.
    pub(crate) step: Option<String>,
    pub(crate) wish: Wish,
    /// Stories are told as a whole.
    pub(crate) tells_all: bool,
    /// Where one stands is remembered.
    pub(crate) is_kept: bool,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// One run.
    Look,
    /// A run at each change.
    Watch,
    /// One more hint, and no run.
    Hint,
}

/// The programs, and the order in which their steps come.
#[derive(Clone, Debug)]
pub(crate) enum Plan {
    /// One program, from its first step to its last.
    One(Role, String),
}

/// How a run has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Done,
    Failed,
    /// Nothing has failed, but something did not come.
    Open,
}

impl Ending {
    fn code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::Failed => ExitCode::FAILURE,
            Self::Open => ExitCode::from(crate::UNFINISHED),
        }
    }
}

impl Plan {
    /// What its page in the notebook is called.
    const fn name(&self) -> &'static str {
        match self {
            Self::One(role, _) => role.name(),
        }
    }

    /// The steps in their order.
    fn steps(&self, texts: &Texts) -> Result<Vec<Step>, String> {
        match self {
            Self::One(role, _) => NUMBERS.iter().map(|id| texts.step(*role, id)).collect(),
        }
    }

    fn command(&self, _role: Role) -> &str {
        match self {
            Self::One(_, command) => command,
        }
    }

    /// The script that a command names and that is not there.
    fn missing(&self) -> Option<String> {
        let Self::One(_, command) = self;
        let script = PythonCommand::of(command)?.script()?;
        (!Path::new(&script).exists()).then_some(script)
    }
}

/// Leads.
///
/// # Errors
/// It can't begin, or what is remembered can't be written: in one line.
pub(crate) fn run(order: &Order, movie: &Path) -> Result<ExitCode, String> {
    let texts = Texts::read()?;
    let screen = Screen::here();
    if order.wish == Wish::Watch && !(screen.is_terminal && io::stdin().is_terminal()) {
        crate::complain("--watch needs a terminal");
        return Ok(ExitCode::from(2));
    }
    let folder = env::current_dir().map_err(|error| format!("could not look here: {error}"))?;
    let mut notebook = Notebook::open(&folder, order.plan.name(), order.is_kept);
    let steps = chosen(order, &texts, &mut notebook)?;
    let mut lesson = Lesson { order, movie, screen, folder, steps, notebook };
    let ending = match order.wish {
        Wish::Hint => {
            lesson.give_hint()?;
            return Ok(ExitCode::SUCCESS);
        }
        Wish::Look => lesson.look(order.tells_all)?,
        Wish::Watch => lesson.watch()?,
    };
    Ok(ending.code())
}

/// The steps of the plan, or that one alone that is none of them; notes in the notebook where to begin.
fn chosen(order: &Order, texts: &Texts, notebook: &mut Notebook) -> Result<Vec<Step>, String> {
    let mut steps = order.plan.steps(texts)?;
    if let Some(id) = &order.step {
        let Plan::One(role, _) = &order.plan;
        let known = steps.iter().position(|step| step.id == *id);
        if known.is_none() {
            steps = vec![texts.step(*role, id)?];
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
        let mut lead = Lead {
            order,
            movie,
            screen,
            steps,
            notebook,
            tells_all,
            played: Vec::new(),
            aside: None,
        };
        let ending = lead.go(place)?;
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
const NUMBERS: [&str; 6] = ["1", "2", "3", "4", "5", "6"];
/// A closed terminal or pipe is no reason to stop.
fn say(text: &str) {
    let mut out = io::stdout();
    out.write_all(text.as_bytes()).ok();
    out.flush().ok();
}
