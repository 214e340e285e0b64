//! A client's request, taken apart without assuming more than is there.

use rtsp_lab::rtsp::Method;

/// The bytes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request(Vec<u8>);

impl Request {
    pub(crate) const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The lines without their ends, and without empty ones at the end.
    pub(crate) fn lines(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.0);
        text.trim_end().split('\n').map(|line| line.trim_end().to_owned()).collect()
    }

    /// The first word.
    pub(crate) fn word(&self) -> String {
        let lines = self.lines();
        let word = lines.first().and_then(|line| line.split_whitespace().next());
        word.unwrap_or_default().to_owned()
    }

    /// The method, in capitals or not; `None` if it is none of the known ones.
    pub(crate) fn method(&self) -> Option<Method> {
        Method::named(&self.word().to_ascii_uppercase())
    }

    /// The text between the method and the last `RTSP/`, or the line's end.
    pub(crate) fn name(&self) -> String {
        let lines = self.lines();
        let line = lines.first().map_or("", String::as_str);
        let after = line.trim_start().strip_prefix(self.word().as_str()).unwrap_or_default();
        after.rsplit_once("RTSP/").map_or(after, |(name, _)| name).trim().to_owned()
    }

    /// The line of the `CSeq`. It has one of the names that lab clients give it, or it is the
    /// second line and has no name.
    pub(crate) fn cseq_line(&self) -> Option<String> {
        let lines = self.lines();
        let is_bare = |line: &&String| !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit());
        let named = lines.iter().find(|line| has_name(line, &["cseq", "seeq"]));
        named.or_else(|| lines.get(1).filter(is_bare)).cloned()
    }

    /// The `CSeq`.
    pub(crate) fn cseq(&self) -> Option<u64> {
        let line = self.cseq_line()?;
        line.rsplit([':', ' ']).next()?.parse().ok()
    }

    /// The line of the session.
    pub(crate) fn session_line(&self) -> Option<String> {
        self.lines().into_iter().find(|line| has_name(line, &["session"]))
    }

    /// The session that it names, without what follows a semicolon.
    pub(crate) fn session(&self) -> Option<String> {
        let line = self.session_line()?;
        let value = line.get("session".len()..)?.trim_start_matches([':', ' ']);
        Some(value.split(';').next().unwrap_or_default().trim().to_owned())
    }

    /// The line that tells the RTP port.
    pub(crate) fn transport_line(&self) -> Option<String> {
        let names = ["transport", "rtp", "client_port"];
        self.lines().into_iter().skip(1).find(|line| has_name(line, &names))
    }

    /// The RTP port: the number after `client_port`, or else the last one of the line.
    pub(crate) fn port(&self) -> Option<u16> {
        let line = self.transport_line()?;
        let is_digit = |c: char| c.is_ascii_digit();
        let mut numbers = match line.split_once("client_port") {
            Some((_, after)) => after.split(|c| !is_digit(c)).find(|part| !part.is_empty()),
            None => line.rsplit(|c| !is_digit(c)).find(|part| !part.is_empty()),
        };
        numbers.take()?.parse().ok().filter(|&port| port != 0)
    }
}

/// Whether the line begins with one of these names, whatever the case.
fn has_name(line: &str, names: &[&str]) -> bool {
    let name: String = line.chars().take_while(|c| c.is_alphabetic() || *c == '_').collect();
    names.contains(&name.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Request {
        Request::new(text.as_bytes().to_vec())
    }

    #[test]
    fn the_reports_own_requests_are_read() {
        let setup = "SETUP my movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008";
        let setup = request(setup);
        assert_eq!((setup.method(), setup.name()), (Some(Method::Setup), "my movie.Mjpeg".into()));
        assert_eq!((setup.cseq(), setup.port(), setup.session()), (Some(1), Some(5008), None));
        let play = request("PLAY a RTSP/1.0\r\nCSeq: 2\r\nSession: 571600\r\n\r\n");
        assert_eq!((play.cseq(), play.session()), (Some(2), Some("571600".to_owned())));
    }

    #[test]
    fn the_forms_that_servers_take_are_read() {
        for line in ["Cseq: 7", "SEeq: 7", "CSeq 7", "cseq:7", "7"] {
            assert_eq!(request(&format!("PLAY a\n{line}\nx")).cseq(), Some(7), "{line}");
        }
        for line in ["CSeq: x", "CSeq:", "Session: 7", "x7"] {
            assert_eq!(request(&format!("PLAY a\n{line}\nx")).cseq(), None, "{line}");
        }
        for line in [
            "Transport: RTP/UDP;client_port=5008",
            "Transport: TCP/UDP ; client_port = 5008",
            "Transport: RTP/AVP;unicast;client_port=5008-5009",
            "RTP/UDP 5008",
            "client_port: 5008",
        ] {
            assert_eq!(request(&format!("SETUP a\n1\n{line}")).port(), Some(5008), "{line}");
        }
        assert_eq!(request("SETUP a\n1\nTransport: RTP/UDP; client_port=").port(), None);
        assert_eq!(request("PLAY a\n1\nsession:AbC;timeout=60").session(), Some("AbC".to_owned()));
        assert_eq!(request("PLAY RTSP/1.0\n1").name(), "");
        assert_eq!(request("").method(), None);
    }
}
