//! What is asked of a client.

use crate::card::Requirement;

use super::script::Script;

/// The requirements that these variations can check, in the order of the card.
pub(crate) fn of(scripts: &[Script]) -> Vec<&'static Requirement> {
    scripts.iter().flat_map(|&script| of_script(script)).copied().collect()
}

fn of_script(script: Script) -> &'static [&'static Requirement] {
    match script {
        Script::Plain => PLAIN,
        Script::LateReply => &[&LATE_REPLY],
        Script::WrongCseq => &[&WRONG_CSEQ],
        Script::WrongSession => &[&WRONG_SESSION],
        Script::SplitReply => &[&SPLIT_REPLY],
        Script::NotFound => &[&NOT_FOUND],
        Script::Lost => &[&LOST, &LOST_COUNT],
        Script::Swapped => &[&SWAPPED, &SWAPPED_COUNT],
        Script::Doubled => &[&DOUBLED, &DOUBLED_COUNT],
        Script::EndOfMovie => &[&PLAY_QUIET, &END_OF_MOVIE],
        Script::EndOfConnection => &[&END_OF_CONNECTION],
    }
}

const PLAIN: &[&Requirement] = &[
    &SETUP,
    &PLAY,
    &PAUSE,
    &PLAY_AGAIN,
    &TEARDOWN,
    &GOES_ON,
    &REQUEST_LINE,
    &FILE_NAME,
    &CSEQ,
    &CSEQ_COUNTS,
    &TRANSPORT,
    &SESSION,
    &SESSION_SAME,
    &LINE_ENDS,
    &ORDER,
    &ONE_AT_A_TIME,
    &RTP_BOUND,
    &READS,
    &KEEPS_UP,
    &DECODES,
    &SHOWS,
    &PAUSE_QUIET,
    &PAUSE_THREADS,
    &CLOSES,
    &ENDS,
    &NO_FILES,
];

const USE_CASES: &str = "Use cases";
const REQUESTS: &str = "Requests";
const BEHAVIOUR: &str = "Ports, threads and files";
const REPLIES: &str = "Unusual replies";
const PACKETS: &str = "Unusual packets";

const fn asked(
    id: &'static str,
    part: &'static str,
    title: &'static str,
    paragraph: &'static str,
) -> Requirement {
    Requirement { id, part, title, paragraph }
}

pub(crate) const SETUP: Requirement =
    asked("setup", USE_CASES, "it connects and sends SETUP", "Requests");
pub(crate) const PLAY: Requirement = asked("play", USE_CASES, "it sends PLAY", "Requests");
pub(crate) const PAUSE: Requirement = asked("pause", USE_CASES, "it sends PAUSE", "Requests");
pub(crate) const PLAY_AGAIN: Requirement =
    asked("play_again", USE_CASES, "it sends PLAY after PAUSE", "Requests");
pub(crate) const TEARDOWN: Requirement =
    asked("teardown", USE_CASES, "it sends TEARDOWN", "Requests");
pub(crate) const GOES_ON: Requirement = asked(
    "goes_on",
    USE_CASES,
    "it neither ends nor hangs up before TEARDOWN",
    "The client's part",
);

pub(crate) const REQUEST_LINE: Requirement =
    asked("request_line", REQUESTS, "the first line is METHOD, file name, RTSP/1.0", "Requests");
pub(crate) const FILE_NAME: Requirement =
    asked("file_name", REQUESTS, "each request names the movie", "Requests");
pub(crate) const CSEQ: Requirement = asked("cseq", REQUESTS, "the second line is the CSeq", "CSeq");
pub(crate) const CSEQ_COUNTS: Requirement =
    asked("cseq_counts", REQUESTS, "CSeq counts the requests from 1", "CSeq");
pub(crate) const TRANSPORT: Requirement =
    asked("transport", REQUESTS, "SETUP names the RTP port in a Transport line", "Transport");
pub(crate) const SESSION: Requirement =
    asked("session", REQUESTS, "requests after SETUP have a Session line", "Requests");
pub(crate) const SESSION_SAME: Requirement =
    asked("session_same", REQUESTS, "the session is the one of the reply to SETUP", "Session ids");
pub(crate) const LINE_ENDS: Requirement =
    asked("line_ends", REQUESTS, "each line ends in LF", "Requests");
pub(crate) const ORDER: Requirement =
    asked("order", REQUESTS, "each request is one that the state allows", "States");
pub(crate) const ONE_AT_A_TIME: Requirement = asked(
    "one_at_a_time",
    REQUESTS,
    "it waits for a reply before the next request",
    "One at a time",
);

pub(crate) const RTP_BOUND: Requirement =
    asked("rtp_bound", BEHAVIOUR, "its RTP port is open when it sends PLAY", "The client's part");
