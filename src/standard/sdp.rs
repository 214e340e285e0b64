//! Session descriptions, the answer to DESCRIBE (RFC 4566; under RTSP: RFC 2326 appendix C).
//!
//! They are written in the order of RFC 4566 section 5, and read with all the liberties that
//! servers and cameras take. Only the first JPEG video counts, because nothing else can be played
//! here.
//!
//! ```
//! use rtsp_lab::standard::rtsp::npt::NptRange;
//! use rtsp_lab::standard::sdp::Description;
//! use std::time::Duration;
//!
//! let mut description = Description::of_movie("movie.Mjpeg", 7, "192.0.2.1", "track1");
//! description.range = Some(NptRange::between(Duration::ZERO, Duration::from_secs(25)));
//! description.video.framerate = Some(20.0);
//! let text = description.encode();
//! assert_eq!(text.lines().collect::<Vec<_>>(), [
//!     "v=0",
//!     "o=- 7 1 IN IP4 192.0.2.1",
//!     "s=movie.Mjpeg",
//!     "c=IN IP4 0.0.0.0",
//!     "t=0 0",
//!     "a=control:*",
//!     "a=range:npt=0-25.000",
//!     "m=video 0 RTP/AVP 26",
//!     "a=rtpmap:26 JPEG/90000",
//!     "a=framerate:20",
//!     "a=control:track1",
//! ]);
//! assert_eq!(Description::parse(&text)?, description);
//! # Ok::<(), rtsp_lab::standard::sdp::BadDescription>(())
//! ```

use std::fmt;
use std::time::Duration;

use crate::rtp_packet::PayloadType;
use crate::standard::rtsp::npt::NptRange;
use crate::standard::rtsp::{BadUrl, RtspUrl, one_line};

/// A movie with one JPEG video.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// The second field of `o=`: which description this is; 0 if it can't be read.
    pub session_id: u64,
    /// The last field of `o=`: the server, by its address or its name.
    pub origin: String,
    /// `s=`: the movie's name.
    pub name: String,
    /// `c=`: where the packets go; `0.0.0.0` or `::`, because SETUP decides that.
    pub connection: Option<String>,
    /// `a=control` of the whole movie (RFC 2326 section C.1.1).
    pub control: Option<String>,
    /// `a=range`: where the movie begins and ends (RFC 2326 section C.1.5).
    pub range: Option<NptRange>,
    /// The video.
    pub video: Video,
}

/// The video of a movie: `m=video` and its attributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Video {
    /// The payload type of its packets: 26, or what an `a=rtpmap` makes of another.
    pub payload_type: PayloadType,
    /// How fast its timestamps run.
    pub clock_hz: u32,
    /// `a=framerate`: frames a second at most, from 0.01 to 1,000.
    pub framerate: Option<f64>,
    /// `a=x-dimensions`: width and height, for pictures too large for the headers of RFC 2435.
    pub dimensions: Option<(u16, u16)>,
    /// `a=control` of the track (RFC 2326 section C.1.1).
    pub control: Option<String>,
}

impl Description {
    /// Our server's description of a movie, as yet without a length, whose track has the URL
    /// `track`.
    pub fn of_movie(name: &str, session_id: u64, origin: &str, track: &str) -> Self {
        let any = if origin.contains(':') { "::" } else { "0.0.0.0" };
        Self {
            session_id,
            origin: origin.to_owned(),
            name: name.to_owned(),
            connection: Some(any.to_owned()),
            control: Some("*".to_owned()),
            range: None,
            video: Video {
                payload_type: PayloadType::JPEG,
                clock_hz: JPEG_CLOCK_HZ,
                framerate: None,
                dimensions: None,
                control: Some(track.to_owned()),
            },
        }
    }

