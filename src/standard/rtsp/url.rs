//! URLs of movies and tracks, and how a control attribute makes one of another (RFC 2326 sections
//! 3.2 and C.1.1).
//!
//! ```
//! use rtsp_lab::standard::rtsp::RtspUrl;
//!
//! let movie = RtspUrl::parse("rtsp://127.0.0.1:8554/movies/my%20movie.Mjpeg/")?;
//! assert_eq!((movie.host(), movie.port()), ("127.0.0.1", 8554));
//! assert_eq!(movie.path(), "/movies/my movie.Mjpeg/");
//! let track = movie.resolve("track1")?;
//! assert_eq!(track.to_string(), "rtsp://127.0.0.1:8554/movies/my%20movie.Mjpeg/track1");
//! assert_eq!(track.movie("track1"), ("movies/my movie.Mjpeg".to_owned(), true));
//! # Ok::<(), rtsp_lab::standard::rtsp::BadUrl>(())
//! ```

use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::headers::Headers;

/// An absolute `rtsp` URL, as a request line may contain it: without a user, a password
/// ([`Credentials`](super::Credentials) has them), a fragment or spaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RtspUrl {
    host: String,
    port: Option<u16>,
    /// Percent-encoded; either empty or beginning with a slash.
    path: String,
    query: Option<String>,
}

impl RtspUrl {
    /// Reads `rtsp://[user[:password]@]host[:port]/path[?query]`. The user is skipped; characters that
    /// a URL may not contain, like a space, are percent-encoded.
    ///
    /// # Errors
    /// Another scheme, no host, or a port that is not valid.
    pub fn parse(text: &str) -> Result<Self, BadUrl> {
        let bad = |flaw| BadUrl { text: without_user(text), flaw };
        let (scheme, rest) = text.trim().split_once("://").ok_or_else(|| bad(UrlFlaw::Scheme))?;
        if !scheme.eq_ignore_ascii_case("rtsp") {
            return Err(bad(UrlFlaw::Scheme));
        }
        let (authority, rest) = rest.split_at(end_of_authority(rest));
        let host_and_port = authority.rsplit_once('@').map_or(authority, |(_user, host)| host);
        let (host, port) = read_host(host_and_port).map_err(bad)?;
        let rest = rest.split('#').next().unwrap_or_default();
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(encode(query, NOT_IN_A_URL))),
            None => (rest, None),
        };
        Ok(Self { host: host.to_owned(), port, path: encode(path, NOT_IN_A_URL), query })
    }

    /// The URL of a movie by its server and its name, where `?`, `#` and `%` mean themselves.
    ///
    /// # Errors
    /// `host` is not a valid host.
    pub fn of_movie(host: &str, port: u16, movie: &str) -> Result<Self, BadUrl> {
        let bad = |flaw| BadUrl { text: host.to_owned(), flaw };
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        check_host(host, true).map_err(bad)?;
        let port = match port {
            0 => return Err(bad(UrlFlaw::Port)),
            DEFAULT_PORT => None,
            port => Some(port),
        };
        let movie = movie.strip_prefix('/').unwrap_or(movie);
        let path = encode(movie, NOT_IN_A_NAME);
        Ok(Self { host: host.to_owned(), port, path: format!("/{path}"), query: None })
    }

    /// The name or address to connect to, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(DEFAULT_PORT)
    }

    /// The path, percent-decoded; a `%` without two hexadecimal digits after it means itself.
    pub fn path(&self) -> String {
        decode(&self.path)
    }

    /// What follows the `?`, as it is written.
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// The movie's name, and whether the URL is that of its track with the control name `track`.
    ///
    /// Players ask for PLAY and TEARDOWN with and without a `/` at the end, by the movie's URL or
    /// the track's; and they append the track's name to the URL as it is, even after a query.
    pub fn movie(&self, track: &str) -> (String, bool) {
        let whole = self.of_whole_movie(track);
        (decode(&whole.path).trim_matches('/').to_owned(), whole != *self)
    }

    /// The URL of the movie, if this is that of its track with the control name `track`; else itself.
    #[must_use]
    pub fn of_whole_movie(&self, track: &str) -> Self {
        let tail = format!("/{track}");
        let without = |text: &str| {
            let rest = text.trim_end_matches('/').strip_suffix(&tail)?;
            Some(rest.trim_end_matches('/').to_owned())
        };
        let mut whole = self.clone();
        if let Some(query) = self.query.as_deref().and_then(without) {
            whole.query = Some(query);
        } else if let Some(path) = without(&self.path).filter(|path| !path.is_empty()) {
            whole.path = path;
        }
        whole
    }

    /// The URL that a control attribute means with this base: the base itself for `*` and for an
    /// empty one, an absolute URL as it is, and anything else appended with a `/` between.
    ///
    /// # Deviation
    /// By section C.1.1, relative URLs are resolved as on the web, where `rtsp://h/movie` and
    /// `track1` make `rtsp://h/track1`. No player does that, and no server expects it.
    ///
    /// # Errors
    /// The control attribute is an absolute URL, but not one of RTSP.
    pub fn resolve(&self, control: &str) -> Result<Self, BadUrl> {
        let control = control.trim();
        if control.is_empty() || control == "*" {
            return Ok(self.clone());
        }
        if control.contains("://") {
            return Self::parse(control);
        }
        let base = self.to_string();
        let base = base.strip_suffix('/').unwrap_or(&base);
        Self::parse(&format!("{base}/{}", control.strip_prefix('/').unwrap_or(control)))
    }

    /// The base of a description's control attributes (section C.1.1): `Content-Base`,
    /// `Content-Location` or the URL that was asked for, the first that is an absolute URL.
    pub fn base(reply: &Headers, asked: &Self) -> Self {
        let named = ["Content-Base", "Content-Location"].into_iter();
        let mut urls = named.filter_map(|name| Self::parse(reply.get(name)?).ok());
        urls.next().unwrap_or_else(|| asked.clone())
    }
}

