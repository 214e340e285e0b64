//! One client too many: it is told so, and its connection is closed.

use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::server_event::ServerEvent;
use super::shared::Shared;
use crate::connection::{Connection, Incoming};
use crate::rtsp::{Inbox, Reply, Request, Status};
use crate::server_worker::transcript::End;

/// Answers the first request with the reply that `refusal` makes, and closes the connection.
pub(super) fn refuse(
    stream: TcpStream,
    peer: SocketAddr,
    shared: &Shared,
    refusal: fn(&str) -> String,
) -> End {
    if let Some((mut connection, text)) = first_request(stream, shared) {
        let reply = refusal(&text);
        (shared.report)(ServerEvent::Request { peer, text });
        let most = shared.settings.max_clients;
        let why = format!("{most} clients are connected; --max-clients N is this limit");
        let status = Status::NotEnoughBandwidth453.to_string();
        (shared.report)(ServerEvent::Refused { peer, status, why });
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
