//! Checks a server: speaks to it as the lab's client does.

use std::path::Path;

use crate::call::Server;
use crate::card::Card;

/// Runs all cases against the server.
///
/// # Errors
/// It can't be begun: the movie can't be read, or no folder made. In one line.
pub(crate) fn check(server: &Server, name: Option<&str>, movie: &Path) -> Result<Card, String> {
    let _ = (server, name, movie);
    Err("not there yet".to_owned())
}