impl fmt::Display for RtspUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, path, query } = self;
        if host.contains(':') {
            write!(out, "rtsp://[{host}]")?;
        } else {
            write!(out, "rtsp://{host}")?;
        }
        if let Some(port) = port {
            write!(out, ":{port}")?;
        }
        out.write_str(path)?;
        query.as_ref().map_or(Ok(()), |query| write!(out, "?{query}"))
    }
}

/// Where the host and its port end after `://`.
fn end_of_authority(rest: &str) -> usize {
    rest.find(['/', '?', '#']).unwrap_or(rest.len())
}

/// The user, and the password after a colon, as they are written.
pub(super) fn user_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let (authority, _) = rest.split_at(end_of_authority(rest));
    authority.rsplit_once('@').map(|(user, _host)| user)
}

/// A text that should be a URL, as an error may show it: without all that could be a password.
fn without_user(text: &str) -> String {
    let parts = text.split_once("://").and_then(|(scheme, rest)| {
        let (_user, host) = rest.rsplit_once('@')?;
        Some(format!("{scheme}://...@{host}"))
    });
    parts.unwrap_or_else(|| text.to_owned())
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
fn read_host(text: &str) -> Result<(&str, Option<u16>), UrlFlaw> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']').ok_or(UrlFlaw::Host)?,
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    check_host(host, text.starts_with('['))?;
    let port = match port.strip_prefix(':') {
        Some("") => None,
        Some(digits) => Some(read_port(digits).ok_or(UrlFlaw::Port)?),
        None if port.is_empty() => None,
        None => return Err(UrlFlaw::Host),
    };
    Ok((host, port))
}

/// Only characters that a host may contain, and a colon only in an IPv6 address.
fn check_host(host: &str, colons: bool) -> Result<(), UrlFlaw> {
    let allowed = |c: char| is_url_char(c) && !"/?#@[]:".contains(c) || colons && c == ':';
    if host.is_empty() || !host.chars().all(allowed) { Err(UrlFlaw::Host) } else { Ok(()) }
}

fn read_port(digits: &str) -> Option<u16> {
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|&port| all_digits && port != 0)
}

/// Whether the character stands for itself in a URL (RFC 3986 section 2).
fn is_url_char(c: char) -> bool {
    c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c)
}

/// A URL as it is written, with what it may not contain percent-encoded.
fn encode(text: &str, unsafe_bytes: &'static AsciiSet) -> String {
    utf8_percent_encode(text, unsafe_bytes).to_string()
}

/// A percent-encoded text; bytes that are no text become `�`.
pub(super) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// What a URL may not contain (RFC 3986 section 2), but for what begins an escape.
const NOT_IN_A_URL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
/// In a name, what would begin an escape, a query or a fragment means itself.
const NOT_IN_A_NAME: &AsciiSet = &NOT_IN_A_URL.add(b'%').add(b'?').add(b'#');
/// The port of a URL that names none (RFC 2326 section 3.2).
pub const DEFAULT_PORT: u16 = 554;

/// Not a URL of RTSP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadUrl {
    /// The text that was to be one.
    pub text: String,
    /// What is wrong with it.
    pub flaw: UrlFlaw,
}

