//! Sessions that are played for their page, and the page as its readers see it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::client_common::program::{Ended, Program, client_command, rtp_port};
use crate::common::LIMIT;
use crate::common::movies::MOVIE;
use crate::common::programs::program;
use crate::common::server_process::ServerProcess;

/// A network as bad as that of the documents.
pub(crate) const BAD: [&str; 12] = [
    "--loss",
    "5",
    "--duplicate",
    "1",
    "--reorder",
    "2",
    "--delay",
    "40",
    "--jitter",
    "15",
    "--seed",
    "7",
];

/// What a session has left behind.
pub(crate) struct Played {
    /// The page of both logs.
    pub(crate) page: Page,
    /// That of the client's log alone.
    pub(crate) of_client: Page,
    pub(crate) ended: Ended,
}

/// Plays from a server with these options; `what` gives the client's words for the server's port.
pub(crate) fn play(folder: &Path, options: &[&str], what: impl Fn(&str) -> Vec<String>) -> Played {
    let [server_log, client_log] =
        ["server", "client"].map(|who| folder.join(format!("{who}.jsonl")).display().to_string());
    let server = ServerProcess::start(folder, &[options, &["--log", &server_log]].concat());
    let words = what(&server.port().to_string());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let words = [&["--headless", "--log", &client_log], &words[..]].concat();
    let ended = Program::start(&mut client_command(&words)).end(3 * LIMIT);
    // What has happened is in the log when the connection is closed, and the log has been flushed.
    wait_for_log(Path::new(&server_log));
    let page = report(&[&client_log, &server_log]);
    Played { page, of_client: report(&[&client_log]), ended }
}

/// A server has no last line; the client has gone when its connection is closed.
fn wait_for_log(log: &Path) {
    let is_closed = || fs::read_to_string(log).is_ok_and(|text| text.contains("rtsp:closed"));
    crate::common::server_process::wait_until("the server's log", is_closed);
}

/// The four words of the lab's own client.
pub(crate) fn lab(port: &str) -> Vec<String> {
    vec!["127.0.0.1".to_owned(), port.to_owned(), rtp_port(), MOVIE.to_owned()]
}

/// The page that `report` makes of these logs.
pub(crate) fn report(logs: &[&str]) -> Page {
    let file = tempfile::NamedTempFile::new().unwrap();
    let output = Command::new(program("report")).args(logs).arg("-o").arg(file.path()).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Page(fs::read_to_string(file.path()).unwrap())
}

/// A page, read without a browser.
pub(crate) struct Page(pub(crate) String);

impl Page {
    /// What stands between the two, the first time.
    #[track_caller]
    pub(crate) fn between(&self, start: &str, end: &str) -> &str {
        let inside = self.0.split_once(start).and_then(|(_, rest)| rest.split_once(end));
        inside.unwrap_or_else(|| panic!("no {start:?} … {end:?}")).0
    }

    /// Verdict, figure and reason of a card of the head.
    #[track_caller]
    pub(crate) fn card(&self, name: &str) -> [String; 3] {
        let cards = self.between("<ul class=\"cards\"", "</ul>");
        let card = cards.split("<li").find(|card| card.contains(&format!(">{name}<")));
        let card = Page(card.unwrap_or_else(|| panic!("no card {name:?}")).to_owned());
        let figure = text(card.between("<strong>", "</strong>"));
        let why =
            if card.0.contains("class=\"why\"") { card.between("class=\"why\">", "<") } else { "" };
        [text(card.between("class=\"v\">", "<")), figure, text(why)]
    }

    /// The figures that the player has printed.
    pub(crate) fn summary(&self) -> Vec<String> {
        let lines = text(self.between("<pre id=\"summary\">", "</pre>"));
        lines.lines().map(str::to_owned).collect()
    }

    /// The numbers of a sentence.
    pub(crate) fn balance(&self) -> Vec<u64> {
        let sentence = self.between("<p id=\"balance\">", "</p>");
        let digits = |word: &str| word.replace(',', "").trim_end_matches('.').parse().ok();
        sentence.split_whitespace().filter_map(digits).collect()
    }
}

/// HTML without its tags and entities.
pub(crate) fn text(html: &str) -> String {
    let pieces = html.split('<').enumerate().map(|(place, piece)| match piece.split_once('>') {
        Some((_, rest)) if place > 0 => rest,
        _ => piece,
    });
    let text: String = pieces.collect();
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#39;", "'").replace("&amp;", "&")
}
