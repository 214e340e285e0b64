//! RTCP (RFC 3550 section 6), read and written by hand.

use std::time::{Duration, SystemTime};

/// A sender report, and what follows it in the same compound packet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SenderReport {
    pub(crate) ssrc: u32,
    /// Seconds since 1900.
    pub(crate) ntp: f64,
    /// The RTP time of the same instant.
    pub(crate) rtp: u32,
    pub(crate) packets: u32,
    pub(crate) octets: u32,
    pub(crate) cname: String,
    pub(crate) goodbye: bool,
}

impl SenderReport {
    /// SR, SDES with a CNAME, and maybe BYE: all of one source.
    #[track_caller]
    pub(crate) fn read(compound: &[u8]) -> Self {
        let parts = parts(compound);
        let kinds: Vec<_> = parts.iter().map(|(kind, count, _)| (*kind, *count)).collect();
        let goodbye = kinds.len() == 3;
        assert!(
            kinds == [(200, 0), (202, 1)] || kinds == [(200, 0), (202, 1), (203, 1)],
            "{kinds:?}"
        );
        let words: Vec<u32> = parts[0].2.chunks(4).map(word).collect();
        assert_eq!(words.len(), 6, "a sender report without reception reports");
        let sources: Vec<_> = parts.iter().map(|(.., body)| word(&body[..4])).collect();
        assert!(sources.iter().all(|&source| source == words[0]), "one source, found {sources:x?}");
        let item = &parts[1].2[4..];
        let length = usize::from(item[1]);
        assert_eq!(item[0], 1, "a CNAME");
        let (name, end) = item[2..].split_at(length);
        assert!((1..=4).contains(&end.len()) && end.iter().all(|&byte| byte == 0), "{end:?}");
        Self {
            ssrc: words[0],
            ntp: f64::from(words[1]) + f64::from(words[2]) / 2_f64.powi(32),
            rtp: words[3],
            packets: words[4],
            octets: words[5],
            cname: String::from_utf8(name.to_vec()).expect("a name"),
            goodbye,
        }
    }

    /// When, by this report, the RTP clock said `timestamp`: seconds since 1900.
    pub(crate) fn time_of(&self, timestamp: u32) -> f64 {
        #[expect(clippy::cast_possible_wrap, reason = "the upper half are the steps back")]
        let ticks = timestamp.wrapping_sub(self.rtp) as i32;
        self.ntp + f64::from(ticks) / 90_000.0
    }
}

/// The time of day as NTP counts it.
pub(crate) fn ntp_now() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    (since + Duration::from_secs(2_208_988_800)).as_secs_f64()
}

/// An empty receiver report, or one with a reception report of `ssrc`.
pub(crate) fn receiver_report(about: Option<u32>) -> Vec<u8> {
    let Some(ssrc) = about else { return b"\x80\xC9\0\x01\x12\x34\x56\x78".to_vec() };
    let mut report = b"\x81\xC9\0\x07\x12\x34\x56\x78".to_vec();
    report.extend(ssrc.to_be_bytes());
    // A quarter lost lately, one received twice in all; the highest number; jitter 10 ms.
    report.extend(b"\x40\xFF\xFF\xFF\0\0\x12\x34");
    report.extend(900_u32.to_be_bytes());
    report.extend([0; 8]);
    report
}

/// Type, count and body of each part.
#[track_caller]
fn parts(mut compound: &[u8]) -> Vec<(u8, u8, Vec<u8>)> {
    let mut parts = Vec::new();
    while let [first, kind, high, low, rest @ ..] = compound {
        assert_eq!(first & 0b1110_0000, 0b1000_0000, "version 2, no padding");
        let length = 4 * (usize::from(*high) << 8 | usize::from(*low));
        let (body, after) = rest.split_at(length);
        parts.push((*kind, first & 0b1_1111, body.to_vec()));
        compound = after;
    }
    assert!(compound.is_empty(), "whole parts");
    parts
}

fn word(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte))
}
