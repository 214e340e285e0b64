//! The form of the requests: what is written in which line.

use rtsp_lab::rtsp::{Method, State};

use crate::card::{Came, Card, Evidence, Line, Requirement, Verdict};

use super::request::Request;
use super::requirements::{
    CSEQ, CSEQ_COUNTS, FILE_NAME, LINE_ENDS, ONE_AT_A_TIME, ORDER, REQUEST_LINE, SESSION,
    SESSION_SAME, TRANSPORT,
};
use super::run::{Run, Seen};

/// How a request is written.
enum Form {
    /// As in the report.
    Exact,
    /// As some lab clients write it, and servers have to take it.
    Taken(String),
    /// As this project's server takes it, and the lab's own does not.
    Tolerated(String),
    /// In a way that servers need not understand; says what is expected.
    Wrong(String),
}

/// Judges all requests of a run.
pub(crate) fn judge(card: &mut Card, run: &Run, movie: &str, names_port: bool) {
    let mut count = 0;
    for seen in &run.requests {
        let request = &seen.request;
        note(card, &LINE_ENDS, request, line_ends(request));
        note(card, &REQUEST_LINE, request, request_line(request));
        let Some(method) = request.method() else { continue };
        // Without lines, or without a request line, there is nothing else to judge.
        if matches!(line_ends(request), Form::Wrong(_)) {
            continue;
        }
        note(card, &FILE_NAME, request, file_name(request, method, movie));
        note(card, &CSEQ, request, cseq(request));
        count += 1;
        if let Some(found) = request.cseq() {
            note(card, &CSEQ_COUNTS, request, is(found == count, || format!("CSeq: {count}")));
        }
        if method == Method::Setup {
            let port = names_port.then_some(run.rtp_port);
            note(card, &TRANSPORT, request, transport(request, port));
        } else {
            judge_session(card, seen, method, &run.session);
        }
        note(card, &ORDER, request, order(method, seen.before, seen.is_early));
        let is_early = seen.is_early;
        note(card, &ONE_AT_A_TIME, request, is(!is_early, || NOT_EARLY.to_owned()));
    }
}

fn note(card: &mut Card, requirement: &Requirement, request: &Request, form: Form) {
    match form {
        Form::Exact => card.mark(requirement, Verdict::Pass),
        Form::Taken(what) => {
            card.mark(requirement, Verdict::Pass);
            card.measure(requirement, what);
        }
        Form::Tolerated(what) => card.mark(requirement, Verdict::Tolerated(what)),
        Form::Wrong(expected) => {
            // The first one is shown: the others may follow from it.
            let has_failed = |line: &Line| {
                line.requirement == requirement && matches!(line.verdict, Verdict::Fail(_))
            };
            if !card.lines().iter().any(has_failed) {
                let came = Came::Bytes(request.bytes().to_vec());
                let evidence = Evidence { sent: Vec::new(), came, expected };
                card.mark(requirement, Verdict::Fail(evidence));
            }
        }
    }
}

fn is(exact: bool, expected: impl FnOnce() -> String) -> Form {
    if exact { Form::Exact } else { Form::Wrong(expected()) }
}

fn line_ends(request: &Request) -> Form {
    let text = String::from_utf8_lossy(request.bytes());
    let bare = text.replace("\r\n", "\n");
    if bare.contains('\r') || text.contains("\\n") || bare.trim_end().contains("\n\n") {
        return Form::Wrong("lines that end in LF (byte 10), and no empty ones between".to_owned());
    }
    if bare != text {
        return Form::Taken("CRLF, which servers have to take".to_owned());
    }
    if text.ends_with("\n\n") {
        return Form::Taken("with an empty line at its end, which servers have to take".to_owned());
    }
    // The report's own requests have no line end after the last line.
    Form::Exact
}

fn request_line(request: &Request) -> Form {
    let lines = request.lines();
    let line = lines.first().map_or("", String::as_str);
    let expected = || "SETUP, PLAY, PAUSE, TEARDOWN or DESCRIBE, file name, RTSP/1.0".to_owned();
    let Some(method) = request.method() else { return Form::Wrong(expected()) };
    if request.word() != method.name() {
        return Form::Wrong(format!("{method} in capital letters"));
    }
    let name = request.name();
    if name.contains("://") {
        return Form::Wrong("the bare name of the movie, not its URL".to_owned());
    }
    let space = if name.is_empty() { "" } else { " " };
    if line == format!("{method} {name}{space}RTSP/1.0") {
        return Form::Exact;
    }
    Form::Taken(format!("{line:?}, which servers have to take"))
}

