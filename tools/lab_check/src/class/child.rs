//! One check, as a process of its own.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::deadline::Deadline;
use crate::escape::escaped;
use crate::role::Role;
use crate::sheet::Sheet;

use super::order::Order;
use super::submission::Submission;

/// What is the same for all submissions.
#[derive(Debug)]
pub(crate) struct Check<'a> {
    order: &'a Order,
    /// This program.
    program: PathBuf,
    movie: PathBuf,
    points: Option<PathBuf>,
    out: PathBuf,
}

impl<'a> Check<'a> {
    /// # Errors
    /// The system does not tell where it is: in one line.
    pub(crate) fn new(
        order: &'a Order,
        movie: &Path,
        points: Option<&Path>,
    ) -> Result<Self, String> {
        let could_not = |error| format!("could not find the way to its own files: {error}");
        // Each check runs in the folder of its submission.
        let full = |path: &Path| std::path::absolute(path).map_err(could_not);
        Ok(Self {
            order,
            program: env::current_exe().map_err(could_not)?,
            movie: full(movie)?,
            points: points.map(full).transpose()?,
            out: full(&order.out)?,
        })
    }

    /// The card of that submission, which is left as text and as data.
    ///
    /// # Errors
    /// There is no card: why, in one line.
    pub(crate) fn run(&self, submission: &Submission) -> Result<Sheet, String> {
        let files = Files::of(&self.out, &submission.file);
        // What an earlier call has left is not this submission's.
        files.all().into_iter().for_each(remove);
        let sheet = self.sheet_of(submission, &files);
        if sheet.is_err() {
            // They are empty: a check opens them before it begins.
            [&files.data, &files.page].into_iter().for_each(remove);
        }
        sheet
    }

    fn sheet_of(&self, submission: &Submission, files: &Files) -> Result<Sheet, String> {
        let (command, folder) = self.command_for(submission)?;
        let could_not = |error| format!("its check could not be started: {error}");
        let mut check = Command::new(&self.program);
        check.args([self.order.role.name(), &command]);
        check.arg(format!("--name={}", submission.name)).args(&self.order.options);
        check.arg("--movie").arg(&self.movie);
        check.arg("--json").arg(&files.data).arg("--html").arg(&files.page);
        if let Some(points) = &self.points {
            check.arg("--points").arg(points);
        }
        check.current_dir(folder).stdin(Stdio::null());
        check.stdout(File::create(&files.card).map_err(could_not)?);
        check.stderr(File::create(&files.log).map_err(could_not)?);
        let mut child = check.spawn().map_err(could_not)?;
        if !ends_in_time(&mut child, Deadline::after(self.order.limit)) {
            child.kill().ok();
            child.wait().ok();
            let limit = self.order.limit.as_secs();
            return Err(format!("its check was not over after {limit} s"));
        }
        let text = fs::read_to_string(&files.data).map_err(|_| last_word(&files.log))?;
        serde_json::from_str(&text).map_err(|_| last_word(&files.log))
    }

    /// How the program is called, and where.
    fn command_for(&self, submission: &Submission) -> Result<(String, PathBuf), String> {
        if let Some(command) = &self.order.command {
            return Ok((command.clone(), submission.folder.clone()));
        }
        let (file, words) = match self.order.role {
            Role::Server => ("Server.py", "{port}"),
            Role::Client => ("ClientLauncher.py", "{host} {port} {rtp} {movie}"),
        };
        let folder = submission.folder_with(file)?;
        Ok((format!("{PYTHON} {file} {words}"), folder))
    }
}

/// What is left of a check.
#[derive(Debug)]
struct Files {
    card: PathBuf,
    data: PathBuf,
    page: PathBuf,
    log: PathBuf,
}

impl Files {
    fn of(out: &Path, name: &str) -> Self {
        let file = |kind: &str| out.join(format!("{name}.{kind}"));
        Self { card: file("txt"), data: file("json"), page: file("html"), log: file("log") }
    }

    const fn all(&self) -> [&PathBuf; 4] {
        [&self.card, &self.data, &self.page, &self.log]
    }
}

fn remove(file: &PathBuf) {
    fs::remove_file(file).ok();
}

fn ends_in_time(child: &mut Child, deadline: Deadline) -> bool {
    while matches!(child.try_wait(), Ok(None)) {
        if deadline.is_over() {
            return false;
        }
        thread::sleep(LOOK_INTERVAL);
    }
    true
}

/// What a check has said last, if it has made no card.
fn last_word(log: &Path) -> String {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let text = text.unwrap_or_default();
    let last = text.lines().rfind(|line| !line.trim().is_empty());
    let last = last.map(|line| line.trim_start_matches("lab_check: "));
    last.map_or_else(|| "its check ended without a card".to_owned(), escaped)
}

/// How Python 3 is called.
const PYTHON: &str = if cfg!(windows) { "py -3" } else { "python3" };
/// How often to look whether a check is over.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);
