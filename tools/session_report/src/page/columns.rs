//! Columns of 16 bits a packet, in base64: what the page's script draws single packets from.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::text::whole;

/// What the script takes for "none", and for "in the list of what is too large".
const NONE: u16 = u16::MAX;
const LISTED: u16 = u16::MAX - 1;

/// Numbers, most of which have 16 bits.
#[derive(Debug, Default)]
pub(super) struct Column {
    bytes: Vec<u8>,
    large: Vec<(usize, u64)>,
}

impl Column {
    pub(super) fn push(&mut self, number: Option<u64>) {
        let place = self.bytes.len() / 2;
        let short = match number.map(u16::try_from) {
            None => NONE,
            Some(Ok(short)) if short < LISTED => short,
            Some(_) => {
                self.large.push((place, number.unwrap_or_default()));
                LISTED
            }
        };
        self.bytes.extend(short.to_le_bytes());
    }

    /// The numbers in base64, and the list of the large ones.
    pub(super) fn value(&self) -> Value {
        json!([STANDARD.encode(&self.bytes), self.large])
    }
}

/// Bytes in base64.
pub(super) fn bytes(bytes: &[u8]) -> Value {
    Value::String(STANDARD.encode(bytes))
}

/// A time in tenths of a millisecond.
pub(super) fn tenths(time: f64) -> u64 {
    whole(time * 10.0)
}
