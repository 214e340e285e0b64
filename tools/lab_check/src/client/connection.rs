//! The RTSP connection of the client: whole requests come out of it, whatever the segments.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use rtsp_lab::rtsp::Method;

/// A connection, and what has come over it and is not yet taken.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    bytes: Vec<u8>,
    last_byte: Instant,
    is_closed: bool,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> std::io::Result<Self> {
        // On some systems it inherits the listener's non-blocking mode.
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(WRITE_LIMIT))?;
        Ok(Self { stream, bytes: Vec::new(), last_byte: Instant::now(), is_closed: false })
    }

    /// Takes what comes within that time, one segment at most.
    pub(crate) fn listen(&mut self, time: Duration) {
        let mut segment = [0; 4096];
        self.stream.set_read_timeout(Some(time.max(Duration::from_millis(1)))).ok();
        match self.stream.read(&mut segment) {
            Ok(0) => self.is_closed = true,
            Ok(count) => {
                self.bytes.extend(segment.iter().take(count));
                self.last_byte = Instant::now();
                // A client that never stops sending must not fill the memory.
                self.is_closed |= self.bytes.len() > LIMIT_BYTES;
            }
            Err(error) => {
                let goes_on = [ErrorKind::WouldBlock, ErrorKind::TimedOut, ErrorKind::Interrupted];
                self.is_closed |= !goes_on.contains(&error.kind());
            }
        }
    }

    /// The first request, once its end can be told: another one begins, or no more bytes come.
    pub(crate) fn take(&mut self) -> Option<Vec<u8>> {
        let line_ends = self.bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.bytes.drain(..line_ends);
        let next = (1..self.bytes.len())
            .find(|&start| self.bytes.get(start..).is_some_and(begins_request));
        if let Some(next) = next {
            return Some(self.bytes.drain(..next).collect());
        }
        let lines = self.bytes.split(|&byte| byte == b'\n');
        let is_whole = lines.filter(|line| !line.is_empty()).count() >= 3;
        let silence = if is_whole { SHORT_SILENCE } else { LONG_SILENCE };
        let has_ended = self.is_closed || self.last_byte.elapsed() >= silence;
        (has_ended && !self.bytes.is_empty()).then(|| self.bytes.drain(..).collect())
    }

    /// Whether a request of that method has come, or begins to, and was not taken.
    pub(crate) fn announces(&self, method: Method) -> bool {
        let bytes = self.bytes.trim_ascii_start();
        bytes.strip_prefix(method.name().as_bytes()).is_some_and(|rest| rest.starts_with(b" "))
    }

    /// Whether something has come that was not taken.
    pub(crate) fn has_bytes(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// Whether the client has closed it.
    pub(crate) const fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Writes a segment. If the client has gone, that is seen when it is read from.
    pub(crate) fn say(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).ok();
    }

    /// Ends the connection.
    pub(crate) fn close(&mut self) {
        self.stream.shutdown(Shutdown::Both).ok();
    }
}

/// Whether a known method is at this place, and `RTSP/` in the same line.
fn begins_request(bytes: &[u8]) -> bool {
    let has_method = |method: Method| {
        bytes.strip_prefix(method.name().as_bytes()).is_some_and(|rest| rest.starts_with(b" "))
    };
    if !Method::ALL.into_iter().any(has_method) {
        return false;
    }
    let mut lines = bytes.split(|&byte| byte == b'\n');
    lines.next().is_some_and(|line| line.windows(6).any(|window| window == b" RTSP/"))
}

/// How long the silence after what looks like a whole request has to be.
const SHORT_SILENCE: Duration = Duration::from_millis(20);
/// How long the silence after anything else has to be.
const LONG_SILENCE: Duration = Duration::from_millis(250);
const WRITE_LIMIT: Duration = Duration::from_secs(1);
const LIMIT_BYTES: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// What is taken out of one write.
    fn taken(written: &[u8]) -> Vec<String> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut connection = Connection::new(listener.accept().unwrap().0).unwrap();
        client.write_all(written).unwrap();
        drop(client);
        while !connection.is_closed() {
            connection.listen(Duration::from_secs(10));
        }
        let requests = std::iter::from_fn(|| connection.take());
        requests.map(|bytes| String::from_utf8(bytes).unwrap()).collect()
    }

    #[test]
    fn two_requests_in_one_write_are_two_with_and_without_a_line_end_between() {
        let (setup, play) = ("SETUP a RTSP/1.0\nCSeq: 1\nTransport: x", "PLAY a RTSP/1.0\nCSeq: 2");
        for end in ["", "\n", "\r\n\r\n"] {
            let written = format!("\n{setup}{end}{play}");
            let found = taken(written.as_bytes());
            assert_eq!(found, [format!("{setup}{end}"), play.to_owned()]);
        }
        assert_eq!(taken(b"PLAY PLAY a RTSP/1.0").len(), 2, "no method is the name of a movie");
        assert_eq!(taken(b"\r\n"), Vec::<String>::new());
    }
}
