//! The first request of a connection: it tells who is to serve it. One client too many is told so, and
//! sent away.

use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::server_event::ServerEvent;
use super::shared::Shared;
use crate::connection::{Connection, Incoming};
use crate::rtsp::request::target_is_url;
use crate::rtsp::{Inbox, Reply, Request, Status};
use crate::server_worker::pace::Pace;
use crate::server_worker::transcript::End;
use crate::trace::Event;

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

/// Answers the first request with the reply that `refusal` makes, because of `why`, and closes the
/// connection.
pub(super) fn refuse(
    stream: TcpStream,
    peer: SocketAddr,
    shared: &Shared,
    why: String,
    refusal: fn(&str) -> String,
) -> End {
    if let Some((mut connection, text)) = first_request(stream, shared) {
        let reply = refusal(&text);
        (shared.report)(ServerEvent::Request { peer, text });
        let status = Status::NotEnoughBandwidth453.to_string();
        (shared.report)(ServerEvent::Refused { peer, status, why });
        let trace = shared.settings.trace.of_client(peer);
        trace.tell(|| Event::Message { is_sent: true, text: reply.clone() });
        if connection.send(&reply).is_ok() {
            (shared.report)(ServerEvent::Sent { peer, text: reply });
            connection.close_gently();
        }
    }
    End::from("there are too many clients")
}

/// The first message: the reply must repeat its number.
fn first_request(stream: TcpStream, shared: &Shared) -> Option<(Connection, String)> {
    let mut connection = Connection::new(stream, Inbox::of_requests()).ok()?;
    let since = Instant::now();
    while since.elapsed() < PATIENCE && !shared.stop.is_set() {
        match connection.receive() {
            Incoming::Message(text) => return Some((connection, text)),
            Incoming::Nothing => {}
            Incoming::TooLong(_) | Incoming::Ended(_) => return None,
        }
    }
    None
}

/// What a request is answered when there is no room for its client.
pub(super) fn too_many_clients(request: &str) -> String {
    let cseq = Request::parse(request).map_or_else(|bad| bad.cseq, |request| request.cseq);
    Reply::new(Status::NotEnoughBandwidth453, cseq, 0).encode()
}

/// How long the first request may take. A client sends it as soon as it is connected, or else waits
/// for its user, who may be slower than any limit.
const PATIENCE: Duration = Duration::from_secs(1);
