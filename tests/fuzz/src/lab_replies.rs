//! The lab's replies: where one ends, and what it says.

use std::time::Duration;

use rtsp_lab::rtsp::inbox::MAX_REPLY;
use rtsp_lab::rtsp::{Inbox, Reply, Status};

use super::input::{Chance, Input};
use super::lab_requests::{is_plain, messages};

/// The bytes as they stand, and replies that are made of them.
pub fn run(data: &[u8]) {
    let mut chance = Chance::of(data);
    let stretched = chance.stretch(data, MAX_REPLY);
    for message in messages(Inbox::of_replies(), &stretched, MAX_REPLY, &mut chance) {
        understand(&message);
    }
    split(&made(data), &mut chance);
}

/// A reply that is understood says the same when it is written again.
fn understand(message: &str) {
    let reply = match Reply::parse(message) {
        Ok(reply) => reply,
        Err(error) => return assert!(error.to_string().starts_with("read reply: ")),
    };
    assert!((100..1000).contains(&reply.code));
    assert_eq!(reply.is_ok(), (200..300).contains(&reply.code));
    let again = Reply::parse(&reply.encode()).unwrap();
    assert_eq!((again.code, again.reason), (reply.code, reply.reason));
    assert_eq!(again.cseq, reply.cseq.or(Some(0)));
    if let Some(session) = reply.session.filter(|session| is_plain(session)) {
        assert_eq!(again.session, Some(session));
    }
}

/// Replies as our server writes them.
fn made(data: &[u8]) -> Vec<Reply> {
    let statuses = [Status::Ok200, Status::FileNotFound404, Status::ConErr500];
    let (mut input, mut replies) = (Input::new(data), Vec::new());
    while !input.is_empty() && replies.len() < 20 {
        let status = statuses[usize::from(input.u8()) % statuses.len()];
        replies.push(Reply::new(status, input.u32(), input.u32()));
    }
    replies
}

/// However they are cut on the way, they are the same replies.
fn split(replies: &[Reply], chance: &mut Chance) {
    let text: String = replies.iter().map(Reply::encode).collect();
    let (mut inbox, mut read) = (Inbox::of_replies(), Vec::new());
    for piece in chance.cut(text.as_bytes()) {
        inbox.push(piece, Duration::ZERO);
        while let Some(message) = inbox.next(Duration::ZERO).unwrap() {
            read.push(Reply::parse(&message).unwrap());
        }
    }
    assert_eq!(read, replies, "{text:?}");
}
