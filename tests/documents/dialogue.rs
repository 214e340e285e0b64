//! A dialogue in a document, played line by line against the real server.

use std::fmt::Write;

use crate::common::raw_client::RawClient;
use crate::common::server_process::{ServerProcess, server_command};

use super::markdown::{Block, root};
use super::stage::four_digit_port;
use super::values::{Kind, Values};

/// Sends what stands behind `C: `, and compares what comes with what stands behind `S: `.
pub(crate) fn play(block: &Block) {
    let port = four_digit_port().to_string();
    let mut command = server_command(root());
    let server = ServerProcess::start_with(command.args(["--bind", "127.0.0.1", &port])).unwrap();
    let mut client = RawClient::connect(server.address());
    let mut values = Values::default();
    let (mut request, mut cseq_of_reply) = (String::new(), 0);
    for (line, number) in block.lines.iter().zip(block.line..) {
        let place = format!("{}:{number}", block.document);
        if let Some(text) = line.strip_prefix("C: ") {
            let text = with_own_port(text, &client, &mut values).replace("2048", &port);
            writeln!(request, "{}", values.of_this_run(&text)).unwrap();
        } else if let Some(text) = line.strip_prefix("S: ") {
            let found = read_line(&mut client, &mut request);
            let found = found.replace(&port, "2048");
            assert!(values.same(text, &found), "{place}: expected {text:?}, found {found:?}");
            cseq_of_reply += 1;
        } else {
            panic!("{place}: expected \"C: \" or \"S: \", found {line:?}");
        }
    }
    assert!(cseq_of_reply > 0 && request.is_empty(), "{}: the end of a dialogue", block.place());
    assert!(client.hears_nothing(crate::common::A_WHILE), "{}: more comes", block.place());
}

/// Sends what is gathered, and reads a line.
fn read_line(client: &mut RawClient, request: &mut String) -> String {
    if !request.is_empty() {
        let end = if request.contains("://") { "\n" } else { "" };
        client.send(format!("{request}{end}"));
        request.clear();
    }
    let mut line = String::new();
    while !line.ends_with('\n') {
        line.push_str(&client.read_text(1));
    }
    line.trim_end_matches(['\n', '\r']).to_owned()
}

/// The port that the document announces stands for the client's.
fn with_own_port(text: &str, client: &RawClient, values: &mut Values) -> String {
    if text.contains("client_port= 5008") {
        let port = client.rtp_port().to_string();
        assert!(values.stands_for(Kind::Port, "5008", &port), "one port");
    }
    text.to_owned()
}
