//! The first line of a connection, which tells who is to serve it.

use super::shared::Shared;
use crate::connection::Connection;
use crate::rtsp::request::target_is_url;
use crate::server_worker::pace::Pace;
use crate::server_worker::transcript::End;

/// Reads until it is clear whether the first request asks for a URL, even if not all of the request
/// has come; returns whether it does. What was read can still be received.
///
/// # Errors
/// The connection has failed, or the first request has not come in time.
pub(super) fn begins_with_url(connection: &mut Connection, shared: &Shared) -> Result<bool, End> {
    let limit = shared.settings.setup_limit;
    let mut pace = Pace::new();
    while !shared.stop.is_set() && !connection.has_next() {
        pace.keep(&shared.stop);
        connection.read()?;
        let waiting = connection.waiting();
        if target_is_url(&waiting) {
            return Ok(true);
        }
        // Whoever types takes time for the other lines.
        if waiting.trim_start().contains('\n') {
            return Ok(false);
        }
        if connection.made_at().elapsed() >= limit {
            return Err(End::no_setup(limit));
        }
    }
    Ok(false)
}
