//! Messages of the standard dialect, RTSP/1.0 as RFC 2326 has it: what players and cameras speak.
//!
//! Unlike the lab's messages, they have a clear end: an empty line, after which a body follows if
//! `Content-Length` says so. [`end_of_message`] finds the end in a stream of bytes; `parse` reads
//! the message.
//!
//! ```
//! use rtsp_lab::rtsp::Method;
//! use rtsp_lab::standard::rtsp::{StandardReply, StandardRequest, StandardStatus, Target};
//!
//! let bytes = b"DESCRIBE rtsp://h/movie.Mjpeg RTSP/1.0\r\nCseq: 2\r\nAccept: */*\r\n\r\n";
//! let request = StandardRequest::parse(bytes)?;
//! assert_eq!((request.method, request.cseq), (Method::Describe.into(), 2));
//! let Target::Url(url) = &request.target else { unreachable!() };
//! assert_eq!(url.movie("track1"), ("movie.Mjpeg".to_owned(), false));
//!
//! let reply = StandardReply::new(StandardStatus::NotFound, request.cseq).with("Server", "lab");
//! assert_eq!(reply.encode(), "RTSP/1.0 404 Not Found\r\nCSeq: 2\r\nServer: lab\r\n\r\n");
//! assert_eq!(StandardReply::parse(reply.encode().as_bytes())?, reply);
//! # Ok::<(), rtsp_lab::standard::rtsp::BadMessage>(())
//! ```

mod authentication;
mod bad_message;
mod headers;
pub mod inbox;
mod message;
mod method;
pub mod npt;
mod reply;
mod request;
mod rtp_info;
mod session;
mod status;
pub mod transport;
mod url;

