//! Two servers, side by side.
//!
//! `scenario` says what the clients do, `figures` and `measures` turn what was recorded into
//! numbers, `rows` and `table` print them. The servers run one after the other, because two at once
//! would take each other's time.

use std::path::Path;

use crate::given::Server;
use crate::progress::Progress;
use crate::server;
use crate::server::movie::Movie;
use crate::stage::Stage;

mod comparison;
mod control;
mod figures;
mod measures;
mod page;
mod print;
mod receiver;
mod rows;
mod scenario;
mod side;
mod table;
mod trial;

pub(crate) use comparison::Comparison;
use comparison::Side;
pub(crate) use page::page;
use side::{SCENARIOS, Subject};
use trial::Trial;

/// Runs the same scenarios against both servers.
///
/// # Errors
/// It can't begin: the movie can't be read, or one of the two servers does not start. In one line.
pub(crate) fn compare(commands: &[String; 2], movie: &Path) -> Result<Comparison, String> {
    let stage = Stage::build()?;
    let movie_name = put_long_movie(movie, &stage)?;
    let names = table::names(commands);
    let mut progress = Progress::new(2 * (1 + SCENARIOS + 1));
    let [first, second] = commands;
    for (command, which) in [(first, "first"), (second, "second")] {
        progress.begin(&format!("the {which} program starts"));
        Trial::start(command, stage.folder())
            .map_err(|why| format!("the {which} program, {command:?}, did not start: {why}"))?;
    }
    let mut notes = Vec::new();
    let [first_name, second_name] = &names;
    let mut look = |command: &String, name: &String| {
        let subject = Subject { command, name, folder: stage.folder(), movie: &movie_name };
        let measures = side::measure(subject, &mut progress, &mut notes);
        progress.begin(&format!("{name}: the card, case by case"));
        let card = server::check(&Server::Command(command.clone()), Some(name), movie)?;
        Ok::<_, String>(Side { command: command.clone(), name: name.clone(), measures, card })
    };
    let sides = [look(first, first_name)?, look(second, second_name)?];
    Ok(Comparison { sides, notes })
}

/// Makes a movie that does not end while time is measured, by repeating the frames of this one.
/// Returns its name.
fn put_long_movie(movie: &Path, stage: &Stage) -> Result<String, String> {
    let read = Movie::read(movie)?;
    if read.frames.is_empty() {
        return Err(format!("could not read the movie {}: it has no frame", movie.display()));
    }
    let times = LEAST_FRAMES.div_ceil(read.frames.len());
    stage.put(&read.name, &read.to_file().repeat(times))?;
    Ok(read.name)
}

/// Twenty seconds: no scenario plays for longer.
const LEAST_FRAMES: usize = 400;
