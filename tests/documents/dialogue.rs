//! A dialogue in a document, played line by line against the real server, or against the Python
//! lab's.
//!
//! `C: ` is what the client sends; lines that follow each other go in one write. `S: ` is what must
//! come. `(another write)` and `(a pause)` end a write, `(nothing)` says that no byte comes, and
//! `(closes)` that the server closes the connection.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::thread;

use crate::common::A_WHILE;
use crate::common::left_out::python;
use crate::common::raw_client::RawClient;
use crate::common::server_process::{ServerProcess, server_command};

use super::markdown::{Block, root};
use super::ports::four_digit_port;
use super::values::{Kind, Values};

pub(crate) fn play(block: &Block) {
    let port = four_digit_port().to_string();
    let mut command = server_command(root());
    let server = ServerProcess::start_with(command.args(["--bind", "127.0.0.1", &port])).unwrap();
    play_against(&server, block);
}

/// The same with the lab's server in Python.
pub(crate) fn play_with_python(block: &Block) {
    let port = four_digit_port();
    let mut command = Command::new(python());
    let script = Path::new("tests/python_lab/Server.py");
    command.arg(script).arg(port.to_string()).current_dir(root());
    let mut server = ServerProcess::spawn(&mut command, port);
    server.wait_for(|line| line.starts_with("listening on "));
    play_against(&server, block);
}

fn play_against(server: &ServerProcess, block: &Block) {
    let mut player = Player {
        client: RawClient::connect(server.address()),
        port: server.port().to_string(),
        values: Values::default(),
        request: String::new(),
        is_open: true,
    };
    for (line, number) in block.lines.iter().zip(block.line..) {
        player.take(line, &format!("{}:{number}", block.document));
    }
    assert!(player.request.is_empty(), "{}: nothing answers the last request", block.place());
    if player.is_open {
        assert!(player.client.hears_nothing(A_WHILE), "{}: more comes", block.place());
    }
}

struct Player {
    client: RawClient,
    port: String,
    values: Values,
    /// What is still to be sent.
    request: String,
    is_open: bool,
}

impl Player {
    fn take(&mut self, line: &str, place: &str) {
        if let Some(text) = line.strip_prefix("C: ") {
            return self.gather(text);
        }
        self.send();
        if let Some(text) = line.strip_prefix("S: ") {
            let found = self.read_line().replace(&self.port, "2048");
            let same = self.values.same(text, &found);
            assert!(same, "{place}: expected {text:?}, found {found:?}");
        } else if line == "(a pause)" {
            thread::sleep(A_WHILE);
        } else if line == "(another write)" {
            // Everything that was gathered has been sent.
        } else if line == "(nothing)" {
            assert!(self.client.hears_nothing(A_WHILE), "{place}: something comes");
        } else if line == "(closes)" {
            assert_eq!(self.client.rest(), "", "{place}: the connection ends");
            self.is_open = false;
        } else {
            panic!("{place}: a dialogue has no {line:?}");
        }
    }

    /// A line without `␊` ends in LF; `…` in place of the end of a line cuts it there.
    fn gather(&mut self, text: &str) {
        if text.contains("client_port= 5008") {
            let port = self.client.rtp_port().to_string();
            assert!(self.values.stands_for(Kind::Port, "5008", &port), "one port");
        }
        let text = self.values.of_this_run(&text.replace("2048", &self.port));
        match text.strip_suffix('…') {
            Some(cut) => self.request.push_str(cut),
            None => writeln!(self.request, "{text}").unwrap(),
        }
    }

    fn send(&mut self) {
        let request = std::mem::take(&mut self.request);
        if !request.is_empty() {
            let end = if request.contains("://") { "\n" } else { "" };
            self.client.send(format!("{request}{end}"));
        }
    }

    fn read_line(&mut self) -> String {
        let mut line = String::new();
        // The last line of the Python lab's replies has no end.
        while !line.ends_with('\n') && (line.is_empty() || !self.client.hears_nothing(A_WHILE)) {
            line.push_str(&self.client.read_text(1));
        }
        line.trim_end_matches(['\n', '\r']).to_owned()
    }
}
