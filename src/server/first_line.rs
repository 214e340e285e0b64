//! The first line of a connection, which tells who is to serve it.

use super::shared::Shared;
use crate::connection::Connection;
use crate::rtsp::request::target_is_url;
use crate::server_worker::pace::Pace;
use crate::server_worker::transcript::End;

/// Reads until the first request asks for a URL, which need not have come as a whole, or until there
/// is something else to receive; says whether it is a URL. What was read is still to be received.
///
/// # Errors
/// The connection has failed, or nothing of the kind has come for too long.
pub(super) fn begins_with_url(connection: &mut Connection, shared: &Shared) -> Result<bool, End> {
    let limit = shared.settings.setup_limit;
    let mut pace = Pace::new();
    while !shared.stop.is_set() && !connection.has_next() {
        pace.keep(&shared.stop);
        connection.read()?;
        if target_is_url(&connection.waiting()) {
            return Ok(true);
        }
        if connection.made_at().elapsed() >= limit {
            return Err(End::no_setup(limit));
        }
    }
    Ok(false)
}
