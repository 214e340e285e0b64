//! Checks the programs of a whole class: a folder for each.
//!
//! Each check is a process of its own, so that a submission that takes one along costs only its own
//! row.

use std::fs;
use std::io::{self, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use crate::card::Requirement;
use crate::points::Points;
use crate::progress::Progress;
use crate::sheet::Outcome;

mod checked;
mod child;
mod index;
mod order;
mod submission;
mod summary;
mod table;

use checked::Checked;
use child::Check;
pub(crate) use order::Order;
use submission::Submission;
use summary::Summary;

/// Checks all, and writes the table, the cards and the summary.
///
/// Returns the summary, and whether every submission has a card.
///
/// # Errors
/// It can't begin: a file can't be read, or written. In one line.
pub(crate) fn check(
    order: &Order,
    movie: &Path,
    requirements: &[&'static Requirement],
    points: Option<(&Path, &Points)>,
) -> Result<(String, bool), String> {
    fs::File::open(movie)
        .map_err(|error| format!("could not read the movie {}: {error}", movie.display()))?;
    fs::create_dir_all(&order.out)
        .map_err(|error| format!("could not make the folder {}: {error}", order.out.display()))?;
    let points_file = points.map(|(path, _)| path);
    let check = Check::new(order, movie, points_file)?;
    let table = order.out.join("class.tsv");
    write(&table, "")?;
    let begun = Instant::now();
    let jobs = order.jobs.unwrap_or_else(usual_jobs);
    let submissions = Submission::of_all(&order.folders);
    let mut all = run(&check, submissions, jobs)?;
    if jobs > 1 {
        again(&check, &mut all);
    }
    let by_hand = points.map_or(&[][..], |(_, points)| &points.by_hand);
    write(&table, &table::to_tsv(&all, requirements, by_hand))?;
    let summary = Summary { all: &all, requirements, jobs, took: begun.elapsed() };
    write(&order.out.join("index.html"), &index::page(&summary))?;
    let summary = summary.to_string();
    write(&order.out.join("summary.txt"), &summary)?;
    Ok((summary, all.iter().all(|checked| checked.sheet.is_ok())))
}

/// Checks all, several at a time; in the order of the folders.
fn run(
    check: &Check<'_>,
    submissions: Vec<Submission>,
    jobs: usize,
) -> Result<Vec<Checked>, String> {
    let progress = Progress::new(submissions.len());
    let waiting = Mutex::new((submissions.into_iter().enumerate(), progress));
    let done = Mutex::new(Vec::new());
    let next = || {
        let (submissions, progress) = &mut *waiting.lock().ok()?;
        let (place, submission) = submissions.next()?;
        progress.begin(&submission.name);
        Some((place, submission))
    };
    let work = || {
        while let Some((place, submission)) = next() {
            let sheet = check.run(&submission);
            if let Ok(mut done) = done.lock() {
                done.push((place, Checked { submission, sheet }));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..jobs {
            let named = thread::Builder::new().name("submission".to_owned());
            let started = named.spawn_scoped(scope, work);
            started.map_err(|error| format!("could not start a thread: {error}"))?;
        }
        Ok::<(), String>(())
    })?;
    let mut done =
        done.into_inner().map_err(|_| "a thread has ended before its time".to_owned())?;
    done.sort_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, checked)| checked).collect())
}

/// Where a time was too long while others ran, their programs may be to blame.
fn again(check: &Check<'_>, all: &mut [Checked]) {
    let failed_in_time = |checked: &&mut Checked| {
        let lines = checked.sheet.iter().flat_map(|sheet| &sheet.lines);
        let failed = lines.filter(|line| line.verdict == Outcome::Fail);
        failed.into_iter().any(|line| TIMED.contains(&line.id.as_str()))
    };
    for checked in all.iter_mut().filter(failed_in_time) {
        let name = &checked.submission.name;
        writeln!(io::stderr(), "{name}: a time was too long, so it is checked again, alone").ok();
        if let Ok(sheet) = check.run(&checked.submission) {
            checked.sheet = Ok(sheet);
        }
    }
}

/// A check has cases of its own that run at the same time.
fn usual_jobs() -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    (processors / 2).clamp(2, 8)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("could not write {}: {error}", path.display()))
}

/// The lines that depend on how fast something was.
const TIMED: [&str; 8] =
    ["first_packet", "reply_time", "rate", "deviation", "loss", "idle", "keeps_up", "pause_quiet"];