    /// The description in lines that end in CRLF.
    pub fn encode(&self) -> String {
        let Self { session_id, origin, name, connection, control, range, video } = self;
        let Video { payload_type, clock_hz, framerate, dimensions, control: track } = video;
        let payload_type = payload_type.get();
        let mut text = Lines(String::new());
        text.line("v=0");
        text.line(format_args!("o=- {session_id} 1 IN {}", Address(origin)));
        text.line(format_args!("s={}", if name.is_empty() { NO_NAME } else { name }));
        text.optional("c=IN ", connection.as_deref().map(Address));
        text.line("t=0 0");
        text.optional("a=control:", control.as_ref());
        text.optional("a=range:", range.as_ref());
        text.line(format_args!("m=video 0 RTP/AVP {payload_type}"));
        text.line(format_args!("a=rtpmap:{payload_type} JPEG/{clock_hz}"));
        text.optional("a=framerate:", framerate.as_ref());
        text.optional("a=x-dimensions:", dimensions.map(|(w, h)| format!("{w},{h}")));
        text.optional("a=control:", track.as_ref());
        text.0
    }

    /// Reads a description in lines that end in CRLF or LF. What can't be understood is left out,
    /// as long as there is a video that can be played.
    ///
    /// # Errors
    /// There is no JPEG video over RTP.
    pub fn parse(text: &str) -> Result<Self, BadDescription> {
        let lines: Vec<Line<'_>> = Line::all(text).collect();
        let sections = lines.chunk_by(|_, next| next.kind != 'm').map(Section);
        let (media, session): (Vec<_>, Vec<_>) = sections.partition(|part| part.get('m').is_some());
        let session = session.first().copied().unwrap_or(Section(&[]));
        let (part, video) = find_video(&media, text.lines().count())?;
        let origin = session.get('o').unwrap_or_default();
        let session_id = origin.split_whitespace().nth(1).and_then(|id| id.parse().ok());
        let connection = part.connection().or_else(|| session.connection());
        Ok(Self {
            session_id: session_id.unwrap_or(0),
            origin: origin.split_whitespace().nth(5).unwrap_or_default().to_owned(),
            name: session.get('s').filter(|&name| name != NO_NAME).unwrap_or_default().to_owned(),
            connection: connection.map(str::to_owned),
            control: session.attribute("control").map(str::to_owned),
            range: part.range().or_else(|| session.range()),
            video,
        })
    }

    /// How long the movie is, if the description says so.
    pub fn length(&self) -> Option<Duration> {
        let range = self.range?;
        range.end()?.checked_sub(range.start().unwrap_or_default())
    }

    /// The URLs of the movie (for PLAY, PAUSE and TEARDOWN) and of its track (for SETUP), with the
    /// base that [`RtspUrl::base`] found. A control attribute of the whole movie is the base of the
    /// track's.
    ///
    /// # Errors
    /// A control attribute is an absolute URL, but not one of RTSP.
    pub fn urls(&self, base: &RtspUrl) -> Result<(RtspUrl, RtspUrl), BadUrl> {
        let movie = base.resolve(self.control.as_deref().unwrap_or("*"))?;
        let track = movie.resolve(self.video.control.as_deref().unwrap_or("*"))?;
        Ok((movie, track))
    }
}

/// The first video that can be played; the error is that of the first video.
fn find_video<'a>(
    media: &[Section<'a>],
    lines: usize,
) -> Result<(Section<'a>, Video), BadDescription> {
    let mut flaw = None;
    for part in media {
        match Video::read(*part) {
            Ok(Some(video)) => return Ok((*part, video)),
            Ok(None) => {}
            Err(error) => flaw = flaw.or(Some(error)),
        }
    }
    Err(flaw.unwrap_or(BadDescription::NoVideo { lines }))
}