pub use authentication::{Challenge, Credentials};
pub use bad_message::{BadMessage, Flaw};
pub(crate) use headers::one_line;
pub use headers::{Headers, MAX_HEADERS, TooManyHeaders};
pub use message::end_of_message;
pub use method::StandardMethod;
pub use reply::StandardReply;
pub use request::{StandardRequest, Target};
pub use rtp_info::RtpInfo;
pub use session::{DEFAULT_TIMEOUT, SessionHeader};
pub use status::StandardStatus;
pub use url::{BadUrl, DEFAULT_PORT, RtspUrl, UrlFlaw};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtsp::Method;
    use proptest::prelude::*;

    fn url(text: &str) -> Target {
        Target::Url(RtspUrl::parse(text).unwrap())
    }

    fn refused(text: &str) -> (u16, Option<u32>) {
        let error = StandardRequest::parse(text.as_bytes()).unwrap_err();
        assert!(error.to_string().starts_with("read message: "), "{error}");
        (error.status().code(), error.answer().cseq)
    }

    /// SETUP as `ffmpeg` writes it.
    const SETUP: &str = "SETUP rtsp://127.0.0.1:8554/movie/track1 RTSP/1.0\r\n\
        Transport: RTP/AVP/UDP;unicast;client_port=21048-21049\r\n\
        CSeq: 3\r\nUser-Agent: Lavf59.27.100\r\n\r\n";

    /// A reply as VLC writes it, without `\r` and with a body.
    const REPLY: &str = "RTSP/1.0 200 OK\nServer: VLC/3.0.24\nContent-Length: 5\n\
        Content-Base: rtsp://127.0.0.1:8554/movie\nCseq: 2\n\nv=0\r\n";

    #[test]
    fn a_players_request_is_read() {
        let request = StandardRequest::parse(SETUP.as_bytes()).unwrap();
        assert_eq!(request.method, Method::Setup.into());
        assert_eq!(request.target, url("rtsp://127.0.0.1:8554/movie/track1"));
        assert_eq!(request.cseq, 3);
        assert_eq!(request.headers.get("user-agent"), Some("Lavf59.27.100"));
        assert_eq!(request.headers.get("CSeq"), None, "it has a field");
    }

    #[test]
    fn a_servers_reply_is_read() {
        let reply = StandardReply::parse(REPLY.as_bytes()).unwrap();
        assert_eq!((reply.code, reply.reason.as_str(), reply.cseq), (200, "OK", Some(2)));
        assert_eq!(reply.headers.get("Content-Base"), Some("rtsp://127.0.0.1:8554/movie"));
        assert_eq!(reply.body, "v=0\r\n");
        assert!(reply.is_ok());
    }

    #[test]
    fn odd_requests_are_understood() {
        for (text, method, target, cseq) in [
            ("OPTIONS  *  RTSP/1.0\nCSEQ:1\n\n", Method::Options, Target::Server, 1),
            (
                "\r\n\nPLAY  rtsp://h/a\tRTSP/1.0 \r\ncseq : 2\r\n\r\n",
                Method::Play,
                url("rtsp://h/a"),
                2,
            ),
            (
                "PAUSE rtsp://h/my movie RTSP/1.0\nCSeq: 4\nCSeq: 5\n\nmore",
                Method::Pause,
                url("rtsp://h/my%20movie"),
                4,
            ),
        ] {
            let request = StandardRequest::parse(text.as_bytes()).unwrap();
            assert_eq!((request.method, request.cseq), (method.into(), cseq), "{text}");
            assert_eq!((request.target, request.body.as_str()), (target, ""), "{text}");
        }
    }

    #[test]
    fn what_is_refused_gets_the_rfcs_status_and_its_number() {
        for (text, status, cseq) in [
            ("", 400, None),
            ("garbage\r\nCSeq: 1\r\n\r\n", 400, Some(1)),
            ("PLAY RTSP/1.0\r\nCSeq: 1\r\n\r\n", 400, Some(1)),
            ("PLAY rtsp://h/ HTTP/1.0\r\nCSeq: 1\r\n\r\n", 400, Some(1)),
            ("PLAY http://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n", 400, Some(1)),
            ("PLAY rtsp://h/ RTSP/1.0\r\n\r\n", 400, None),
            ("PLAY rtsp://h/ RTSP/1.0\r\nCSeq: -1\r\n\r\n", 400, None),
            ("PLAY rtsp://h/ RTSP/1.0\r\nA: b\r\n\r\nCSeq: 1\r\n\r\n", 400, None),
            ("PLAY rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n", 400, Some(1)),
            ("PLAY rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 2\r\n\r\nx", 400, Some(1)),
            ("PLAY rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\nContent-Length: x\r\n\r\nx", 400, Some(1)),
            ("PLAY rtsp://h/ RTSP/2.0\r\nCSeq: 1\r\n\r\n", 505, Some(1)),
            ("FETCH rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n", 501, Some(1)),
            ("play rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n", 501, Some(1)),
        ] {
            assert_eq!(refused(text), (status, cseq), "{text}");
        }
        let many = "A: b\r\n".repeat(MAX_HEADERS + 1);
        assert_eq!(refused(&format!("PLAY rtsp://h/ RTSP/1.0\r\n{many}\r\n")).0, 400);
    }

    #[test]
    fn what_is_known_and_not_served_is_read_to_be_answered_405() {
        let text = "RECORD rtsp://h/a RTSP/1.0\r\nCSeq: 1\r\n\r\n";
        let request = StandardRequest::parse(text.as_bytes()).unwrap();
        assert!(!request.method.is_served());
        let reply = StandardReply::new(StandardStatus::MethodNotAllowed, request.cseq)
            .with("Allow", StandardMethod::public());
        assert!(
            reply.encode().starts_with("RTSP/1.0 405 Method Not Allowed\r\nCSeq: 1\r\nAllow: OPT")
        );
    }

    #[test]
    fn an_error_says_what_was_found() {
        for (text, found) in [
            ("PLAY x\n\n", "expected METHOD URL RTSP/1.0 in line 1, found \"PLAY x\""),
            ("PLAY x RTSP/1.0\n", "expected an empty line after the headers, found none"),
            ("PLAY x RTSP/1.0\n\n", "expected a line with CSeq and a number, found none"),
            ("PLAY x RTSP/2.0\n\n", "expected version RTSP/1.0 in line 1, found \"RTSP/2.0\""),
            ("FETCH x RTSP/1.0\nCSeq: 1\n\n", "unknown method \"FETCH\" in line 1"),
            (
                "PLAY x RTSP/1.0\nCSeq: 1\n\n",
                "line 1: read URL: expected rtsp:// at its beginning, found \"x\"",
            ),
            ("PLAY x RTSP/1.0\nContent-Length: 9\n\nbody", "expected 9 bytes of body, found 4"),
            (
                "PLAY x RTSP/1.0\nContent-Length: many\n\n",
                "expected a number in Content-Length, found \"many\"",
            ),
        ] {
            let error = StandardRequest::parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), format!("read message: {found}"));
        }
        let error = StandardReply::parse(b"RTSP/1.0 OK\n\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "read message: expected RTSP/1.0 and a status code in line 1, found \"RTSP/1.0 OK\""
        );
    }

    #[test]
    fn an_answer_to_what_has_no_number_has_none() {
        let error = StandardRequest::parse(b"x\n\n").unwrap_err();
        assert_eq!(error.answer().encode(), "RTSP/1.0 400 Bad Request\r\n\r\n");
    }

    #[test]
    fn nothing_can_slip_a_line_into_a_message() {
        let mut reply = StandardReply::new(StandardStatus::Ok, 1).with("A", "b\r\nC: d");
        reply.reason = "OK\r\nE: f".to_owned();
        assert_eq!(reply.encode(), "RTSP/1.0 200 OK  E: f\r\nCSeq: 1\r\nA: b  C: d\r\n\r\n");
    }

    #[test]
    fn a_message_cut_anywhere_is_none_yet_and_glued_to_the_next_it_ends_where_it_ends() {
        let body = StandardReply::new(StandardStatus::Ok, 2)
            .with_body("application/sdp", "v=0\r\n\r\n".to_owned())
            .encode();
        for text in [SETUP, REPLY, &body, &format!("\r\n\n{SETUP}")] {
            let bytes = text.as_bytes();
            for cut in 0..bytes.len() {
                assert_eq!(end_of_message(&bytes[..cut], 4096), Ok(None), "{text:?} at {cut}");
                assert!(StandardRequest::parse(&bytes[..cut]).is_err(), "{text:?} at {cut}");
                assert!(StandardReply::parse(&bytes[..cut]).is_err(), "{text:?} at {cut}");
            }
            for next in ["", "\r\n", SETUP, "$\0\0\x01x"] {
                let glued = format!("{text}{next}");
                assert_eq!(end_of_message(glued.as_bytes(), 4096), Ok(Some(text.len())));
            }
        }
    }

    #[test]
    fn a_message_as_long_as_allowed_is_taken_and_a_longer_one_refused() {
        let length = SETUP.len();
        assert_eq!(end_of_message(SETUP.as_bytes(), length), Ok(Some(length)));
        assert!(end_of_message(SETUP.as_bytes(), length - 1).is_err());
        assert!(end_of_message(&[b'x'; 10], 10).is_err(), "its end can't come within the limit");
        assert_eq!(end_of_message(&[b'x'; 9], 10), Ok(None));
        let odd = "PLAY x RTSP/1.0\nContent-Length: x\n\n";
        assert_eq!(end_of_message(odd.as_bytes(), 4096), Ok(Some(odd.len())), "400, then");
        let endless = "PLAY x RTSP/1.0\nContent-Length: 18446744073709551615\n\n";
        assert!(end_of_message(endless.as_bytes(), 4096).is_err());
    }

    prop_compose! {
        fn headers()(values in proptest::collection::vec("\\PC{0,20}", 0..4)) -> Headers {
            let mut headers = Headers::new();
            for (value, name) in values.into_iter().zip(["Session", "Range", "X-A", "Range"]) {
                headers.push(name, value);
            }
            headers
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_parsed(
            method in proptest::sample::select(StandardMethod::ALL.to_vec()),
            path in "\\PC{0,20}",
            (code, cseq, reason) in (100..1000_u16, any::<u32>(), "[A-Za-z]{1,9}( [A-Za-z]{1,9})?"),
            (headers, body) in (headers(), "(\\PC|\r|\n){0,20}"),
        ) {
            let movie = url(&format!("rtsp://h/{path}"));
            let target = if path.is_empty() { Target::Server } else { movie };
            let (mut request, body) = (StandardRequest::new(method, target, cseq), body.clone());
            (request.headers, request.body) = (headers.clone(), body.clone());
            let text = request.encode();
            prop_assert_eq!(end_of_message(text.as_bytes(), 4096), Ok(Some(text.len())));
            prop_assert_eq!(StandardRequest::parse(text.as_bytes()), Ok(request));
            let reply = StandardReply { code, reason, cseq: Some(cseq), headers, body };
            let text = reply.encode();
            prop_assert_eq!(end_of_message(text.as_bytes(), 4096), Ok(Some(text.len())));
            prop_assert_eq!(StandardReply::parse(text.as_bytes()), Ok(reply));
        }

        #[test]
        fn any_bytes_are_parsed_or_refused(
            bytes in proptest::collection::vec(proptest::sample::select(
                b"\r\n\n\n\n: \tPLAY rtsp://[h]* RTSP/1.0 200CSeq1Content-Length9\xFF\0".to_vec(),
            ), 0..200),
            start in "(PLAY rtsp://h/ RTSP/1.0|RTSP/1.0 200 OK)?\r?\n?",
        ) {
            let bytes = [start.as_bytes(), &bytes].concat();
            let end = end_of_message(&bytes, 150);
            let (request, reply) = (StandardRequest::parse(&bytes), StandardReply::parse(&bytes));
            if request.is_ok() || reply.is_ok() {
                prop_assert!(matches!(end, Ok(Some(_)) | Err(_)));
            }
            if let Ok(Some(end)) = end {
                let error = StandardRequest::parse(&bytes[..end]).err();
                let cut = error.is_some_and(|e| matches!(e.flaw, Flaw::NoEnd | Flaw::Body { .. }));
                prop_assert!(!cut, "the two agree on the end");
            }
            for error in request.err().into_iter().chain(reply.err()) {
                prop_assert!(error.answer().encode().ends_with("\r\n\r\n"), "{}", error);
            }
        }
    }
}
