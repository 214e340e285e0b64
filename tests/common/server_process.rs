//! The real server, its transcript, and what the kernel knows of it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::LIMIT;
use super::programs::program;
use super::raw_client::RawClient;

/// A process that is killed and reaped when this is dropped, so that no failed test leaves one.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A server that runs until this is dropped.
pub(crate) struct ServerProcess {
    process: Killed,
    port: u16,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl ServerProcess {
    /// Serves `folder` at a free port.
    pub(crate) fn start(folder: &Path, options: &[&str]) -> Self {
        Self::start_with(server_command(folder).args(options).arg("0"))
            .expect("the server starts at a free port")
    }

    /// Runs the command; `None` if the server ends without serving.
    pub(crate) fn start_with(command: &mut Command) -> Option<Self> {
        let mut server = Self::spawn(command, 0);
        let line = server.next_line()?;
        let address: SocketAddr = line.rsplit_once(" at ")?.1.parse().ok()?;
        server.port = address.port();
        Some(server)
    }

    /// Runs the command, which is known to serve at `port`.
    pub(crate) fn spawn(command: &mut Command, port: u16) -> Self {
        let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("start the server");
        let (sender, lines) = mpsc::channel();
        forward(child.stdout.take().expect("stdout"), "", sender.clone());
        forward(child.stderr.take().expect("stderr"), STDERR, sender);
        Self { process: Killed(child), port, lines, seen: Vec::new() }
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Where a client on this machine finds it.
    pub(crate) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// The first line of the transcript that is wanted, whether it was there before or comes.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        if let Some(line) = self.seen.iter().find(|line| wanted(line)) {
            return line.clone();
        }
        while let Some(line) = self.next_line() {
            if wanted(&line) {
                return line;
            }
        }
        panic!("the server has ended after these lines: {:#?}", self.seen);
    }

    /// How many lines so far contain that.
    pub(crate) fn count(&mut self, part: &str) -> usize {
        self.seen.extend(self.lines.try_iter());
        self.seen.iter().filter(|line| line.contains(part)).count()
    }

    /// All lines to the end of every connection, after which it is killed.
    #[track_caller]
    pub(crate) fn lines_when_clients_have_gone(mut self) -> Vec<String> {
        let all = (self.count("] connected"), self.count("] closed: "));
        let mut left = all.0 - all.1;
        while left > 0 {
            let Some(line) = self.next_line() else { break };
            left -= usize::from(line.contains("] closed: "));
        }
        self.kill()
    }

    /// All lines of a client, without the prefix that names it, to the end of its connection.
    #[track_caller]
    pub(crate) fn transcript_of(&mut self, client: SocketAddr) -> Vec<String> {
        let prefix = format!("[{client}] ");
        let last = format!("{prefix}closed:");
        self.wait_for(|line| line.starts_with(&last));
        let lines = self.seen.iter().filter_map(|line| line.strip_prefix(&prefix));
        lines.map(str::to_owned).collect()
    }

    /// All warnings of the server in a client's session, which this ends.
    #[track_caller]
    pub(crate) fn warnings_of(&mut self, client: RawClient) -> Vec<String> {
        let address = client.address();
        drop(client);
        let mut lines = self.transcript_of(address);
        lines.retain(|line| line.starts_with("warning: "));
        lines
    }

