//! The inbox of the standard dialect: RTSP messages and RTP packets in one stream of bytes.
//!
//! A message ends with an empty line and, after it, as many bytes as `Content-Length` says (RFC
//! 2326 section 4.4). A packet is a `$`, its channel, its length in two bytes, and its bytes
//! (section 10.12). So, unlike in the lab's dialect, the end of each is known and no clock is
//! needed.
//!
//! ```
//! use rtsp_lab::standard::rtsp::inbox::{Item, StandardInbox};
//!
//! let mut inbox = StandardInbox::default();
//! inbox.push(b"$\x01\0\x04RTCPOPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\nPLAY");
//! assert_eq!(inbox.next_item()?, Some(Item::Packet { channel: 1, bytes: b"RTCP".to_vec() }));
//! assert_eq!(inbox.next_item()?, Some(Item::Message("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n".into())));
//! assert_eq!(inbox.next_item()?, None);
//! # Ok::<(), rtsp_lab::rtsp::inbox::TooLong>(())
//! ```

use crate::rtsp::header::{content_length, empty_line};
use crate::rtsp::inbox::TooLong;

/// What has come and is not yet cut into messages and packets.
#[derive(Debug, Default)]
pub struct StandardInbox {
    bytes: Vec<u8>,
    /// How many bytes at the front have been searched for the end of the head, in vain.
    searched: usize,
    /// Where the message at the front ends, once its head is there. Kept, because the head may be
    /// long and the body come byte by byte: the head is not read again for each.
    end: Option<usize>,
}

/// One thing that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A request or a reply with its body; bytes that are no text are `�`.
    Message(String),
    /// A packet of RTP or RTCP.
    Packet {
        /// The channel that SETUP has agreed on for it.
        channel: u8,
        /// The packet.
        bytes: Vec<u8>,
    },
}

impl StandardInbox {
    /// An inbox in which some bytes have come already.
    pub const fn of(bytes: Vec<u8>) -> Self {
        Self { bytes, searched: 0, end: None }
    }

    /// Takes in what one `read` brought.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next message or packet that is complete.
    ///
    /// # Errors
    /// No message ends within [`MAX_MESSAGE`] bytes.
    pub fn next_item(&mut self) -> Result<Option<Item>, TooLong> {
        // Some programs send empty lines to keep a connection alive.
        let empty = self.bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.bytes.drain(..empty);
        if let [b'$', rest @ ..] = self.bytes.as_slice() {
            return Ok(packet(rest).map(|(item, length)| {
                self.bytes.drain(..=length);
                item
            }));
        }
        let end = self.end_of_message();
        if end.unwrap_or(self.bytes.len()) > MAX_MESSAGE {
            return Err(TooLong { limit: MAX_MESSAGE });
        }
        let Some(end) = end.filter(|&end| end <= self.bytes.len()) else { return Ok(None) };
        let text = String::from_utf8(self.cut(end));
        let text = text.unwrap_or_else(|bad| String::from_utf8_lossy(bad.as_bytes()).into_owned());
        Ok(Some(Item::Message(text)))
    }

    /// Whether a message has begun whose head does not end: its empty line is missing.
    pub(crate) fn lacks_empty_line(&self) -> bool {
        self.end.is_none() && self.bytes.first().is_some_and(u8::is_ascii_alphabetic)
    }

    /// Whether what has come is neither a packet nor the beginning of a message of RTSP.
    pub(crate) fn is_foreign(&self) -> bool {
        let begins = self.bytes.iter().take(MAX_FIRST_LINE).take_while(|byte| **byte != b'\n');
        let line: Vec<u8> = begins.copied().collect();
        line.first().is_some_and(|byte| *byte != b'$')
            && !line.windows(5).any(|word| word == b"RTSP/")
    }

    /// Takes out what is no packet, though it does not end as a message does; `None` if there is nothing.
    pub(crate) fn take_unfinished(&mut self) -> Option<String> {
        if matches!(self.bytes.as_slice(), [] | [b'$', ..]) {
            return None;
        }
        let rest = self.cut(self.bytes.len().min(MAX_MESSAGE));
        Some(String::from_utf8_lossy(&rest).into_owned())
    }

    /// Takes the first `end` bytes out. A message that came alone, as nearly all do, is not copied;
    /// of several that came at once, none keeps the memory of those after it.
    fn cut(&mut self, end: usize) -> Vec<u8> {
        (self.searched, self.end) = (0, None);
        if end < self.bytes.len() {
            return self.bytes.drain(..end).collect();
        }
        let mut message = std::mem::take(&mut self.bytes);
        message.shrink_to_fit();
        message
    }

