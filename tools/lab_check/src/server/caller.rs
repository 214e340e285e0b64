//! The lab's client as the checks play it: a TCP connection, an RTP port, a request at a time.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::deadline::Deadline;
use crate::story::{Log, Side};

use super::ear::Ear;
use super::exchange::Exchange;
use super::form::Form;

/// A client that has connected.
#[derive(Debug)]
pub(crate) struct Caller {
    tcp: TcpStream,
    pub(crate) ear: Ear,
    pub(crate) movie: String,
    form: Form,
    cseq: u32,
    /// The session, as the reply to SETUP gave it.
    pub(crate) session: String,
    /// The end of the case.
    deadline: Deadline,
    log: Log,
}

impl Caller {
    /// A client on this connection, until the end of the case.
    ///
    /// # Errors
    /// There is no RTP port: in one line.
    pub(crate) fn new(
        tcp: TcpStream,
        movie: &str,
        form: Form,
        deadline: Deadline,
        log: Log,
    ) -> Result<Self, String> {
        let could_not = |error| format!("could not use the connection: {error}");
        tcp.set_nodelay(true).map_err(could_not)?;
        tcp.set_write_timeout(Some(REPLY_LIMIT)).map_err(could_not)?;
        let local = tcp.local_addr().map_err(could_not)?;
        let (mut ear, movie) = (Ear::open(local.ip(), 0)?, movie.to_owned());
        ear.note_in(log.clone());
        log.did(Side::Client, "connects");
        Ok(Self { tcp, ear, movie, form, cseq: 0, session: "0".to_owned(), deadline, log })
    }

    /// Takes the session of a reply to SETUP.
    pub(crate) fn take_session(&mut self, setup: &Exchange) {
        if let Some(session) = setup.header("Session") {
            self.session = session;
        }
    }

    /// The next request, as the lab's client writes it.
    pub(crate) fn request(&mut self, method: &str) -> Vec<u8> {
        self.cseq += 1;
        let last_line = match method {
            "SETUP" => self.form.transport(self.ear.port()),
            _ => format!("Session: {}", self.session),
        };
        let Self { movie, cseq, .. } = self;
        let lines = [format!("{method} {movie} RTSP/1.0"), format!("CSeq: {cseq}"), last_line];
        self.form.write(&lines)
    }

    /// Leaves out some numbers: a server that counts by itself then says a wrong one.
    pub(crate) const fn jump(&mut self, numbers: u32) {
        self.cseq += numbers;
    }

    /// The number of the last request.
    pub(crate) const fn cseq(&self) -> u32 {
        self.cseq
    }

    /// Sends the next request of that method and waits for its answer.
    pub(crate) fn ask(&mut self, method: &str) -> Exchange {
        self.ask_within(method, REPLY_LIMIT)
    }

    /// As [`Self::ask`], but with another limit of time.
    pub(crate) fn ask_within(&mut self, method: &str, limit: Duration) -> Exchange {
        let request = self.request(method);
        self.send_and_wait(&[&request], Duration::ZERO, limit)
    }

    /// Sends a request in these parts, with a pause between them, and waits for its answer.
    pub(crate) fn send_and_wait(
        &mut self,
        parts: &[&[u8]],
        pause: Duration,
        limit: Duration,
    ) -> Exchange {
        let late = self.drain();
        let (sent, packets_before) = (parts.concat(), self.ear.count());
        let mut exchange = Exchange { sent, packets_before, ..Exchange::default() };
        for (number, part) in parts.iter().enumerate() {
            if number > 0 && !pause.is_zero() {
                std::thread::sleep(pause);
            }
            // If it can't be sent, reading will tell why.
            self.send(part);
        }
        if late.closed {
            return Exchange { closed: true, ..exchange };
        }
        self.read_answer(&mut exchange, limit, 1);
        exchange
    }

    /// Sends nothing and waits for more, until `count` answers are there. Even an answer that drips
    /// byte by byte ends soon after the limit.
    pub(crate) fn read_answer(&self, exchange: &mut Exchange, limit: Duration, count: usize) {
        let begun = Instant::now();
        let last = begun + (limit + LONG_SILENCE).min(self.deadline.left());
        let mut end = last.min(begun + limit);
        while exchange.came.len() < MOST_BYTES {
            let left = end.saturating_duration_since(Instant::now());
            match self.read(left, &mut exchange.came) {
                Ok(0) => {
                    exchange.closed = true;
                    break;
                }
                Ok(length) => {
                    if exchange.came.len() == length {
                        exchange.took = begun.elapsed();
                        exchange.answered = Some(Instant::now());
                    }
                    let now = Instant::now();
                    if now >= last {
                        break;
                    }
                    end = last.min(now + pause_after(&exchange.came, count));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    exchange.closed = !is_timeout(&error);
                    break;
                }
            }
        }
        if exchange.came.is_empty() {
            exchange.took = begun.elapsed();
        }
    }

    /// Takes what has come since the last answer: it belongs to no request.
    fn drain(&self) -> Exchange {
        let mut late = Exchange::default();
        self.read_answer(&mut late, Duration::ZERO, 0);
        late
    }

    fn read(&self, limit: Duration, bytes: &mut Vec<u8>) -> io::Result<usize> {
        // A socket accepts no timeout of zero.
        self.tcp.set_read_timeout(Some(limit.max(Duration::from_millis(1))))?;
        let mut buffer = [0; 4096];
        let length = (&self.tcp).read(&mut buffer)?;
        let came = buffer.get(..length).unwrap_or_default();
        if came.is_empty() {
            self.log.did(Side::Server, "closes the connection");
        } else {
            self.log.said(Side::Server, came);
        }
        bytes.extend_from_slice(came);
        Ok(length)
    }

    /// Sends bytes without waiting.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.log.said(Side::Client, bytes);
        self.tcp.write_all(bytes).ok();
    }

    /// Waits until a byte can be read, and leaves it there; returns whether there is one.
    pub(crate) fn peek(&self, limit: Duration) -> bool {
        let set = self.tcp.set_read_timeout(Some(limit));
        set.and_then(|()| self.tcp.peek(&mut [0])).is_ok_and(|length| length > 0)
    }

    /// Ends as a program that is killed: the system closes the connection and the RTP port.
    pub(crate) fn end_like_a_killed_one(self) {
        self.log.did(Side::Client, "is killed");
    }

    /// Closes the connection and keeps the RTP port. Unread bytes make the close a reset.
    pub(crate) fn hang_up(self) -> Ear {
        self.log.did(Side::Client, "closes the connection");
        self.ear
    }
}

/// How long a silence must be to end the answer.
fn pause_after(came: &[u8], count: usize) -> Duration {
    let lines = came.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).count();
    if lines >= 3 * count { SHORT_SILENCE } else { LONG_SILENCE }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// As long as the lab's client waits for a reply.
pub(crate) const REPLY_LIMIT: Duration = Duration::from_secs(2);
/// After the third line of an answer.
const SHORT_SILENCE: Duration = Duration::from_millis(20);
/// Inside an answer, whose lines may come one by one.
const LONG_SILENCE: Duration = Duration::from_millis(200);
/// The most that is read of an answer.
const MOST_BYTES: usize = 65_536;