impl Video {
    /// `None` if it is something else, such as sound.
    fn read(part: Section<'_>) -> Result<Option<Self>, BadDescription> {
        let Some(media) = part.0.first() else { return Ok(None) };
        let (line, text) = (media.number, || media.value.to_owned());
        let mut words = media.value.split_whitespace();
        if words.next() != Some("video") {
            return Ok(None);
        }
        let protocol = words.nth(1).unwrap_or_default();
        if !protocol.to_ascii_uppercase().starts_with("RTP/AVP") {
            return Err(BadDescription::Protocol { line, media: text() });
        }
        let Some((payload_type, clock_hz)) = words.find_map(|format| part.jpeg(format)) else {
            let encoding = part.attribute("rtpmap").map(str::to_owned);
            return Err(BadDescription::Encoding { line, media: text(), encoding });
        };
        Ok(Some(Self {
            payload_type,
            clock_hz,
            framerate: part.attribute("framerate").and_then(read_framerate),
            dimensions: part.attribute("x-dimensions").and_then(read_dimensions),
            control: part.attribute("control").map(str::to_owned),
        }))
    }
}

fn read_framerate(text: &str) -> Option<f64> {
    text.parse().ok().filter(|framerate| (0.01..=1000.0).contains(framerate))
}

fn read_dimensions(text: &str) -> Option<(u16, u16)> {
    let (width, height) = text.split_once(',')?;
    let (width, height) = (width.trim().parse().ok()?, height.trim().parse().ok()?);
    (width != 0 && height != 0).then_some((width, height))
}

/// `x=value`.
#[derive(Clone, Copy)]
struct Line<'a> {
    /// From 1.
    number: usize,
    kind: char,
    value: &'a str,
}

impl<'a> Line<'a> {
    /// The lines of a description; what has another form is skipped.
    fn all(text: &'a str) -> impl Iterator<Item = Self> {
        text.lines().zip(1..).filter_map(|(line, number)| {
            let (kind, value) = line.trim().split_once('=')?;
            let kind = kind.parse().ok()?;
            Some(Self { number, kind, value: value.trim() })
        })
    }
}

/// The lines before the first `m=`, or those from one `m=` to the next.
#[derive(Clone, Copy)]
struct Section<'a>(&'a [Line<'a>]);

impl<'a> Section<'a> {
    fn get(self, kind: char) -> Option<&'a str> {
        self.0.iter().find(|line| line.kind == kind).map(|line| line.value)
    }

    /// Every attribute `a=name:value` of that name.
    fn attributes(self, name: &str) -> impl Iterator<Item = &'a str> {
        let attributes = self.0.iter().filter(|line| line.kind == 'a');
        let pairs = attributes.filter_map(|line| line.value.split_once(':'));
        let named = pairs.filter(move |(other, _)| other.trim().eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    fn attribute(self, name: &str) -> Option<&'a str> {
        self.attributes(name).next()
    }

    /// The address in `c=IN IP4 239.0.0.1/127`.
    fn connection(self) -> Option<&'a str> {
        let address = self.get('c')?.split_whitespace().nth(2)?;
        address.split('/').next()
    }

    fn range(self) -> Option<NptRange> {
        self.attribute("range").and_then(|range| NptRange::parse(range).ok())
    }

    /// Payload type and clock, if that format of the `m=` line is JPEG: by its number (RFC 3551
    /// section 6), if no `a=rtpmap` says something else, or by its `a=rtpmap`.
    fn jpeg(self, format: &str) -> Option<(PayloadType, u32)> {
        let payload_type = PayloadType::new(format.parse().ok()?)?;
        let maps = self.attributes("rtpmap").filter_map(|map| map.split_once(char::is_whitespace));
        let encoding =
            maps.filter(|(other, _)| *other == format).map(|(_, encoding)| encoding).next();
        let Some(encoding) = encoding else {
            return (payload_type == PayloadType::JPEG).then_some((payload_type, JPEG_CLOCK_HZ));
        };
        let mut parts = encoding.split('/').map(str::trim);
        let is_jpeg = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("JPEG"));
        let clock_hz = parts.next().and_then(|rate| rate.parse().ok()).filter(|&hz| hz != 0);
        is_jpeg.then_some((payload_type, clock_hz.unwrap_or(JPEG_CLOCK_HZ)))
    }
}

/// The text of a description while it is written.
struct Lines(String);

impl Lines {
    /// A line end within the line becomes a space: it would begin another line.
    fn line(&mut self, line: impl fmt::Display) {
        self.0.push_str(&one_line(&line.to_string()));
        self.0.push_str("\r\n");
    }

