//! Who a source is, and that it leaves (RFC 3550 sections 6.5 and 6.6).

use super::bad_rtcp::BadRtcp;
use super::header::{GOODBYE, MAX_COUNT, SOURCE_DESCRIPTION, push_packet, take, take_u32};

/// One chunk of an SDES packet, of which only the name is of use here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceDescription {
    /// The source.
    pub ssrc: u32,
    /// Its name, CNAME, which stays when the number changes.
    pub cname: String,
}

/// BYE: these sources have stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goodbye {
    /// The sources, 31 at most.
    pub sources: Vec<u32>,
    /// Why, if the packet says so.
    pub reason: Option<String>,
}

impl SourceDescription {
    pub(super) fn encode(&self, datagram: &mut Vec<u8>) {
        let mut body = self.ssrc.to_be_bytes().to_vec();
        body.push(CNAME);
        push_text(&mut body, &self.cname);
        // At least one zero ends the list of items.
        body.push(0);
        pad(&mut body);
        push_packet(datagram, 1, SOURCE_DESCRIPTION, &body);
    }

    /// The chunks that have a name.
    pub(super) fn decode(count: u8, body: &[u8]) -> Result<Vec<Self>, BadRtcp> {
        let (mut named, mut rest) = (Vec::new(), body);
        for _ in 0..count {
            let ssrc = take_u32(&mut rest, "source description")?;
            let cname = take_items(&mut rest)?;
            named.extend(cname.map(|cname| Self { ssrc, cname }));
            // The next chunk begins with a word.
            let position = body.len() - rest.len();
            rest = rest.get(position.next_multiple_of(4) - position..).unwrap_or_default();
        }
        Ok(named)
    }
}

/// Takes the items of a chunk off the front, up to the zero that ends them; returns the first
/// CNAME.
fn take_items(rest: &mut &[u8]) -> Result<Option<String>, BadRtcp> {
    let mut cname = None;
    while !rest.is_empty() {
        let [item] = take(rest, "source description")?;
        if item == 0 {
            break;
        }
        let text = take_text(rest, "source description item")?;
        if item == CNAME && cname.is_none() {
            cname = Some(text);
        }
    }
    Ok(cname)
}

impl Goodbye {
    pub(super) fn encode(&self, datagram: &mut Vec<u8>) {
        let mut body = Vec::new();
        for ssrc in self.sources.iter().take(MAX_COUNT) {
            body.extend_from_slice(&ssrc.to_be_bytes());
        }
        if let Some(reason) = &self.reason {
            push_text(&mut body, reason);
            pad(&mut body);
        }
        push_packet(datagram, self.sources.len(), GOODBYE, &body);
    }

    pub(super) fn decode(count: u8, mut body: &[u8]) -> Result<Self, BadRtcp> {
        let body = &mut body;
        let sources: Result<_, _> = (0..count).map(|_| take_u32(body, "goodbye")).collect();
        let sources = sources?;
        let reason = if body.is_empty() { None } else { Some(take_text(body, "goodbye reason")?) };
        Ok(Self { sources, reason })
    }
}

/// A byte with the length, then so many bytes of text: 255 at most, and whole characters.
fn push_text(body: &mut Vec<u8>, text: &str) {
    let ends = text.char_indices().map(|(start, c)| start + c.len_utf8());
    let length = ends.take_while(|&end| u8::try_from(end).is_ok()).last().unwrap_or(0);
    body.push(u8::try_from(length).unwrap_or_default());
    body.extend_from_slice(text.as_bytes().get(..length).unwrap_or_default());
}

/// The mirror of [`push_text`]; bytes that are no text become `�`.
fn take_text(bytes: &mut &[u8], part: &'static str) -> Result<String, BadRtcp> {
    let [length] = take(bytes, part)?;
    let (expected, found) = (usize::from(length), bytes.len());
    let cut = BadRtcp::Cut { part, expected, found };
    let (text, rest) = bytes.split_at_checked(expected).ok_or(cut)?;
    *bytes = rest;
    Ok(String::from_utf8_lossy(text).into_owned())
}

/// Zeros up to a whole word.
fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

/// The item that every chunk has.
const CNAME: u8 = 1;