/// What can be wrong with a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlFlaw {
    /// It does not begin with `rtsp://`.
    Scheme,
    /// There is no host, or one with characters that no host has.
    Host,
    /// The port is no number from 1 to 65,535.
    Port,
}

impl fmt::Display for BadUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = match self.flaw {
            UrlFlaw::Scheme => "rtsp:// at its beginning",
            UrlFlaw::Host => "a host after rtsp://",
            UrlFlaw::Port => "a port from 1 to 65535 after the host",
        };
        write!(out, "read URL: expected {expected}, found {:?}", self.text)
    }
}

impl std::error::Error for BadUrl {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn url(text: &str) -> RtspUrl {
        RtspUrl::parse(text).unwrap()
    }

    #[test]
    fn every_part_is_found() {
        for (text, host, port, path, query) in [
            ("rtsp://h", "h", 554, "", None),
            ("RTSP://h:8554/", "h", 8554, "/", None),
            (" rtsp://h:/m.Mjpeg ", "h", 554, "/m.Mjpeg", None),
            ("rtsp://u:p@h:1/a/b?c=/d?e", "h", 1, "/a/b", Some("c=/d?e")),
            ("rtsp://u@v@h/a#b?c", "h", 554, "/a", None),
            ("rtsp://[::1]/a", "::1", 554, "/a", None),
            ("rtsp://[fe80::1%25eth0]:65535?x", "fe80::1%25eth0", 65_535, "", Some("x")),
            ("rtsp://h/%C3%A9%20%2f%0g%zz%", "h", 554, "/\u{e9} /%0g%zz%", None),
            ("rtsp://h/my movie", "h", 554, "/my movie", None),
            ("rtsp://h/%FF", "h", 554, "/\u{fffd}", None),
        ] {
            let url = url(text);
            assert_eq!((url.host(), url.port()), (host, port), "{text}");
            assert_eq!((url.path().as_str(), url.query()), (path, query), "{text}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused_and_says_why() {
        for (text, flaw) in [
            ("", UrlFlaw::Scheme),
            ("*", UrlFlaw::Scheme),
            ("movie.Mjpeg", UrlFlaw::Scheme),
            ("http://h/movie", UrlFlaw::Scheme),
            ("rtsp:///movie", UrlFlaw::Host),
            ("rtsp://[::1/movie", UrlFlaw::Host),
            ("rtsp://[::1]8554/movie", UrlFlaw::Host),
            ("rtsp://a b/movie", UrlFlaw::Host),
            ("rtsp://a\r\nb/movie", UrlFlaw::Host),
            ("rtsp://h:0/movie", UrlFlaw::Port),
            ("rtsp://h:+1/movie", UrlFlaw::Port),
            ("rtsp://h:65536/movie", UrlFlaw::Port),
            ("rtsp://::1/movie", UrlFlaw::Host),
        ] {
            assert_eq!(RtspUrl::parse(text).unwrap_err().flaw, flaw, "{text}");
        }
        for hidden in ["rtsp://me:secret@h:x", "rtsp://me:secret@x@h:x", "rtsp://me:secret/7@h:x"] {
            assert_eq!(
                RtspUrl::parse(hidden).unwrap_err().to_string(),
                "read URL: expected a port from 1 to 65535 after the host, found \"rtsp://...@h:x\""
            );
        }
        assert_eq!(
            RtspUrl::parse("rtsp://h:x").unwrap_err().to_string(),
            "read URL: expected a port from 1 to 65535 after the host, found \"rtsp://h:x\""
        );
    }

    #[test]
    fn a_written_url_has_what_was_read_and_neither_user_nor_spaces() {
        for (text, written) in [
            ("rtsp://h:554/a/", "rtsp://h:554/a/"),
            ("rtsp://me:secret@h/a?b=c#d", "rtsp://h/a?b=c"),
            ("rtsp://[::1]:8554/a", "rtsp://[::1]:8554/a"),
            ("rtsp://h/my movie%41%zz\r\n\u{e9}", "rtsp://h/my%20movie%41%zz%0D%0A%C3%A9"),
        ] {
            assert_eq!(url(text).to_string(), written);
        }
    }

    #[test]
    fn the_url_of_a_movie_by_its_name() {
        let movie = |host, movie| RtspUrl::of_movie(host, 554, movie).unwrap().to_string();
        assert_eq!(movie("h", "movie.Mjpeg"), "rtsp://h/movie.Mjpeg");
        assert_eq!(movie("::1", "/100% a?b#c"), "rtsp://[::1]/100%25%20a%3Fb%23c");
        assert_eq!(movie("[::1]", ""), "rtsp://[::1]/");
        assert_eq!(RtspUrl::of_movie("h", 8554, "m").unwrap(), url("rtsp://h:8554/m"));
        assert_eq!(RtspUrl::of_movie("a/b", 1, "").unwrap_err().flaw, UrlFlaw::Host);
        assert_eq!(RtspUrl::of_movie("h", 0, "").unwrap_err().flaw, UrlFlaw::Port);
    }

    #[test]
    fn movie_and_track_are_told_with_and_without_slashes() {
        for (text, movie, is_track) in [
            ("rtsp://h/movie.Mjpeg", "movie.Mjpeg", false),
            ("rtsp://h/movie.Mjpeg/", "movie.Mjpeg", false),
            ("rtsp://h/movie.Mjpeg/track1", "movie.Mjpeg", true),
            ("rtsp://h/movie.Mjpeg//track1/", "movie.Mjpeg", true),
            ("rtsp://h/a/b%20c/track1?x=1", "a/b c", true),
            ("rtsp://h/movie?x=1/track1", "movie", true),
            ("rtsp://h/movie/track1?x=1/track1", "movie/track1", true),
            ("rtsp://h/movietrack1", "movietrack1", false),
            ("rtsp://h/track1", "track1", false),
            ("rtsp://h//etc/x", "etc/x", false),
            ("rtsp://h/%2Fetc/x", "etc/x", false),
            ("rtsp://h", "", false),
        ] {
            assert_eq!(url(text).movie("track1"), (movie.to_owned(), is_track), "{text}");
        }
    }

    #[test]
    fn controls_are_appended_as_players_do() {
        for (base, control, resolved) in [
            ("rtsp://h/m/", "*", "rtsp://h/m/"),
            ("rtsp://h/m", "", "rtsp://h/m"),
            ("rtsp://h/m/", "track1", "rtsp://h/m/track1"),
            ("rtsp://h/m", "track1", "rtsp://h/m/track1"),
            ("rtsp://h/m", "/track1", "rtsp://h/m/track1"),
            ("rtsp://h/m/", "/track1", "rtsp://h/m/track1"),
            ("rtsp://h/m/", "trackID=0", "rtsp://h/m/trackID=0"),
            ("rtsp://h", "stream=0", "rtsp://h/stream=0"),
            ("rtsp://h/m?x=1", "track1", "rtsp://h/m?x=1/track1"),
            ("rtsp://h/m/", "rtsp://g:1/n/track1", "rtsp://g:1/n/track1"),
        ] {
            assert_eq!(url(base).resolve(control), Ok(url(resolved)), "{control} at {base}");
        }
        assert_eq!(url("rtsp://h/m").resolve("http://h/").unwrap_err().flaw, UrlFlaw::Scheme);
    }

    #[test]
    fn the_base_is_the_first_absolute_url_of_the_three() {
        let asked = url("rtsp://h/asked");
        for (lines, base) in [
            ("", "rtsp://h/asked"),
            ("Content-Base: rtsp://h/base/", "rtsp://h/base/"),
            ("content-location: rtsp://h/loc\nCONTENT-BASE: rtsp://h/base", "rtsp://h/base"),
            ("Content-Base: movie.Mjpeg\nContent-Location: rtsp://h/loc", "rtsp://h/loc"),
        ] {
            let headers = Headers::read(lines.lines()).unwrap();
            assert_eq!(RtspUrl::base(&headers, &asked), url(base), "{lines}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            text in "rtsp://(\\PC{0,5}@)?[a-z.:0-9]{1,9}(/\\PC{0,20})?(\\?\\PC{0,9})?",
        ) {
            if let Ok(url) = RtspUrl::parse(&text) {
                let written = url.to_string();
                prop_assert!(written.chars().all(|c| c.is_ascii_graphic()), "{}", written);
                prop_assert_eq!(RtspUrl::parse(&written), Ok(url));
            }
        }

        #[test]
        fn a_movies_name_comes_back(name in "[^/\\x00-\\x1f]\\PC{0,20}[^/\\x00-\\x1f]") {
            let url = RtspUrl::of_movie("h", 8554, &name).unwrap();
            prop_assert_eq!(url.movie("track1"), (name.clone(), false));
            prop_assert_eq!(url.resolve("track1").unwrap().movie("track1"), (name, true));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(rtsp://)?\\PC{0,30}", control in "\\PC{0,20}") {
            if let Ok(url) = RtspUrl::parse(&text) {
                let _ = (url.path(), url.movie(&control), url.resolve(&control));
            }
        }
    }
}