    fn optional(&mut self, start: &str, value: Option<impl fmt::Display>) {
        if let Some(value) = value {
            self.line(format_args!("{start}{value}"));
        }
    }
}

/// `IP4 192.0.2.1` or `IP6 2001:db8::1`.
struct Address<'a>(&'a str);

impl fmt::Display for Address<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = if self.0.contains(':') { "IP6" } else { "IP4" };
        write!(out, "{family} {}", self.0.split_whitespace().next().unwrap_or("0.0.0.0"))
    }
}

/// The RTP clock rate of JPEG in Hz (RFC 3551 section 6).
pub const JPEG_CLOCK_HZ: u32 = 90_000;
/// What `s=` says if there is no name, since it may not be empty.
const NO_NAME: &str = "-";

/// A description without a video that can be played here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadDescription {
    /// There is no `m=video`.
    NoVideo {
        /// The number of lines that were searched.
        lines: usize,
    },
    /// The first video is not over RTP/AVP.
    Protocol {
        /// The line's number, from 1.
        line: usize,
        /// What it says after `m=`.
        media: String,
    },
    /// The first video is no JPEG.
    Encoding {
        /// The line's number, from 1.
        line: usize,
        /// What it says after `m=`.
        media: String,
        /// What its first `a=rtpmap` says.
        encoding: Option<String>,
    },
}

impl fmt::Display for BadDescription {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("read description: ")?;
        match self {
            Self::NoVideo { lines } => {
                write!(out, "expected a line m=video, found none in {lines} lines")
            }
            Self::Protocol { line, media } => {
                write!(out, "expected RTP/AVP in line {line}, found \"m={media}\"")
            }
            Self::Encoding { line, media, encoding: None } => {
                write!(out, "expected payload type 26 (JPEG) in line {line}, found \"m={media}\"")
            }
            Self::Encoding { line, media, encoding: Some(encoding) } => write!(
                out,
                "expected JPEG for line {line}, \"m={media}\", found \"a=rtpmap:{encoding}\""
            ),
        }
    }
}

impl std::error::Error for BadDescription {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As VLC writes it, without `a=range` and `a=framerate`.
    const VLC: &str = "v=0\r\no=- 17230000000000000000 17230000000000000000 IN IP4 myhost\r\n\
        s=Unnamed\r\ni=N/A\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=tool:vlc 3.0.24\r\n\
        a=recvonly\r\na=type:broadcast\r\na=charset:UTF-8\r\n\
        a=control:rtsp://127.0.0.1:8554/movie\r\nm=video 0 RTP/AVP 26\r\nb=RR:0\r\n\
        a=rtpmap:26 JPEG/90000\r\na=control:rtsp://127.0.0.1:8554/movie/trackID=2\r\n";

    /// As `GstRtspServer` writes it.
    const GSTREAMER: &str = "v=0\r\no=- 12759464541851453158 1 IN IP4 127.0.0.1\r\n\
        s=Session streamed with GStreamer\r\ni=rtsp-server\r\nt=0 0\r\na=tool:GStreamer\r\n\
        a=type:broadcast\r\na=control:*\r\na=range:npt=0-25\r\n\
        m=video 0 RTP/AVP 26\r\nc=IN IP4 0.0.0.0\r\nb=AS:2000\r\na=framerate:20\r\n\
        a=x-dimensions:384,288\r\na=control:stream=0\r\n";

    fn video(text: &str) -> Video {
        Description::parse(text).unwrap().video
    }