fn file_name(request: &Request, method: Method, movie: &str) -> Form {
    let name = request.name();
    if name.is_empty() && method != Method::Setup {
        return Form::Taken(format!("left out in {method}, which servers have to take"));
    }
    is(name == movie, || format!("{method} {movie} RTSP/1.0"))
}

fn cseq(request: &Request) -> Form {
    let expected = || "CSeq: and a number in the second line".to_owned();
    let (Some(line), Some(number)) = (request.cseq_line(), request.cseq()) else {
        return Form::Wrong(expected());
    };
    let is_second = request.lines().get(1) == Some(&line);
    if is_second && line == format!("CSeq: {number}") {
        return Form::Exact;
    }
    taken_by_word(request, &line, Place { line: 1, word: 1 }, &number.to_string())
}

/// Where a word stands, both counted from 0.
#[derive(Clone, Copy)]
struct Place {
    line: usize,
    word: usize,
}

/// The lab's own server splits a line at its spaces, and takes the word at one place, whatever
/// stands before it.
fn taken_by_word(request: &Request, shown: &str, place: Place, value: &str) -> Form {
    let lines = request.lines();
    let word = lines.get(place.line).and_then(|line| line.split(' ').nth(place.word));
    if word == Some(value) {
        return Form::Taken(format!("{shown:?}, which servers have to take"));
    }
    let [word, line] = [place.word + 1, place.line + 1];
    let why = "this project's server takes it; the lab's own looks for it in";
    Form::Tolerated(format!("{shown:?}: {why} word {word} of line {line}"))
}

fn transport(request: &Request, port: Option<u16>) -> Form {
    let shown = port.map_or_else(|| "its port".to_owned(), |port| port.to_string());
    let expected = || format!("Transport: RTP/UDP; client_port= {shown} in the third line");
    let (Some(line), Some(found)) = (request.transport_line(), request.port()) else {
        return Form::Wrong(expected());
    };
    if port.is_some_and(|port| port != found) {
        return Form::Wrong(expected());
    }
    let is_third = request.lines().get(2) == Some(&line);
    if is_third && line == format!("Transport: RTP/UDP; client_port= {found}") {
        return Form::Exact;
    }
    taken_by_word(request, &line, Place { line: 2, word: 3 }, &found.to_string())
}

fn judge_session(card: &mut Card, seen: &Seen, method: Method, session: &str) {
    let request = &seen.request;
    // Before SETUP is answered there is none that it could name.
    if seen.is_early || seen.before == State::Init {
        return;
    }
    let expected = || format!("Session: {session} in the third line of {method}");
    match (request.session_line(), request.session()) {
        (Some(line), Some(found)) => {
            let is_third = request.lines().get(2) == Some(&line);
            let is_exact = is_third && line == format!("Session: {found}");
            let taken = || Form::Taken(format!("{line:?}, which servers have to take"));
            note(card, &SESSION, request, if is_exact { Form::Exact } else { taken() });
            note(card, &SESSION_SAME, request, is(found == session, expected));
        }
        _ => note(card, &SESSION, request, Form::Wrong(expected())),
    }
}

fn order(method: Method, before: State, is_early: bool) -> Form {
    // Being too early is one fault, and not two.
    let fits = match method {
        Method::Setup => before == State::Init,
        Method::Play => before == State::Ready || is_early,
        Method::Pause => before == State::Playing || is_early,
        Method::Teardown => before != State::Init || is_early,
        Method::Describe => true,
        Method::Options => false,
    };
    is(fits, || match (method, before) {
        (Method::Options, _) => "no OPTIONS: the lab has none".to_owned(),
        (_, State::Init) => "in INIT only SETUP".to_owned(),
        (_, State::Ready) => "in READY only PLAY or TEARDOWN".to_owned(),
        (_, State::Playing) => "in PLAYING only PAUSE or TEARDOWN".to_owned(),
    })
}

const NOT_EARLY: &str = "nothing before the reply to the request before";

#[cfg(test)]
mod tests {
    use super::*;

