//! Checks a client: a server that watches.

use std::path::Path;

use crate::card::Card;

/// Plays the movie to the client in each variation.
///
/// # Errors
/// It can't be begun: the movie can't be read, or there is no such variation. In one line.
pub(crate) fn check(
    command: &str,
    name: Option<&str>,
    movie: &Path,
    scripts: &[String],
    keys: bool,
) -> Result<Card, String> {
    let _ = (command, name, movie, scripts, keys);
    Err("not there yet".to_owned())
}