    fn error(text: &str) -> String {
        Description::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn what_vlc_writes_is_read() {
        let description = Description::parse(VLC).unwrap();
        assert_eq!(description.session_id, 17_230_000_000_000_000_000);
        assert_eq!(description.origin, "myhost");
        assert_eq!(description.name, "Unnamed");
        assert_eq!(description.connection.as_deref(), Some("0.0.0.0"));
        assert_eq!((description.range, description.length()), (None, None));
        assert_eq!(description.video.framerate, None);
        let base = RtspUrl::parse("rtsp://other/").unwrap();
        let (movie, track) = description.urls(&base).unwrap();
        assert_eq!(movie.to_string(), "rtsp://127.0.0.1:8554/movie");
        assert_eq!(track.to_string(), "rtsp://127.0.0.1:8554/movie/trackID=2");
    }

    #[test]
    fn what_gstreamer_writes_is_read() {
        let description = Description::parse(GSTREAMER).unwrap();
        assert_eq!(description.length(), Some(Duration::from_secs(25)));
        assert_eq!(description.connection.as_deref(), Some("0.0.0.0"));
        assert_eq!(description.video.framerate, Some(20.0));
        assert_eq!(description.video.dimensions, Some((384, 288)));
        assert_eq!(description.video.clock_hz, 90_000);
        let base = RtspUrl::parse("rtsp://h/m/").unwrap();
        let (movie, track) = description.urls(&base).unwrap();
        assert_eq!(movie, base);
        assert_eq!(track.to_string(), "rtsp://h/m/stream=0");
    }

    #[test]
    fn the_labs_description_is_read_too() {
        let text = "v=0\nm=video 2048 RTP/AVP 26\na=control:streamid=791629\n\
            a=mimetype:string;\"video/MJPEG\"";
        assert_eq!(video(text).control.as_deref(), Some("streamid=791629"));
    }

    #[test]
    fn the_first_jpeg_video_is_found_among_others() {
        let text = "v=0\nm=audio 0 RTP/AVP 0\na=control:a\n\
            m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=control:b\n\
            m=video 0 rtp/avp/udp 97 98\na=rtpmap:98 jpeg/1000/1\na=control:c\na=range:npt=1-3\n\
            m=video 0 RTP/AVP 26\na=control:d\n";
        let description = Description::parse(text).unwrap();
        assert_eq!(description.video.control.as_deref(), Some("c"));
        assert_eq!(description.video.payload_type.get(), 98);
        assert_eq!(description.video.clock_hz, 1000);
        assert_eq!(description.length(), Some(Duration::from_secs(2)));
        assert_eq!(description.control, None);
    }

    #[test]
    fn spaces_do_no_harm_and_the_first_of_two_counts() {
        let text = " v=0 \n  m=video  0  RTP/AVP  97 98\n a= rtpmap : 98  JPEG / 1000 \n\
            a=rtpmap:98 JPEG/2000\na=framerate: 25 \na=x-dimensions: 384 , 288\n\
            a=Control: t \na=control:u\n";
        let video = video(text);
        assert_eq!((video.clock_hz, video.framerate), (1000, Some(25.0)));
        assert_eq!(video.dimensions, Some((384, 288)));
        assert_eq!(video.control.as_deref(), Some("t"));
    }

    #[test]
    fn what_cant_be_understood_is_left_out() {
        let text = "hello\nv=1\no=x\nc=IN\na=range:clock=1-2\na=control:\n=\n\
            m=video 0 RTP/AVP 26\na=framerate:NaN\na=x-dimensions:0,1\n\
            a=rtpmap:26 JPEG/0\na=rtpmap\n";
        let description = Description::parse(text).unwrap();
        assert_eq!(
            description,
            Description {
                connection: None,
                control: None,
                video: Video { control: None, ..Description::of_movie("", 0, "", "").video },
                ..Description::of_movie("", 0, "", "")
            }
        );
        for dimensions in ["0,1", "1,0", "1", "65536,1", "-1,1", "1,2,3"] {
            let text = format!("m=video 0 RTP/AVP 26\na=x-dimensions:{dimensions}");
            assert_eq!(video(&text).dimensions, None, "{dimensions}");
        }
        for framerate in ["0", "-1", "inf", "1e-300", "1000.01", "x"] {
            let text = format!("m=video 0 RTP/AVP 26\na=framerate:{framerate}");
            assert_eq!(video(&text).framerate, None, "{framerate}");
        }
    }

    #[test]
    fn an_error_says_what_is_missing_and_where() {
        assert_eq!(error(""), "read description: expected a line m=video, found none in 0 lines");
        assert_eq!(
            error("v=0\nm=audio 0 RTP/AVP 26"),
            "read description: expected a line m=video, found none in 2 lines"
        );
        assert_eq!(
            error("v=0\r\n\r\nm=video 0 RTP/SAVP 26\r\nm=video 0 RTP/AVP 31"),
            "read description: expected RTP/AVP in line 3, found \"m=video 0 RTP/SAVP 26\""
        );
        assert_eq!(
            error("m=video 0 RTP/AVP 31"),
            "read description: expected payload type 26 (JPEG) in line 1, \
             found \"m=video 0 RTP/AVP 31\""
        );
        assert_eq!(
            error("m=video 0 RTP/AVP 26\na=rtpmap:26 H264/90000"),
            "read description: expected JPEG for line 1, \"m=video 0 RTP/AVP 26\", \
             found \"a=rtpmap:26 H264/90000\""
        );
    }

    #[test]
    fn addresses_are_told_with_their_family() {
        let text = Description::of_movie("", 1, "::1", "track1").encode();
        assert!(text.contains("o=- 1 1 IN IP6 ::1\r\ns=-\r\nc=IN IP6 ::\r\n"), "{text}");
        let text = Description::of_movie("", 1, "", "track1").encode();
        assert!(text.contains("o=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\n"), "{text}");
        let text = Description::of_movie("", 1, "a b", "track1").encode();
        assert!(text.contains("o=- 1 1 IN IP4 a\r\n"), "{text}");
        let text = "c=IN IP6 ::\nm=video 0 RTP/AVP 26\nc=IN IP4 239.0.0.1/127/3";
        assert_eq!(Description::parse(text).unwrap().connection.as_deref(), Some("239.0.0.1"));
    }

    #[test]
    fn a_movies_name_begins_no_line() {
        let text = Description::of_movie("a\r\nm=video 0 RTP/AVP 31\r\n", 1, "h", "t").encode();
        assert!(text.contains("\r\ns=a  m=video 0 RTP/AVP 31\r\nc="), "{text}");
    }

    fn control() -> impl Strategy<Value = Option<String>> {
        proptest::option::of("[a-z*/:=]{1,9}")
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_parsed(
            (session_id, origin, name) in (any::<u64>(), "[a-z0-9.:]{1,12}", "[a-z]\\PC{0,9}[a-z]"),
            (control, track) in (control(), control()),
            (end_ms, payload_type) in (any::<Option<u32>>(), 0..128_u8),
            clock_hz in 1..=u32::MAX,
            framerate in proptest::option::of(10_000..1_000_000_000_u32),
            dimensions in any::<Option<(u16, u16)>>(),
        ) {
            let end = end_ms.map(|end| Duration::from_millis(end.into()));
            let description = Description {
                control,
                range: end.map(|end| NptRange::between(Duration::ZERO, end)),
                video: Video {
                    payload_type: PayloadType::new(payload_type).unwrap(),
                    clock_hz,
                    framerate: framerate.map(|millionths| f64::from(millionths) / 1e6),
                    dimensions: dimensions.filter(|&(width, height)| width != 0 && height != 0),
                    control: track,
                },
                ..Description::of_movie(&name, session_id, &origin, "")
            };
            prop_assert_eq!(Description::parse(&description.encode()), Ok(description));
        }

        #[test]
        fn any_text_is_parsed_or_refused(
            lines in proptest::collection::vec(
                "(m=video 0 RTP/AVP 26|m=|a=|a=range:|a=rtpmap:26|a=framerate:|[cos]=)?\\PC{0,12}",
                0..9,
            ),
        ) {
            match Description::parse(&lines.join("\n")) {
                Ok(description) => prop_assert!(Description::parse(&description.encode()).is_ok()),
                Err(error) => prop_assert!(error.to_string().starts_with("read description: ")),
            }
        }
    }
}
