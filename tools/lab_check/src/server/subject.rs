//! The server under test: started for each case, or running already.

use std::net::{Ipv4Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::{Duration, Instant};

use crate::deadline::Deadline;
use crate::port::Port;
use crate::program::Program;
use crate::stage::Stage;
use crate::usage::Usage;

/// The server that is to be checked.
#[derive(Debug)]
pub(crate) enum Subject {
    /// A command, and the folder in which it runs.
    Command { template: String, stage: Stage },
    /// A server that runs already.
    At(SocketAddr),
}

/// Why there is no server to speak to.
#[derive(Debug)]
pub(crate) enum NoStart {
    /// The program has ended or does not listen; why, with its last lines.
    Refused(String),
    /// It could not be tried, which is not the program's fault; why, in one line.
    Untried(String),
}

/// A server that runs and has accepted a connection.
#[derive(Debug)]
pub(crate) struct Live {
    address: SocketAddr,
    first: Option<TcpStream>,
    pub(crate) program: Option<Program>,
    /// How many lines it had printed when it listened.
    greeting: usize,
    _port: Option<Port>,
}

impl Subject {
    /// The server at that place.
    ///
    /// # Errors
    /// No such place is known: in one line.
    pub(crate) fn at(place: &str) -> Result<Self, String> {
        let could_not = |why: String| format!("could not find {place}: {why}");
        let mut found = place.to_socket_addrs().map_err(|error| could_not(error.to_string()))?;
        let address = found.next().ok_or_else(|| could_not("no such host".to_owned()))?;
        Ok(Self::At(address))
    }

    /// Whether each case gets a server of its own.
    pub(crate) const fn is_started_here(&self) -> bool {
        matches!(self, Self::Command { .. })
    }

    /// A server to which a connection is open.
    ///
    /// # Errors
    /// It does not listen.
    pub(crate) fn start(&self) -> Result<Live, NoStart> {
        match self {
            Self::At(address) => {
                let tcp = TcpStream::connect_timeout(address, READY_LIMIT);
                let could_not = |error| format!("could not connect to {address}: {error}");
                let first = Some(tcp.map_err(|error| NoStart::Refused(could_not(error)))?);
                Ok(Live { address: *address, first, program: None, greeting: 0, _port: None })
            }
            Self::Command { template, stage } => start(template, stage),
        }
    }
}

fn start(template: &str, stage: &Stage) -> Result<Live, NoStart> {
    let port = Port::take().map_err(NoStart::Untried)?;
    let number = port.number().to_string();
    let values = [("port", number.as_str())];
    let mut program =
        Program::start(template, &values, stage.folder()).map_err(NoStart::Untried)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.number()));
    let (begun, end) = (Instant::now(), Deadline::after(BUSY_READY_LIMIT));
    loop {
        // The first client uses this connection, because many servers do not cope with one that
        // says nothing. Until the server listens, the system refuses it.
        let tcp = TcpStream::connect_timeout(&address, end.left());
        if !program.is_running() {
            return Err(NoStart::Refused(not_ready(template, "it has ended", &mut program)));
        }
        if let Ok(tcp) = tcp {
            let (first, greeting) = (Some(tcp), program.said().len());
            let program = Some(program);
            return Ok(Live { address, first, program, greeting, _port: Some(port) });
        }
        if begun.elapsed() > READY_LIMIT && (is_late(&program, begun) || end.is_over()) {
            let what = format!("it does not listen at port {number} after {READY_LIMIT:?}");
            return Err(NoStart::Refused(not_ready(template, &what, &mut program)));
        }
        thread::sleep(LOOK_INTERVAL);
    }
}

/// Whether it has had time to get ready: on a busy machine it may not have run yet.
fn is_late(program: &Program, begun: Instant) -> bool {
    let waited = Usage::of_group(program.id()).unwrap_or_default().waited;
    begun.elapsed().saturating_sub(waited) > READY_LIMIT
}

/// What happened, and what the program printed about it.
fn not_ready(template: &str, what: &str, program: &mut Program) -> String {
    let ending = program.end().map(|status| format!(" ({status})")).unwrap_or_default();
    let said = program.said();
    let last = said.get(said.len().saturating_sub(SHOWN_LINES)..).unwrap_or_default();
    let said = if last.is_empty() {
        "it has printed nothing".to_owned()
    } else {
        format!("its last lines:\n  {}", last.join("\n  "))
    };
    format!("could not start {template:?}: {what}{ending}; {said}")
}

impl Live {
    /// A new connection; the first is the one that has shown that the server listens.
    ///
    /// # Errors
    /// It is not accepted: in one line.
    pub(crate) fn connect(&mut self, deadline: Deadline) -> Result<TcpStream, String> {
        if let Some(first) = self.first.take() {
            return Ok(first);
        }
        let limit = deadline.left().min(CONNECT_LIMIT);
        TcpStream::connect_timeout(&self.address, limit)
            .map_err(|error| format!("the server accepts no connection: {error}"))
    }

    /// What its processes use, if they were started here and the system tells.
    pub(crate) fn usage(&self) -> Option<Usage> {
        Usage::of_group(self.program.as_ref()?.id())
    }

    /// How the program ended, if it has, and what it printed last.
    pub(crate) fn fate(&mut self) -> Option<String> {
        let program = self.program.as_mut()?;
        // A traceback comes after the connection has ended.
        program.wait_for_silence();
        let ending = program.end().map(|status| format!("the program has ended ({status})"));
        // The lines of a traceback that tell the place are indented.
        let is_telling = |line: &&String| !line.is_empty() && !line.starts_with(' ');
        let said = program.said().iter().skip(self.greeting).rev().find(is_telling);
        let said = said.map(|line| format!("its last line was {line:?}"));
        let words: Vec<_> = ending.into_iter().chain(said).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }
}

/// How long a server may take until it listens.
const READY_LIMIT: Duration = Duration::from_secs(8);
/// The same, if it has to wait for a processor.
const BUSY_READY_LIMIT: Duration = Duration::from_secs(30);
/// How long it may take to accept another connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// How often to check whether it listens.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);
/// How many lines of its output are shown.
const SHOWN_LINES: usize = 5;