pub(crate) const READS: Requirement = asked(
    "reads",
    BEHAVIOUR,
    "it reads the packets that come at its RTP port",
    "The client's part",
);
pub(crate) const KEEPS_UP: Requirement =
    asked("keeps_up", BEHAVIOUR, "it reads them as fast as they come", "The client's part");
pub(crate) const DECODES: Requirement =
    asked("decodes", BEHAVIOUR, "it takes the pictures out of the packets", "The client's part");
pub(crate) const SHOWS: Requirement =
    asked("shows", BEHAVIOUR, "its window shows them", "The client's part");
pub(crate) const PAUSE_QUIET: Requirement = asked(
    "pause_quiet",
    BEHAVIOUR,
    "it needs no processor while it is paused",
    "The client's part",
);
pub(crate) const PAUSE_THREADS: Requirement = asked(
    "pause_threads",
    BEHAVIOUR,
    "no thread of the first PLAY is left in the second",
    "The client's part",
);
pub(crate) const CLOSES: Requirement = asked(
    "closes",
    BEHAVIOUR,
    "connection and RTP port are closed after TEARDOWN",
    "The client's part",
);
pub(crate) const ENDS: Requirement =
    asked("ends", BEHAVIOUR, "it ends after TEARDOWN", "The client's part");
pub(crate) const NO_FILES: Requirement =
    asked("no_files", BEHAVIOUR, "it leaves no cache file", "The client's part");

pub(crate) const LATE_REPLY: Requirement =
    asked("late_reply", REPLIES, "a reply that is 1 s late is waited for", "One at a time");
pub(crate) const WRONG_CSEQ: Requirement =
    asked("wrong_cseq", REPLIES, "a reply to another request is passed over", "Checks on a reply");
pub(crate) const WRONG_SESSION: Requirement = asked(
    "wrong_session",
    REPLIES,
    "a reply of another session does not make it play",
    "Checks on a reply",
);
pub(crate) const SPLIT_REPLY: Requirement = asked(
    "split_reply",
    REPLIES,
    "a reply in two segments is one reply",
    "What the client accepts",
);
pub(crate) const NOT_FOUND: Requirement =
    asked("not_found", REPLIES, "it does not go on after 404", "Checks on a reply");

pub(crate) const LOST: Requirement =
    asked("lost", PACKETS, "it goes on when packets are lost", "Lost and late");
pub(crate) const LOST_COUNT: Requirement =
    asked("lost_count", PACKETS, "it counts the lost packets", "Lost and late");
pub(crate) const SWAPPED: Requirement =
    asked("swapped", PACKETS, "it goes on when packets come in the wrong order", "Lost and late");
pub(crate) const SWAPPED_COUNT: Requirement =
    asked("swapped_count", PACKETS, "it counts the late packets", "Lost and late");
pub(crate) const DOUBLED: Requirement =
    asked("doubled", PACKETS, "it goes on when packets come twice", "Lost and late");
pub(crate) const DOUBLED_COUNT: Requirement =
    asked("doubled_count", PACKETS, "it counts packets that come twice", "Lost and late");
pub(crate) const PLAY_QUIET: Requirement = asked(
    "play_quiet",
    PACKETS,
    "it needs no processor while no packet comes",
    "The client's part",
);
pub(crate) const END_OF_MOVIE: Requirement = asked(
    "end_of_movie",
    PACKETS,
    "when the movie is over it waits quietly, or ends",
    "End of the movie",
);
pub(crate) const END_OF_CONNECTION: Requirement = asked(
    "end_of_connection",
    PACKETS,
    "when the connection ends it says so or ends, and does not spin",
    "End of the connection",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_is_on_the_card_once_and_its_paragraph_is_in_the_document() {
        let document = include_str!("../../../../docs/protocol.md");
        let headings: Vec<&str> = document
            .lines()
            .filter(|line| line.starts_with('#'))
            .map(|line| line.trim_start_matches(['#', ' ']))
            .collect();
        let card = of(&Script::ALL);
        for requirement in &card {
            assert!(headings.contains(&requirement.paragraph), "{requirement:?}");
            assert_eq!(card.iter().filter(|on| on.id == requirement.id).count(), 1);
        }
    }

    #[test]
    fn the_document_lists_all_requirements() {
        let document = include_str!("../../../../docs/lab_check.md");
        let (_, document) = document.split_once("\n## A client\n").unwrap();
        let rows = document.lines().filter(|line| line.starts_with("| `"));
        let rows: Vec<_> = rows.filter(|row| row.contains("](protocol.md#")).collect();
        let expected = of(&Script::ALL).into_iter().map(|requirement| {
            let Requirement { id, part, title, paragraph } = requirement;
            let anchor = paragraph.to_lowercase().replace(' ', "-");
            let anchor = anchor.replace(|c: char| !c.is_alphanumeric() && c != '-', "");
            format!("| `{id}` | {part}: {title} | [{paragraph}](protocol.md#{anchor}) |")
        });
        assert_eq!(rows, expected.collect::<Vec<_>>());
    }
}
