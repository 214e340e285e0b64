//! One client too many: it is told so in its own dialect, and sent away.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::connection::{Connection, Incoming};
use crate::rtsp::{Dialect, Inbox, Reply, Request, Status};
use crate::server::{ServerEvent, Shared};
use crate::standard::rtsp::{StandardReply, StandardRequest, StandardStatus};

/// Answers the first request with 453, and closes the connection.
pub(crate) fn refuse(stream: TcpStream, peer: SocketAddr, shared: &Arc<Shared>) {
    (shared.report)(ServerEvent::Connected { peer });
    if let Ok(mut connection) = Connection::new(stream, Inbox::of_requests()) {
        if let Some(text) = first_request(&mut connection, shared) {
            answer(&mut connection, text, peer, shared);
        }
    }
    let why = "there are too many clients".to_owned();
    (shared.report)(ServerEvent::Closed { peer, why });
}

fn answer(connection: &mut Connection, text: String, peer: SocketAddr, shared: &Shared) {
    let reply = refusal_of(&text);
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

/// The first message, which has the number that a client awaits in its reply.
fn first_request(connection: &mut Connection, shared: &Shared) -> Option<String> {
    let since = Instant::now();
    while since.elapsed() < PATIENCE && !shared.stop.is_set() {
        match connection.receive() {
            Incoming::Message(text) => return Some(text),
            Incoming::Nothing => {}
            Incoming::TooLong(_) | Incoming::Ended(_) => return None,
        }
    }
    None
}

fn refusal_of(text: &str) -> String {
    match Dialect::of_request(text) {
        Dialect::Lab => {
            let cseq = Request::parse(text).map_or_else(|bad| bad.cseq, |request| request.cseq);
            Reply::new(Status::NotEnoughBandwidth453, cseq, 0).encode()
        }
        Dialect::Standard => match StandardRequest::parse(text.as_bytes()) {
            Ok(request) => {
                StandardReply::new(StandardStatus::NotEnoughBandwidth, request.cseq).encode()
            }
            Err(bad) => bad.answer().encode(),
        },
    }
}

/// How long the first request may take: a client asks as soon as it is connected, or has a user who
/// is slower than any limit.
const PATIENCE: Duration = Duration::from_secs(1);
