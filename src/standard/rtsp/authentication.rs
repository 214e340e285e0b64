//! Names and passwords: what a server asks for with 401, and what it gets (RFC 2326 section 16, by
//! the RFCs of HTTP: 7617 for Basic, 2069 and 7616 for Digest).
//!
//! ```
//! use rtsp_lab::standard::rtsp::{Challenge, Credentials};
//!
//! let user = Credentials::in_url("rtsp://me:secret@camera/movie").unwrap();
//! let challenge = Challenge::best(r#"Basic realm="camera""#).unwrap();
//! let answer = challenge.answer(&user, ("DESCRIBE", "rtsp://camera/movie"), (1, "any text"));
//! assert_eq!(answer, "Basic bWU6c2VjcmV0");
//! ```

use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use sha2::Sha256;

use super::url::{decode, user_of};

/// A user's name and password, which no text of this program shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    user: String,
    password: String,
}

impl Credentials {
    /// Those in a URL, percent-decoded: `rtsp://user:password@host/movie`.
    pub fn in_url(url: &str) -> Option<Self> {
        let user = user_of(url)?;
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        Some(Self { user: decode(user), password: decode(password) })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// What a server wants to see: one challenge of `WWW-Authenticate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    scheme: Scheme,
    realm: String,
    nonce: String,
    /// As the server spells it, if it names one.
    algorithm: Option<String>,
    opaque: Option<String>,
    /// The answer is to have a count and a number of ours; RFC 2069 has neither.
    has_qop: bool,
    /// The last answer was right, but for its nonce, which is too old.
    pub is_stale: bool,
}

/// The ways that are known here, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scheme {
    Basic,
    Digest { hash: Hash, is_of_session: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    Md5,
    Sha256,
}

impl Challenge {
    /// The strongest that is known here of those in the list, the first of equals; `None` if there is none.
    pub fn best(list: &str) -> Option<Self> {
        let known = split(list).into_iter().filter_map(|challenge| Self::read(&challenge));
        known.reduce(|best, next| if next.scheme > best.scheme { next } else { best })
    }