    fn end_of_message(&mut self) -> Option<usize> {
        if self.end.is_none() {
            // An empty line is three bytes at most, of which two may have been searched.
            let from = self.searched.saturating_sub(2);
            let head = empty_line(self.bytes.get(from..)?).map(|end| from + end);
            let body = |end| content_length(&self.bytes, end).unwrap_or(0);
            self.end = head.map(|end| end.saturating_add(body(end)));
            self.searched = self.bytes.len();
        }
        self.end
    }
}

/// The packet after a `$`, and how many bytes it takes with channel and length; `None` if not all
/// of it is there.
fn packet(bytes: &[u8]) -> Option<(Item, usize)> {
    let (&[channel, high, low], rest) = bytes.split_first_chunk()?;
    let length = usize::from(u16::from_be_bytes([high, low]));
    let bytes = rest.get(..length)?.to_vec();
    Some((Item::Packet { channel, bytes }, 3 + length))
}

/// No first line of RTSP is longer.
const MAX_FIRST_LINE: usize = 1024;
/// The most bytes that a message may have: descriptions are long.
pub const MAX_MESSAGE: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn of_many_messages_at_once_none_keeps_room_for_the_others() {
        let mut inbox = StandardInbox::default();
        inbox.push(&b"OPTIONS * RTSP/1.0\r\n\r\n".repeat(1000));
        while let Some(Item::Message(text)) = inbox.next_item().unwrap() {
            assert!(text.capacity() < 100, "{} bytes for {text:?}", text.capacity());
        }
    }

    #[test]
    fn what_is_no_rtsp_is_told_from_what_is_not_whole() {
        for (bytes, is_foreign) in [
            (&b""[..], false),
            (b"RTSP/1.0 200 OK\r\nCSeq: 1", false),
            (b"ANNOUNCE rtsp://h/m RTSP/1.0\r\n", false),
            (b"$\0\xFF\xFFpacket", false),
            (b"<html>\nRTSP/1.0", true),
            (b"\x15\x03\x03\0\x02\x02\x46", true),
        ] {
            let mut inbox = StandardInbox::of(bytes.to_vec());
            assert_eq!(inbox.is_foreign(), is_foreign, "{bytes:?}");
            let is_packet_or_nothing = bytes.is_empty() || bytes[0] == b'$';
            assert_eq!(inbox.take_unfinished().is_none(), is_packet_or_nothing, "{bytes:?}");
            assert_eq!(inbox.take_unfinished(), None);
        }
    }

    fn items() -> Vec<Item> {
        let message = |text: &str| Item::Message(text.to_owned());
        vec![
            message("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
            Item::Packet { channel: 0, bytes: b"\r\n\r\n$\0\0\x01".to_vec() },
            message("SETUP rtsp://h/m RTSP/1.0\nCseq: 2\n\n"),
            Item::Packet { channel: 255, bytes: Vec::new() },
            message("RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 7\r\n\r\nv=0\r\n\r\n"),
            Item::Packet { channel: 1, bytes: vec![b'$'; 65_535] },
            message("GET_PARAMETER rtsp://h/m RTSP/1.0\r\ncontent-length: 0\r\n\r\n"),
        ]
    }

    fn bytes_of(items: &[Item]) -> Vec<u8> {
        let bytes = |item: &Item| match item {
            Item::Message(text) => text.clone().into_bytes(),
            Item::Packet { channel, bytes } => {
                let [high, low] = u16::try_from(bytes.len()).unwrap().to_be_bytes();
                [&[b'$', *channel, high, low], bytes.as_slice()].concat()
            }
        };
        items.iter().flat_map(bytes).collect()
    }

    fn feed<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<Item> {
        let (mut inbox, mut found) = (StandardInbox::default(), Vec::new());
        for part in parts {
            inbox.push(part);
            while let Some(item) = inbox.next_item().unwrap() {
                found.push(item);
            }
        }
        found
    }

    #[test]
    fn items_come_out_however_the_stream_is_split() {
        let bytes = bytes_of(&items());
        assert_eq!(feed([bytes.as_slice()]), items());
        for size in [1, 2, 3, 7, 1000] {
            assert_eq!(feed(bytes.chunks(size)), items(), "pieces of {size}");
        }
    }

    #[test]
    fn empty_lines_between_messages_are_nothing() {
        let bytes = [b"\r\n\r\n".to_vec(), bytes_of(&items()), b"\n".to_vec()].concat();
        assert_eq!(feed([bytes.as_slice()]), items());
    }

    #[test]
    fn a_message_without_end_is_refused_before_it_fills_the_memory() {
        for endless in [vec![b'x'; MAX_MESSAGE + 1], b"A\r\nContent-Length: 99999\r\n\r\n".to_vec()]
        {
            let mut inbox = StandardInbox::default();
            inbox.push(&endless);
            assert_eq!(inbox.next_item(), Err(TooLong { limit: MAX_MESSAGE }));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_cut_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut inbox = StandardInbox::default();
            inbox.push(&bytes);
            while let Ok(Some(_)) = inbox.next_item() {}
        }
    }
}
