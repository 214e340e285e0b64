//! A server that runs for one trial, and what the system tells of it.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::deadline::{CASE_LIMIT, Deadline};
use crate::port::Port;
use crate::program::Program;
use crate::usage::Usage;

/// A started server; it is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Trial {
    program: Program,
    port: Port,
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
        let number = port.number();
        let mut program = Program::start(command, &[("port", &number.to_string())], folder)?;
        let deadline = Deadline::after(CASE_LIMIT);
        while !is_listening(number) {
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
        Ok(Self { program, port, at_rest })
    }

    /// Where it listens.
    pub(crate) const fn port(&self) -> u16 {
        self.port.number()
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

/// Whether somebody listens there. The kernel is asked, and not the server: a lab server may spin for
/// ever after a first connection that says nothing.
fn is_listening(port: u16) -> bool {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| fs::read_to_string(path).ok());
    if tables.iter().all(Option::is_none) {
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        return TcpStream::connect_timeout(&server, LOOK_INTERVAL * 10).is_ok();
    }
    tables.iter().flatten().any(|table| has_listener(table, port))
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

/// The state of a socket that listens, as the kernel's table has it.
const LISTEN: &str = "0A";
/// How often is looked whether something has happened.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);
/// How long a server may still prepare itself when it already listens.
const SETTLE: Duration = Duration::from_millis(300);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_found_in_the_kernels_table() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue\n   \
             0: 0100007F:07E8 00000000:0000 0A 00000000:00000000\n   \
             1: 0100007F:1F90 0100007F:C350 01 00000000:00000000\n";
        assert!(has_listener(table, 2024));
        assert!(!has_listener(table, 8080), "that one is connected");
        assert!(!has_listener(table, 50_000));
    }
}