    /// `None` for a scheme, a hash or a kind of protection that is not known here.
    fn read((scheme, parameters): &Raw) -> Option<Self> {
        let get = |name: &str| {
            let found = parameters.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone())
        };
        let (algorithm, qop) = (get("algorithm"), get("qop"));
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "basic" => Scheme::Basic,
            "digest" => Scheme::of_digest(algorithm.as_deref().unwrap_or("MD5"))?,
            _ => return None,
        };
        let has_qop = qop.is_some();
        let is_auth = |word: &str| word.trim().eq_ignore_ascii_case("auth");
        if qop.is_some_and(|qop| !qop.split(',').any(is_auth)) {
            return None;
        }
        Some(Self {
            scheme,
            realm: get("realm").unwrap_or_default(),
            nonce: get("nonce").unwrap_or_default(),
            algorithm,
            opaque: get("opaque"),
            has_qop,
            is_stale: get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// The value of `Authorization` for a request of that method and URL, which is the `count`th with this
    /// challenge; `random` is a text that nobody can foretell.
    pub fn answer(
        &self,
        user: &Credentials,
        (method, url): (&str, &str),
        (count, random): (u32, &str),
    ) -> String {
        let Credentials { user, password } = user;
        let Scheme::Digest { hash, is_of_session } = self.scheme else {
            return format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        };
        let Self { realm, nonce, .. } = self;
        let mut secret = hash.of(&format!("{user}:{realm}:{password}"));
        if is_of_session {
            secret = hash.of(&format!("{secret}:{nonce}:{random}"));
        }
        let request = hash.of(&format!("{method}:{url}"));
        let between =
            if self.has_qop { format!("{nonce}:{count:08x}:{random}:auth") } else { nonce.clone() };
        let response = hash.of(&format!("{secret}:{between}:{request}"));

        let mut answer = format!("Digest username={}", quoted(user));
        let mut add = |name: &str, value: &str| {
            let _ = write!(answer, ", {name}={value}");
        };
        add("realm", &quoted(realm));
        add("nonce", &quoted(nonce));
        add("uri", &quoted(url));
        add("response", &quoted(&response));
        if let Some(algorithm) = &self.algorithm {
            add("algorithm", algorithm);
        }
        if let Some(opaque) = &self.opaque {
            add("opaque", &quoted(opaque));
        }
        if self.has_qop {
            add("qop", "auth");
            add("nc", &format!("{count:08x}"));
        }
        if self.has_qop || is_of_session {
            add("cnonce", &quoted(random));
        }
        answer
    }
}

impl Scheme {
    fn of_digest(algorithm: &str) -> Option<Self> {
        let algorithm = algorithm.to_ascii_lowercase();
        let (name, is_of_session) = algorithm
            .strip_suffix("-sess")
            .map_or((algorithm.as_str(), false), |name| (name, true));
        let hash = match name {
            "md5" => Hash::Md5,
            "sha-256" => Hash::Sha256,
            _ => return None,
        };
        Some(Self::Digest { hash, is_of_session })
    }
}

impl Hash {
    /// In hexadecimal digits.
    fn of(self, text: &str) -> String {
        match self {
            Self::Md5 => hexadecimal(&Md5::digest(text)),
            Self::Sha256 => hexadecimal(&Sha256::digest(text)),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// A string as RFC 7230 section 3.2.6 quotes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A scheme's name, and its parameters without their quotes.
type Raw = (String, Vec<(String, String)>);

/// The challenges of a list. Both a challenge and a parameter begin after a comma; a challenge's name
/// has a space after it where a parameter's has `=`.
fn split(list: &str) -> Vec<Raw> {
    let mut challenges: Vec<Raw> = Vec::new();
    for part in between_commas(list) {
        let mut part = part.trim();
        let (word, rest) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
        if !word.is_empty() && !word.contains('=') && !rest.trim_start().starts_with('=') {
            challenges.push((word.to_owned(), Vec::new()));
            part = rest;
        }
        if let (Some((_, parameters)), Some((name, value))) =
            (challenges.last_mut(), part.split_once('='))
        {
            parameters.push((name.trim().to_owned(), unquoted(value.trim())));
        }
    }
    challenges
}

/// What is between the commas that stand outside of quotes.
fn between_commas(list: &str) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let is_comma = |c: char| {
        let (was_escaped, was_quoted) = (is_escaped, is_quoted);
        is_escaped = was_quoted && c == '\\' && !was_escaped;
        is_quoted ^= c == '"' && !was_escaped;
        c == ',' && !was_quoted
    };
    list.split(is_comma).collect()
}

fn unquoted(value: &str) -> String {
    let Some(value) = value.strip_prefix('"') else { return value.to_owned() };
    let mut text = String::new();
    let mut chars = value.strip_suffix('"').unwrap_or(value).chars();
    while let Some(c) = chars.next() {
        text.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn user(user: &str, password: &str) -> Credentials {
        Credentials { user: user.to_owned(), password: password.to_owned() }
    }

    const PAGE: (&str, &str) = ("GET", "/dir/index.html");

    #[test]
    fn the_examples_of_the_rfcs_come_out() {
        let user = user("Mufasa", "Circle of Life");
        let random = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
        let opaque = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS";
        for (algorithm, response) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
            ("MD5-sess", "e783283f46242139c486a698fec7211d"),
            ("SHA-256-sess", "2fd51b3a77ad75bad6afad6003e818d767133c46d9e2749e7f5232ae1ea3efd7"),
        ] {
            let challenge = Challenge::best(&format!(
                "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", \
                 algorithm={algorithm}, nonce=\"{nonce}\", opaque=\"{opaque}\""
            ));
            let expected = format!(
                "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", nonce=\"{nonce}\", \
                 uri=\"/dir/index.html\", response=\"{response}\", algorithm={algorithm}, \
                 opaque=\"{opaque}\", qop=auth, nc=00000001, cnonce=\"{random}\""
            );
            assert_eq!(challenge.unwrap().answer(&user, PAGE, (1, random)), expected);
        }
    }

    #[test]
    fn without_qop_the_answer_is_that_of_rfc_2069() {
        let challenge = Challenge::best(
            "Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"",
        );
        let answer = challenge.unwrap().answer(&user("Mufasa", "CircleOfLife"), PAGE, (7, "any"));
        assert!(answer.ends_with(", response=\"1949323746fe6a43ef61f9606e7febea\""), "{answer}");
    }

    #[test]
    fn the_strongest_challenge_that_is_known_is_taken() {
        for (list, expected) in [
            ("Basic realm=\"a, b\", Digest realm=\"c\", nonce=\"d\"", Some("c")),
            ("Digest realm=\"c\", nonce=\"d\", Basic realm=\"a\"", Some("c")),
            (
                "Digest realm=1, Digest algorithm=SHA-256, realm=2, Digest realm=3, Basic realm=4",
                Some("2"),
            ),
            ("digest Realm = \"\\\"x\\\\\" , Algorithm=md5", Some("\"x\\")),
            ("Digest realm=a, algorithm=SHA-512-256, Basic realm=b", Some("b")),
            ("Digest realm=a, qop=auth-int, Negotiate, Basic realm=b", Some("b")),
            ("Basic", Some("")),
            ("Negotiate, Bearer realm=x, Digest algorithm=token", None),
            ("", None),
        ] {
            let realm = Challenge::best(list).map(|challenge| challenge.realm);
            assert_eq!(realm.as_deref(), expected, "{list}");
        }
        for (stale, expected) in [("", false), (", stale=TRUE", true), (", stale=false", false)] {
            let challenge = Challenge::best(&format!("Digest realm=a{stale}")).unwrap();
            assert_eq!(challenge.is_stale, expected);
        }
    }

    #[test]
    fn name_and_password_come_from_the_url_and_are_in_no_text() {
        for (url, expected) in [
            ("rtsp://me:secret@h/movie", Some(("me", "secret"))),
            ("rtsp://me@h", Some(("me", ""))),
            ("rtsp://a%40b:c%3Ad:e%@h/@/movie", Some(("a@b", "c:d:e%"))),
            ("rtsp://a@b:c@h?d@e", Some(("a@b", "c"))),
            ("rtsp://h/me:secret@movie", None),
            ("h", None),
        ] {
            assert_eq!(Credentials::in_url(url), expected.map(|(name, word)| user(name, word)));
        }
        assert_eq!(format!("{:?}", user("me", "secret")), "Credentials { .. }");
    }

    proptest! {
        #[test]
        fn any_list_is_read_and_answered(list in "(\\PC|[\",= \\\\]|Digest |qop){0,40}") {
            if let Some(challenge) = Challenge::best(&format!("Digest {list}")) {
                challenge.answer(&user("a\"b", "c"), PAGE, (u32::MAX, "d"));
            }
        }

        #[test]
        fn what_was_quoted_is_read(text in "\\PC{0,20}") {
            let list = format!("Digest a={}, realm={}", quoted(&text), quoted(&text));
            prop_assert_eq!(Challenge::best(&list).unwrap().realm, text);
        }
    }
}