    fn word(form: &Form) -> &'static str {
        match form {
            Form::Exact => "exact",
            Form::Taken(_) => "taken",
            Form::Tolerated(_) => "tolerated",
            Form::Wrong(_) => "wrong",
        }
    }

    #[track_caller]
    fn assert_form(text: &str, judge: impl Fn(&Request) -> Form, expected: &str) {
        let form = judge(&Request::new(text.as_bytes().to_vec()));
        assert_eq!(word(&form), expected, "{text:?}");
    }

    #[test]
    fn line_ends_are_the_reports_or_those_that_servers_take() {
        for (text, expected) in [
            ("PLAY a RTSP/1.0\nCSeq: 2\nSession: 7", "exact"),
            ("PLAY a RTSP/1.0\nCSeq: 2\nSession: 7\n", "exact"),
            ("PLAY a RTSP/1.0\r\nCSeq: 2\r\nSession: 7\r\n\r\n", "taken"),
            ("PLAY a RTSP/1.0\nCSeq: 2\nSession: 7\n\n", "taken"),
            ("PLAY a RTSP/1.0\rCSeq: 2\rSession: 7\r", "wrong"),
            ("PLAY a RTSP/1.0\\nCSeq: 2\\nSession: 7", "wrong"),
            ("PLAY a RTSP/1.0\n\nCSeq: 2\n\nSession: 7\n", "wrong"),
        ] {
            assert_form(text, line_ends, expected);
        }
    }

    #[test]
    fn the_first_line_has_a_method_in_capitals_and_no_url() {
        for (text, expected) in [
            ("SETUP a b.Mjpeg RTSP/1.0\n", "exact"),
            ("PLAY RTSP/1.0\n", "exact"),
            ("PLAY a RTSP/1.4\n", "taken"),
            ("PLAY a\n", "taken"),
            ("PLAY  a RTSP/1.0\n", "taken"),
            ("play a RTSP/1.0\n", "wrong"),
            ("PLAY rtsp://host/a RTSP/1.0\n", "wrong"),
            ("", "wrong"),
        ] {
            assert_form(text, request_line, expected);
        }
    }

    #[test]
    fn the_port_is_the_right_one_in_a_form_that_servers_know() {
        for (line, expected) in [
            ("Transport: RTP/UDP; client_port= 5008", "exact"),
            ("Transport: RTP/AVP; client_port= 5008", "taken"),
            ("Transport: RTP/UDP; client_port=5008", "tolerated"),
            ("Transport: RTP/UDP;client_port= 5008", "tolerated"),
            ("client_port: 5008", "tolerated"),
            ("Transport: RTP/UDP; client_port= 5009", "wrong"),
            ("Transport: RTP/UDP", "wrong"),
            ("Session: 5008", "wrong"),
        ] {
            let text = format!("SETUP a RTSP/1.0\nCSeq: 1\n{line}\n");
            assert_form(&text, |request| transport(request, Some(5008)), expected);
        }
    }

    #[test]
    fn the_cseq_and_the_name_have_their_places() {
        for (text, expected) in [
            ("PLAY a RTSP/1.0\nCSeq: 2\n", "exact"),
            ("PLAY a RTSP/1.0\nCseq: 2\n", "taken"),
            ("PLAY a RTSP/1.0\nCSeq:2\n", "tolerated"),
            ("PLAY a RTSP/1.0\n2\n", "tolerated"),
            ("PLAY a RTSP/1.0\nSession: 7\nCSeq: 2", "tolerated"),
            ("PLAY a RTSP/1.0\nSession: 7\n", "wrong"),
            ("PLAY a RTSP/1.0\nCSeq: two\n", "wrong"),
        ] {
            assert_form(text, cseq, expected);
        }
        let name = |method| move |request: &Request| file_name(request, method, "a");
        assert_form("PLAY a RTSP/1.0", name(Method::Play), "exact");
        assert_form("PLAY RTSP/1.0", name(Method::Play), "taken");
        assert_form("SETUP RTSP/1.0", name(Method::Setup), "wrong");
        assert_form("PLAY b RTSP/1.0", name(Method::Play), "wrong");
    }

    #[test]
    fn only_what_the_state_allows_is_in_order() {
        use Method::{Describe, Options, Pause, Play, Setup, Teardown};
        let allowed = |state: State| {
            let fits = |method: &Method| matches!(order(*method, state, false), Form::Exact);
            Method::ALL.into_iter().filter(fits).collect::<Vec<_>>()
        };
        assert_eq!(allowed(State::Init), [Setup, Describe]);
        assert_eq!(allowed(State::Ready), [Play, Teardown, Describe]);
        assert_eq!(allowed(State::Playing), [Pause, Teardown, Describe]);
        assert!(matches!(order(Play, State::Init, true), Form::Exact));
        assert!(matches!(order(Options, State::Init, true), Form::Wrong(_)));
    }
}
