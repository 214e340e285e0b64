//! The standard dialect: messages and packets in one stream, and every header that is read.

use rtsp_lab::standard::rtsp::inbox::{Item, MAX_MESSAGE, StandardInbox};
use rtsp_lab::standard::rtsp::npt::NptRange;
use rtsp_lab::standard::rtsp::transport::{Answer, Offer};
use rtsp_lab::standard::rtsp::{
    Headers, RtpInfo, RtspUrl, SessionHeader, StandardMethod, StandardReply, StandardRequest,
    Target, end_of_message,
};

use super::input::{Chance, Input};

/// The bytes as a stream, then each message of it.
pub fn run(data: &[u8]) {
    let mut chance = Chance::of(data);
    made(data, &mut chance);
    let data = &chance.stretch(data, MAX_MESSAGE);
    let whole = items(&[data]);
    let pieces = items(&chance.cut(data));
    assert_eq!(pieces, whole, "it does not matter how a stream is cut");
    for item in whole.0 {
        match item {
            Item::Message(text) => understand(&text),
            Item::Packet { bytes, .. } => assert!(bytes.len() < data.len()),
        }
    }
    // Also what is no message may stand in a header.
    if let Ok(text) = std::str::from_utf8(data) {
        understand_value(text);
    }
}

/// Messages and packets as our client writes them, however they are cut on the way.
fn made(data: &[u8], chance: &mut Chance) {
    let (mut input, mut stream, mut expected) = (Input::new(data), Vec::new(), Vec::new());
    while !input.is_empty() && expected.len() < 20 {
        let (channel, length) = (input.u8(), input.u8());
        if channel & 1 == 0 {
            let bytes = input.take(length.into()).to_vec();
            stream.extend([b'$', channel, 0, u8::try_from(bytes.len()).unwrap()]);
            stream.extend_from_slice(&bytes);
            expected.push(Item::Packet { channel, bytes });
        } else {
            let method = StandardMethod::ALL[usize::from(channel) % StandardMethod::ALL.len()];
            let mut request = StandardRequest::new(method, Target::Server, input.u32());
            request.body = "x".repeat(length.into());
            stream.extend_from_slice(request.encode().as_bytes());
            expected.push(Item::Message(request.encode()));
        }
    }
    assert_eq!(items(&chance.cut(&stream)), (expected, false));
}

/// What a stream brings, and whether it ends in an error.
fn items(pieces: &[&[u8]]) -> (Vec<Item>, bool) {
    let (mut inbox, mut items) = (StandardInbox::default(), Vec::new());
    for piece in pieces {
        inbox.push(piece);
        loop {
            match inbox.next_item() {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break,
                Err(_) => return (items, true),
            }
        }
    }
    (items, false)
}

fn understand(text: &str) {
    assert!(text.len() <= 3 * MAX_MESSAGE, "the longest is all bytes that are no text");
    let found = end_of_message(text.as_bytes(), usize::MAX);
    assert!(found.is_ok_and(|end| end.is_none_or(|end| end <= text.len())));
    match StandardRequest::parse(text.as_bytes()) {
        Ok(request) => {
            let again = StandardRequest::parse(request.encode().as_bytes());
            assert_eq!(again.as_ref(), Ok(&request));
            understand_headers(&request.headers);
        }
        Err(error) => {
            assert!(error.to_string().starts_with("read message: "));
            assert!(error.answer().code >= 400);
        }
    }
    match StandardReply::parse(text.as_bytes()) {
        Ok(reply) => {
            assert_eq!(StandardReply::parse(reply.encode().as_bytes()).as_ref(), Ok(&reply));
            understand_headers(&reply.headers);
        }
        Err(error) => assert!(error.to_string().starts_with("read message: ")),
    }
}

fn understand_headers(headers: &Headers) {
    for (name, value) in headers.iter() {
        assert!(!name.is_empty() && !name.contains(char::is_control));
        assert!(!value.contains(char::is_control));
        understand_value(value);
    }
    let asked = RtspUrl::parse("rtsp://127.0.0.1/movie").unwrap();
    RtspUrl::base(headers, &asked).resolve("track1").unwrap();
}

/// Any header may have any value.
fn understand_value(value: &str) {
    for offer in Offer::parse_list(value) {
        match offer {
            Ok(offer) => {
                let again: Vec<_> = Offer::parse_list(&offer.to_string()).collect();
                if !is_odd(value) {
                    assert_eq!(again, [Ok(offer)]);
                }
            }
            Err(error) => assert!(error.to_string().starts_with("read transport: ")),
        }
    }
    match Answer::parse(value) {
        Ok(answer) if is_odd(value) => drop(Answer::parse(&answer.to_string())),
        Ok(answer) => assert_eq!(Answer::parse(&answer.to_string()), Ok(answer)),
        Err(error) => assert!(error.to_string().starts_with("read transport: ")),
    }
    match NptRange::parse(value) {
        Ok(range) => assert_eq!(NptRange::parse(&range.to_string()), Ok(range)),
        Err(error) => assert!([457, 501].contains(&error.status().code())),
    }
    if let Some(session) = SessionHeader::parse(value) {
        assert_eq!(SessionHeader::parse(&session.to_string()), Some(session));
    }
    let tracks = RtpInfo::parse_list(value);
    if !is_odd(value) {
        let list: Vec<_> = tracks.iter().map(RtpInfo::to_string).collect();
        assert_eq!(RtpInfo::parse_list(&list.join(",")), tracks);
    }
    understand_url(value, &tracks);
}

fn understand_url(text: &str, tracks: &[RtpInfo]) {
    let base = RtspUrl::parse("rtsp://h/movies/a%20movie?b").unwrap();
    drop(base.resolve(text));
    drop(RtspUrl::of_movie(text, 8554, text));
    let url = match RtspUrl::parse(text) {
        Ok(url) => url,
        Err(error) => return drop(error.to_string()),
    };
    assert_eq!(RtspUrl::parse(&url.to_string()).as_ref(), Ok(&url));
    assert!(url.port() != 0 && !url.host().is_empty());
    assert!(!url.to_string().contains([' ', '\r', '\n']));
    let (movie, _) = url.movie("track1");
    assert!(movie.len() <= 3 * text.len());
    let track = url.resolve("track1").unwrap();
    // Without a movie there is no track, but a movie that is called so.
    let found = track.movie("track1");
    assert!(found == (url.movie("").0, true) || found == ("track1".to_owned(), false), "{found:?}");
    RtpInfo::of_track(tracks, &track);
}

/// Quotes, and what they can hide, are not written again.
fn is_odd(value: &str) -> bool {
    value.contains(['"', ';', ',']) && value.contains('"')
}