    /// Kills the server and returns all that it has printed.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.process.0.kill().ok();
        while self.next_line().is_some() {}
        std::mem::take(&mut self.seen)
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.process.0.try_wait().expect("the state of the server").is_some()
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.0.id()
    }

    /// Sends the process a signal, by its name.
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.id());
        let status = Command::new("sh").args(["-c", &kill]).status().expect("run sh");
        assert!(status.success(), "{kill}");
    }

    pub(crate) fn threads(&self) -> usize {
        self.proc_entries("task")
    }

    pub(crate) fn descriptors(&self) -> usize {
        self.proc_entries("fd")
    }

    /// How many stacks it has, of threads that run and of threads that nobody has joined; the C
    /// library keeps a hundred and sixty of them for later threads.
    pub(crate) fn stacks(&self) -> usize {
        let maps = fs::read_to_string(format!("/proc/{}/maps", self.id())).unwrap();
        let address = |text: &str| u64::from_str_radix(text, 16).unwrap();
        let size = |line: &str| {
            let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
            address(end) - address(start)
        };
        maps.lines().filter(|line| line.contains(" rw-p ") && size(line) == 256 << 10).count()
    }

    /// The memory that it has, resident.
    pub(crate) fn kilobytes(&self) -> usize {
        self.status("VmRSS:")
    }

    /// The most memory that it had, resident.
    pub(crate) fn most_kilobytes(&self) -> usize {
        self.status("VmHWM:")
    }

    /// A number of proc(5)'s `status`.
    fn status(&self, name: &str) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).expect("a status");
        let value = status.lines().find_map(|line| line.strip_prefix(name)).expect(name);
        value.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// The `ulimit -n` with which it could open one more file and no other.
    pub(crate) fn descriptors_for_one_more(&self) -> usize {
        let free =
            |number: &usize| !Path::new(&format!("/proc/{}/fd/{number}", self.id())).exists();
        // The first free number is reserved by the `accept` that waits.
        (0..).filter(free).nth(2).expect("a free number")
    }

    /// The processor time that it has used so far, in hundredths of a second.
    pub(crate) fn cpu_ticks(&self) -> u64 {
        cpu_ticks(self.id())
    }

    /// `R`unning, `S`leeping, s`T`opped ...
    pub(crate) fn state(&self) -> String {
        stat(self.id()).swap_remove(0)
    }

    fn proc_entries(&self, what: &str) -> usize {
        fs::read_dir(format!("/proc/{}/{what}", self.id())).expect("read /proc").count()
    }

    /// The next line, put among those seen; `None` when the server has closed its output.
    #[track_caller]
    fn next_line(&mut self) -> Option<String> {
        match self.lines.recv_timeout(LIMIT) {
            Ok(line) => {
                self.seen.push(line.clone());
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                panic!("nothing came for {LIMIT:?} after these lines: {:#?}", self.seen)
            }
        }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.process.0.kill().ok();
        // If the server panicked, it says so here, and then a test does not pass by luck.
        let complaints = self.seen.drain(..).chain(self.lines.iter());
        let complaints: Vec<_> = complaints.filter(|line| line.starts_with(STDERR)).collect();
        if !thread::panicking() {
            assert!(complaints.is_empty(), "the server complained: {complaints:#?}");
        }
    }
}

/// The server's binary, to be run in that folder.
pub(crate) fn server_command(folder: &Path) -> Command {
    let mut command = Command::new(program("server"));
    command.current_dir(folder);
    command
}

/// A process's processor time so far, in hundredths of a second: `utime` and `stime` of proc(5).
pub(crate) fn cpu_ticks(process: u32) -> u64 {
    let fields = stat(process);
    let ticks = |index: usize| fields[index].parse::<u64>().expect("a number of ticks");
    ticks(11) + ticks(12)
}

/// The fields of proc(5)'s `stat` after the name.
fn stat(process: u32) -> Vec<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("read stat");
    let (_, fields) = stat.rsplit_once(')').expect("a name in brackets");
    fields.split_whitespace().map(str::to_owned).collect()
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("its address");
    drop(listener);
    // A program that another thread is just starting inherits the listener for a moment.
    wait_until("a port at which nobody listens", || TcpStream::connect(address).is_err());
    address.port()
}

/// Checks again and again until the condition is met: for changes of which the kernel sends no
/// event.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not within {LIMIT:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn forward(output: impl Read + Send + 'static, mark: &'static str, lines: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if lines.send(format!("{mark}{line}")).is_err() {
                return;
            }
        }
    });
}

/// Marks the lines of standard error.
pub(crate) const STDERR: &str = "stderr: ";
