//! The replies, right and wrong, and when they come.

use std::time::Duration;

use rtsp_lab::rtsp::{Method, State};

use super::request::Request;
use super::script::Script;

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing is said for that time.
    Hold(Duration),
    /// A segment.
    Say(Vec<u8>),
}

/// What an answer depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) script: Script,
    pub(crate) request: &'a Request,
    pub(crate) state: State,
    pub(crate) session: &'a str,
    /// Which request of the run it is, from 1 on; repeated for one without a `CSeq`.
    pub(crate) number: u64,
}

impl Question<'_> {
    /// The status line's number and word.
    pub(crate) fn status(self) -> &'static str {
        let Some(method) = self.request.method() else { return "501 Not Implemented" };
        let is_setup = (method, self.state) == (Method::Setup, State::Init);
        if self.script == Script::NotFound && is_setup {
            return "404 File Not Found";
        }
        if self.state.after(method).is_none() {
            return "455 Method Not Valid in This State";
        }
        "200 OK"
    }

    /// Whether the request is granted and the client is told so.
    pub(crate) fn is_granted(self) -> bool {
        self.status().starts_with("200") && !self.names_another_session()
    }

    /// All parts of the answer, in order.
    pub(crate) fn answer(self) -> Vec<Step> {
        let text = self.text();
        // Not all of them, or a case would last too long.
        let is_late = self.number <= 2 && self.request.method() != Some(Method::Teardown);
        let mut steps = if self.script == Script::Plain {
            vec![Step::Hold(GLANCE), Step::Say(text)]
        } else if self.script == Script::LateReply && is_late {
            vec![Step::Hold(LATE), Step::Say(text)]
        } else if self.script == Script::SplitReply {
            let (head, tail) = text.split_at(text.len().min(SPLIT));
            vec![Step::Say(head.into()), Step::Hold(BETWEEN), Step::Say(tail.into())]
        } else {
            match self.unusual() {
                Some(wrong) if self.script == Script::WrongCseq => {
                    vec![Step::Say(wrong), Step::Hold(2 * GLANCE), Step::Say(text)]
                }
                Some(wrong) => vec![Step::Say(wrong)],
                None => vec![Step::Say(text)],
            }
        };
        steps.extend(self.description());
        steps
    }

    /// The unusual part of the answer, which may be all of it.
    pub(crate) fn unusual(self) -> Option<Vec<u8>> {
        let is_setup = self.request.method() == Some(Method::Setup);
        if self.script == Script::WrongCseq && is_setup {
            return Some(reply(self.status(), self.cseq() + 7, OTHER_SESSION));
        }
        if self.names_another_session() {
            return Some(reply(self.status(), self.cseq(), OTHER_SESSION));
        }
        (self.script == Script::NotFound && is_setup).then(|| self.text())
    }

    fn names_another_session(self) -> bool {
        self.script == Script::WrongSession
            && self.request.method() == Some(Method::Play)
            && self.state == State::Ready
    }

    fn cseq(self) -> u64 {
        self.request.cseq().unwrap_or(self.number)
    }

    fn text(self) -> Vec<u8> {
        let is_setup = self.request.method() == Some(Method::Setup);
        let is_granted = self.status().starts_with("200");
        let has_session = self.state != State::Init || (is_setup && is_granted);
        let session = if has_session { self.session } else { "0" };
        reply(self.status(), self.cseq(), session)
    }

    /// The report's answer to DESCRIBE has a second write.
    fn description(self) -> Option<Step> {
        if self.request.method() != Some(Method::Describe) {
            return None;
        }
        let (session, name) = (self.session, self.request.name());
        let body = format!(
            "v=0\r\nm=video 2048 RTP/AVP 26\r\na=control:streamid={session}\r\n\
             a=mimetype:string;\"video/MJPEG\"\r\n"
        );
        let text = format!(
            "\nSession Description: \n\nContent-Base: {name}\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n{body}",
            body.len()
        );
        Some(Step::Say(text.into_bytes()))
    }
}

fn reply(status: &str, cseq: u64, session: &str) -> Vec<u8> {
    format!("RTSP/1.0 {status}\nCSeq: {cseq}\nSession: {session}\n").into_bytes()
}

/// A session id: six digits.
pub(crate) fn session_id() -> String {
    (200_000 + rand::random::<u32>() % 800_000).to_string()
}

/// Never given away by [`session_id`].
pub(crate) const OTHER_SESSION: &str = "123456";
/// How long to watch for a request that comes before the reply to the one before it.
const GLANCE: Duration = Duration::from_millis(150);
const LATE: Duration = Duration::from_secs(1);
/// The time between two segments of a reply.
const BETWEEN: Duration = Duration::from_millis(50);
/// The first segment of a reply ends inside its second line.
const SPLIT: usize = "RTSP/1.0 200 OK\nCS".len();

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(script: Script, text: &str, state: State) -> Vec<Step> {
        let request = Request::new(text.as_bytes().to_vec());
        Question { script, request: &request, state, session: "571600", number: 2 }.answer()
    }

    fn said(script: Script, text: &str, state: State) -> Vec<String> {
        let of_step = |step| match step {
            Step::Say(bytes) => Some(String::from_utf8(bytes).unwrap()),
            Step::Hold(_) => None,
        };
        steps(script, text, state).into_iter().filter_map(of_step).collect()
    }

    const SETUP: &str = "SETUP a RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n";
    const PLAY: &str = "PLAY a RTSP/1.0\nCSeq: 2\nSession: 571600\n";

    #[test]
    fn what_the_state_allows_is_granted_and_nothing_else() {
        let granted = "RTSP/1.0 200 OK\nCSeq: 1\nSession: 571600\n";
        assert_eq!(said(Script::Plain, SETUP, State::Init), [granted]);
        let refused = "RTSP/1.0 455 Method Not Valid in This State\nCSeq: 2\nSession: 0\n";
        assert_eq!(said(Script::Plain, PLAY, State::Init), [refused]);
        let unknown = "RTSP/1.0 501 Not Implemented\nCSeq: 2\nSession: 571600\n";
        assert_eq!(said(Script::Plain, "FLY a", State::Ready), [unknown]);
    }

    #[test]
    fn each_variation_says_what_it_is_called() {
        let other = "RTSP/1.0 200 OK\nCSeq: 8\nSession: 123456\n";
        assert_eq!(said(Script::WrongCseq, SETUP, State::Init).first().unwrap(), other);
        let other = "RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456\n";
        assert_eq!(said(Script::WrongSession, PLAY, State::Ready), [other]);
        let missing = "RTSP/1.0 404 File Not Found\nCSeq: 1\nSession: 0\n";
        assert_eq!(said(Script::NotFound, SETUP, State::Init), [missing]);
        let parts = said(Script::SplitReply, PLAY, State::Ready);
        assert_eq!(parts, ["RTSP/1.0 200 OK\nCS", "eq: 2\nSession: 571600\n"]);
        assert_eq!(steps(Script::LateReply, PLAY, State::Ready).first(), Some(&Step::Hold(LATE)));
    }
}
