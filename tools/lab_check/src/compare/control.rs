//! A simple lab client's side of RTSP: writes a request, reads its reply, and tells how long that
//! took.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::deadline::Deadline;
use crate::escape::visible;

/// The connection of one client.
#[derive(Debug)]
pub(crate) struct Control {
    tcp: TcpStream,
    movie: String,
    rtp_port: u16,
    cseq: u32,
    session: String,
}

impl Control {
    /// A client on this connection.
    ///
    /// # Errors
    /// It is broken already: in one line.
    pub(crate) fn on(tcp: TcpStream, movie: &str, rtp_port: u16) -> Result<Self, String> {
        let could_not = |error| format!("could not connect: {error}");
        tcp.set_nodelay(true).map_err(could_not)?;
        tcp.set_write_timeout(Some(REPLY_LIMIT)).map_err(could_not)?;
        Ok(Self { tcp, movie: movie.to_owned(), rtp_port, cseq: 0, session: "0".to_owned() })
    }

    /// Sends a request and waits for its 200; returns the time to the first byte of the reply.
    ///
    /// # Errors
    /// No reply came, or a refusal: in one line.
    pub(crate) fn ask(&mut self, method: &str, deadline: Deadline) -> Result<Duration, String> {
        let request = self.request(method);
        let deadline = Deadline::after(limit(deadline, REPLY_LIMIT));
        let mut reply = Vec::new();
        let sent = Instant::now();
        self.tcp
            .write_all(request.as_bytes())
            .map_err(|error| format!("could not send {method}: {error}"))?;
        self.read_some(&mut reply, deadline.left())
            .map_err(|why| format!("no reply to {method}: {why}"))?;
        let took = sent.elapsed();
        // Nothing marks the end of a lab reply; one without a third line ends with a silence.
        while !is_whole(&reply) {
            if deadline.is_over() || reply.len() >= MOST_BYTES {
                return Err(format!("the reply to {method} has no end in {} bytes", reply.len()));
            }
            if self.read_some(&mut reply, limit(deadline, REST_LIMIT)).is_err() {
                break;
            }
        }
        let text = String::from_utf8_lossy(&reply);
        if status(&text) != Some("200") {
            return Err(format!("{method} was answered {}", visible(&reply)));
        }
        if let Some(session) = session(&text) {
            session.clone_into(&mut self.session);
        }
        Ok(took)
    }

    /// The next request as the lab writes it.
    fn request(&mut self, method: &str) -> String {
        self.cseq += 1;
        let (movie, cseq) = (&self.movie, self.cseq);
        let last_line = match method {
            "SETUP" => format!("Transport: RTP/UDP; client_port= {}", self.rtp_port),
            _ => format!("Session: {}", self.session),
        };
        format!("{method} {movie} RTSP/1.0\nCSeq: {cseq}\n{last_line}\n")
    }

    /// Appends what comes next.
    fn read_some(&mut self, reply: &mut Vec<u8>, limit: Duration) -> Result<(), String> {
        let mut bytes = [0; 1024];
        self.tcp.set_read_timeout(Some(limit)).map_err(|error| error.to_string())?;
        let start = Instant::now();
        loop {
            match self.tcp.read(&mut bytes) {
                Ok(0) => return Err("the server has closed the connection".to_owned()),
                Ok(length) => {
                    reply.extend(bytes.iter().take(length));
                    return Ok(());
                }
                // The system halted this program for a moment.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_timeout(error.kind()) => {
                    return Err(format!("nothing came for {:.1} s", start.elapsed().as_secs_f64()));
                }
                Err(error) => return Err(error.to_string()),
            }
            if start.elapsed() > limit {
                return Err("nothing came".to_owned());
            }
        }
    }
}

/// Whether the error says that a socket's timeout is over.
pub(crate) fn is_timeout(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn limit(deadline: Deadline, longest: Duration) -> Duration {
    deadline.left().min(longest)
}

/// A reply is whole with its third line, or with an empty one.
fn is_whole(reply: &[u8]) -> bool {
    let text = String::from_utf8_lossy(reply);
    let text = text.replace('\r', "");
    text.contains("\n\n") || session(&text).is_some_and(|session| !session.is_empty())
}

fn status(reply: &str) -> Option<&str> {
    reply.split_whitespace().find(|word| !word.starts_with("RTSP/"))
}

/// The session that the reply names, without `;timeout=60`.
fn session(reply: &str) -> Option<&str> {
    let mut lines = reply.lines().filter_map(|line| line.split_once(':'));
    let (_, session) = lines.find(|(name, _)| name.eq_ignore_ascii_case("session"))?;
    session.split(';').next().map(str::trim)
}

/// How long to wait for a reply: forty times what the report allows.
pub(crate) const REPLY_LIMIT: Duration = Duration::from_secs(2);
/// After such a silence no further line is expected.
const REST_LIMIT: Duration = Duration::from_millis(100);
/// The most that is read of a reply.
const MOST_BYTES: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_read_as_the_labs_write_it() {
        let reply = "RTSP/1.0 200 OK\nCSeq: 1\nSession: 571600";
        assert_eq!((status(reply), session(reply)), (Some("200"), Some("571600")));
        let reply = "RTSP/1.0 200 OK\r\nsession: A7;timeout=60\r\nCSeq: 1\r\n\r\n";
        assert_eq!((status(reply), session(reply)), (Some("200"), Some("A7")));
        let reply = "404 NOT FOUND\nCSeq: 1\n";
        assert_eq!((status(reply), session(reply)), (Some("404"), None));
    }

    #[test]
    fn a_reply_is_whole_with_its_session_or_an_empty_line() {
        for whole in ["RTSP/1.0 200 OK\nCSeq: 1\nSession: 1", "RTSP/1.0 404 X\r\nCSeq: 1\r\n\r\n"] {
            assert!(is_whole(whole.as_bytes()), "{whole:?}");
        }
        for part in ["", "RTSP/1.0 200 OK\n", "RTSP/1.0 200 OK\nCSeq: 1\nSession: "] {
            assert!(!is_whole(part.as_bytes()), "{part:?}");
        }
    }
}
