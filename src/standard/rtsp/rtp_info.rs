//! The packet that a PLAY begins with (RFC 2326 section 12.33).
//!
//! Players that are given a wrong one show no picture, so it is better to send none.
//!
//! ```
//! use rtsp_lab::standard::rtsp::RtpInfo;
//!
//! let value = "url=rtsp://h/movie/track1;seq=45102;rtptime=12345678";
//! let [track] = RtpInfo::parse_list(value).try_into().unwrap();
//! assert_eq!((track.sequence_number, track.timestamp), (Some(45_102), Some(12_345_678)));
//! assert_eq!(track.to_string(), value);
//! ```

use std::fmt;

use super::url::RtspUrl;

/// One track in the header `RTP-Info`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RtpInfo {
    /// The track's URL as the server wrote it, sometimes relative.
    pub url: String,
    /// `seq`: the sequence number of the first packet.
    pub sequence_number: Option<u16>,
    /// `rtptime`: the RTP timestamp that belongs to the beginning of the Range in the reply.
    pub timestamp: Option<u32>,
}

impl RtpInfo {
    /// Reads a list. A number that can't be read is left out, and so is a track without a URL.
    pub fn parse_list(value: &str) -> Vec<Self> {
        let (mut tracks, mut rest) = (Vec::new(), value);
        while !rest.is_empty() {
            let (track, after) = rest.split_at(end_of_track(rest));
            tracks.extend(Self::parse(track));
            rest = after.strip_prefix(',').unwrap_or(after);
        }
        tracks
    }

    fn parse(track: &str) -> Option<Self> {
        let value_of = |name: &str| {
            let mut parameters = track.split(';').filter_map(|part| part.split_once('='));
            let found = parameters.find(|(other, _)| other.trim().eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim().trim_matches('"'))
        };
        Some(Self {
            url: value_of("url").filter(|url| !url.is_empty())?.to_owned(),
            sequence_number: value_of("seq").and_then(|number| number.parse().ok()),
            timestamp: value_of("rtptime").and_then(|number| number.parse().ok()),
        })
    }

    /// The entry for that track: by its URL, by the end of it if the server writes relative ones,
    /// or the only one there is.
    pub fn of_track<'a>(list: &'a [Self], track: &RtspUrl) -> Option<&'a Self> {
        let text = track.to_string();
        let is_end = |url: &str| {
            let before = text.strip_suffix(url);
            before.is_some_and(|before| before.ends_with('/') || url.starts_with('/'))
        };
        let only = if let [only] = list { Some(only) } else { None };
        let by_url = list.iter().find(|info| info.url == text);
        by_url.or_else(|| list.iter().find(|info| is_end(&info.url))).or(only)
    }
}

impl fmt::Display for RtpInfo {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "url={}", self.url)?;
        if let Some(number) = self.sequence_number {
            write!(out, ";seq={number}")?;
        }
        self.timestamp.map_or(Ok(()), |timestamp| write!(out, ";rtptime={timestamp}"))
    }
}

/// A comma may be part of a URL: only one before the next `url=` ends a track.
fn end_of_track(list: &str) -> usize {
    let begins = |rest: &str| {
        let name = rest.trim_start().get(..4);
        name.is_some_and(|name| name.eq_ignore_ascii_case("url="))
    };
    let mut commas = list.match_indices(',').map(|(at, _)| at);
    let end = commas.find(|&at| list.get(at + 1..).is_some_and(begins));
    end.unwrap_or(list.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn info(url: &str, sequence_number: Option<u16>, timestamp: Option<u32>) -> RtpInfo {
        RtpInfo { url: url.to_owned(), sequence_number, timestamp }
    }

    #[test]
    fn lists_are_read_as_servers_write_them() {
        for (value, tracks) in [
            ("", vec![]),
            ("seq=1;rtptime=2", vec![]),
            ("url=;seq=1", vec![]),
            (
                "url=rtsp://h/m/track1;seq=1;rtptime=2",
                vec![info("rtsp://h/m/track1", Some(1), Some(2))],
            ),
            (
                "url=rtsp://h/a,b;seq=65535, URL=\"c\"; rtptime=4294967295 ;seq=0",
                vec![info("rtsp://h/a,b", Some(65_535), None), info("c", Some(0), Some(u32::MAX))],
            ),
            (
                ",url=a;seq=65536,,url=b;rtptime=-1",
                vec![info("a", None, None), info("b", None, None)],
            ),
        ] {
            assert_eq!(RtpInfo::parse_list(value), tracks, "{value}");
        }
    }

    #[test]
    fn the_own_track_is_found_among_several() {
        let track = RtspUrl::parse("rtsp://h/m/track2").unwrap();
        for (value, found) in [
            ("url=rtsp://h/m/track1;seq=1,url=rtsp://h/m/track2;seq=2", Some(2)),
            ("url=track1;seq=1,url=track2;seq=2", Some(2)),
            ("url=/m/track1;seq=1,url=/m/track2;seq=2", Some(2)),
            ("url=rtsp://other/name;seq=3", Some(3)),
            ("url=xtrack2;seq=1,url=k2;seq=2", None),
            ("", None),
        ] {
            let list = RtpInfo::parse_list(value);
            let info = RtpInfo::of_track(&list, &track);
            assert_eq!(info.and_then(|info| info.sequence_number), found, "{value}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            tracks in proptest::collection::vec(
                ("rtsp://h/[a-z0-9,=/]{0,12}x", any::<Option<u16>>(), any::<Option<u32>>()), 0..4),
        ) {
            let tracks: Vec<_> =
                tracks.into_iter().map(|(url, seq, time)| info(&url, seq, time)).collect();
            let texts: Vec<_> = tracks.iter().map(RtpInfo::to_string).collect();
            prop_assert_eq!(RtpInfo::parse_list(&texts.join(",")), tracks.clone());
            prop_assert_eq!(RtpInfo::parse_list(&texts.join(", ")), tracks);
        }

        #[test]
        fn any_text_is_read(value in "(url=|URL=|,|;|seq=|[0-9]|\\PC){0,40}") {
            let _ = RtpInfo::parse_list(&value);
        }
    }
}
