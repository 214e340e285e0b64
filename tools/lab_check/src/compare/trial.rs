//! A server that runs for one trial, and what the system tells of it.

use std::cell::RefCell;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;
use std::{io, thread};

use crate::deadline::{CASE_LIMIT, Deadline};
use crate::port::Port;
use crate::program::Program;
use crate::usage::Usage;

/// A started server; it is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Trial {
    program: Program,
    door: Door,
    _port: Port,
    /// What it used before the first client came.
    pub(crate) at_rest: Option<Usage>,
}

impl Trial {
    /// Starts the server in `folder` at a free port and waits until it listens.
    ///
    /// # Errors
    /// It ends, or does not listen: in one line, with the last line that it has printed.
    pub(crate) fn start(command: &str, folder: &Path) -> Result<Self, String> {
        let port = Port::take()?;
        let (number, door) = (port.number(), Door::at(port.number()));
        let mut program = Program::start(command, &[("port", &number.to_string())], folder)?;
        let deadline = Deadline::after(CASE_LIMIT);
        while !door.is_open(&sockets()) {
            let fate = if !program.is_running() {
                "it has ended".to_owned()
            } else if deadline.is_over() {
                format!("it did not listen on port {number} within {CASE_LIMIT:?}")
            } else {
                thread::sleep(LOOK_INTERVAL);
                continue;
            };
            return Err(format!("{fate}, and {}", last_words(&mut program)));
        }
        thread::sleep(SETTLE);
        let at_rest = Usage::of_group(program.id());
        Ok(Self { program, door, _port: port, at_rest })
    }

    /// A client's connection.
    ///
    /// # Errors
    /// It is not accepted: in one line.
    pub(crate) fn connect(&self, limit: Duration) -> Result<TcpStream, String> {
        self.door.enter(limit).map_err(|error| format!("could not connect: {error}"))
    }

    /// What it uses now; `None` where the system does not tell.
    pub(crate) fn usage(&self) -> Option<Usage> {
        Usage::of_group(self.program.id())
    }
}

fn last_words(program: &mut Program) -> String {
    let said = program.said().iter().rev().find(|line| !line.trim().is_empty());
    said.map_or_else(|| "it said nothing".to_owned(), |line| format!("its last line was {line:?}"))
}

/// The port of a server that may not be listening yet.
#[derive(Debug)]
struct Door {
    server: SocketAddr,
    /// A connection that has shown that it is.
    first: RefCell<Option<TcpStream>>,
}

impl Door {
    fn at(port: u16) -> Self {
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self { server, first: RefCell::new(None) }
    }

    /// Whether somebody listens there, by the kernel's tables of sockets. On a system without such
    /// tables only a connection can tell. The first client uses that connection, because a lab
    /// server may spin for ever after one that says nothing.
    fn is_open(&self, sockets: &[String]) -> bool {
        if sockets.is_empty() {
            *self.first.borrow_mut() = self.call(LOOK_INTERVAL * 10).ok();
            return self.first.borrow().is_some();
        }
        sockets.iter().any(|table| has_listener(table, self.server.port()))
    }

    fn enter(&self, limit: Duration) -> io::Result<TcpStream> {
        let first = self.first.take();
        first.map_or_else(|| self.call(limit), Ok)
    }

    fn call(&self, limit: Duration) -> io::Result<TcpStream> {
        TcpStream::connect_timeout(&self.server, limit)
    }
}

/// The kernel's tables of sockets; only Linux has them.
fn sockets() -> Vec<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    tables.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
}

/// Whether proc(5)'s table of sockets has one that listens there.
fn has_listener(table: &str, port: u16) -> bool {
    let end = format!(":{port:04X}");
    table.lines().any(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, _, state) = (fields.next(), fields.next(), fields.next());
        local.is_some_and(|local| local.ends_with(&end)) && state == Some(LISTEN)
    })
}

/// The state of a listening socket in the kernel's table.
const LISTEN: &str = "0A";
/// How often to check whether something has happened.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);
/// How long a server may still be getting ready when it already listens.
const SETTLE: Duration = Duration::from_millis(300);

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn a_listener_is_found_in_the_kernels_table() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue\n   \
             0: 0100007F:07E8 00000000:0000 0A 00000000:00000000\n   \
             1: 0100007F:1F90 0100007F:C350 01 00000000:00000000\n";
        assert!(has_listener(table, 2024));
        assert!(!has_listener(table, 8080), "that one is connected");
        assert!(!has_listener(table, 50_000));
    }

    #[test]
    fn where_only_a_connection_tells_it_is_the_first_clients() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let door = Door::at(listener.local_addr().unwrap().port());
        assert!(door.is_open(&[]));
        let client = door.enter(SETTLE).unwrap();
        let (_, from) = listener.accept().unwrap();
        assert_eq!(from, client.local_addr().unwrap());
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "there is no other");
        let next = door.enter(SETTLE).unwrap();
        assert_ne!(next.local_addr().unwrap(), from, "the next client has its own");
    }

    #[test]
    fn where_the_kernel_tells_nobody_calls() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let door = Door::at(listener.local_addr().unwrap().port());
        assert!(!door.is_open(&["none".to_owned()]), "the table has the say");
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err());
    }
}
