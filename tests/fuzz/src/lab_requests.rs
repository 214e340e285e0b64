//! The lab's requests: where one ends, and what it says.

use std::time::Duration;

use rtsp_lab::rtsp::inbox::{MAX_REQUEST, TYPING_SILENCE};
use rtsp_lab::rtsp::request::target_is_url;
use rtsp_lab::rtsp::{Inbox, Method, Request};

use super::input::{Chance, Input};

/// The bytes as they stand, and requests that are made of them.
pub fn run(data: &[u8]) {
    let mut chance = Chance::of(data);
    let stretched = chance.stretch(data, MAX_REQUEST);
    for message in messages(Inbox::of_requests(), &stretched, MAX_REQUEST, &mut chance) {
        understand(&message);
    }
    split(&made(data), &mut chance);
}

/// What comes out of an inbox that bytes come into piece by piece, with pauses between them.
pub fn messages(mut inbox: Inbox, data: &[u8], limit: usize, chance: &mut Chance) -> Vec<String> {
    let (mut now, mut messages) = (Duration::ZERO, Vec::new());
    let mut pieces = chance.cut(data).into_iter();
    loop {
        let piece = pieces.next();
        match piece {
            Some(piece) => {
                now += Duration::from_millis([0, 0, 1, 11, 250][chance.below(5)]);
                inbox.push(piece, now);
            }
            None => now += TYPING_SILENCE,
        }
        loop {
            let has_next = inbox.has_next(now);
            let next = inbox.next(now);
            assert_eq!(has_next, !matches!(next, Ok(None)), "{next:?}");
            match next {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(error) => {
                    assert!(inbox.waiting().len() > limit, "{error}");
                    return messages;
                }
            }
            let found = messages.last().map_or(0, String::len);
            assert!((1..=3 * limit).contains(&found), "a message of {found} bytes");
        }
        assert!(inbox.waiting().len() <= limit, "{} bytes wait", inbox.waiting().len());
        assert_eq!(inbox.patience(now).is_none(), inbox.waiting().is_empty());
        if piece.is_none() {
            assert!(inbox.waiting().is_empty(), "what is left after a long silence");
            return messages;
        }
    }
}

/// A request that is understood says the same when it is written again.
fn understand(message: &str) {
    target_is_url(message);
    let request = match Request::parse(message) {
        Ok(request) => request,
        Err(error) => return assert!(error.to_string().starts_with("read request: ")),
    };
    assert_eq!(request.client_port.is_some(), request.method == Method::Setup);
    let again = Request::parse(&request.encode()).unwrap();
    let shown = |request: &Request| (request.method, request.target.clone(), request.cseq);
    assert_eq!(shown(&again), shown(&request));
    assert_eq!(again.client_port, request.client_port);
    // Spaces and colons before the session's name are of the header, not of the name.
    if let Some(session) = request.session.filter(|session| is_plain(session)) {
        if request.method != Method::Setup {
            assert_eq!(again.session, Some(session));
        }
    }
}

pub fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Requests as our client writes them.
fn made(data: &[u8]) -> Vec<Request> {
    let (mut input, mut requests) = (Input::new(data), Vec::new());
    while !input.is_empty() && requests.len() < 20 {
        let method = Method::ALL[usize::from(input.u8()) % Method::ALL.len()];
        let target = "abcdefgh/movie.Mjpeg"[usize::from(input.u8()) % 8..].to_owned();
        let is_setup = method == Method::Setup;
        requests.push(Request {
            method,
            target: Some(target),
            cseq: input.u32(),
            session: (!is_setup).then(|| input.u16().to_string()),
            client_port: is_setup.then(|| input.u16().max(1)),
        });
    }
    requests
}

/// However they are cut on the way, they are the same requests.
fn split(requests: &[Request], chance: &mut Chance) {
    let text: String = requests.iter().map(Request::encode).collect();
    let (mut inbox, mut read) = (Inbox::of_requests(), Vec::new());
    for piece in chance.cut(text.as_bytes()) {
        inbox.push(piece, Duration::ZERO);
        while let Some(message) = inbox.next(Duration::ZERO).unwrap() {
            read.push(Request::parse(&message).unwrap());
        }
    }
    assert_eq!(read, requests, "{text:?}");
}
