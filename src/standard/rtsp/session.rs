//! The session's id and timeout (RFC 2326 sections 3.4 and 12.37).
//!
//! ```
//! use rtsp_lab::standard::rtsp::SessionHeader;
//!
//! let session = SessionHeader::parse("571600AB;timeout=30").unwrap();
//! assert_eq!((session.id.as_str(), session.timeout.as_secs()), ("571600AB", 30));
//! assert_eq!(session.to_string(), "571600AB;timeout=30");
//! ```

use std::fmt;
use std::time::Duration;

/// The `Session` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionHeader {
    /// The id, opaque to the client, which sends it back as it came.
    pub id: String,
    /// How long the server keeps the session without a sign of life, in whole seconds.
    pub timeout: Duration,
}

impl SessionHeader {
    /// Reads `id` or `id;timeout=30`; if the timeout is 0 or not a number, the default is used.
    /// `None` if there is no id.
    pub fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split(';').map(str::trim);
        let id = parts.next().filter(|id| !id.is_empty())?.to_owned();
        let timeout = parts.find_map(|part| {
            let (name, seconds) = part.split_once('=')?;
            let seconds: u32 = seconds.trim().parse().ok()?;
            (name.trim().eq_ignore_ascii_case("timeout") && seconds > 0)
                .then_some(Duration::from_secs(seconds.into()))
        });
        Some(Self { id, timeout: timeout.unwrap_or(DEFAULT_TIMEOUT) })
    }
}

/// As a server writes it; a client writes the id alone.
impl fmt::Display for SessionHeader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{};timeout={}", self.id, self.timeout.as_secs())
    }
}

/// The timeout if none is given.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn id_and_timeout_are_read_as_servers_write_them() {
        for (value, id, seconds) in [
            ("12345678", "12345678", 60),
            ("12345678;timeout=30", "12345678", 30),
            (" 1a-$_.+ ; Timeout = 65 ", "1a-$_.+", 65),
            ("x;foo;bar=1;timeout=5", "x", 5),
            ("x;timeout=1", "x", 1),
            ("x;timeout=0", "x", 60),
            ("x;timeout=-1", "x", 60),
            ("x;timeout=", "x", 60),
            ("x;timeout=99999999999", "x", 60),
        ] {
            let timeout = Duration::from_secs(seconds);
            let session = SessionHeader { id: id.to_owned(), timeout };
            assert_eq!(SessionHeader::parse(value), Some(session), "{value}");
        }
    }

    #[test]
    fn without_an_id_there_is_no_session() {
        for value in ["", " ", ";timeout=60"] {
            assert_eq!(SessionHeader::parse(value), None, "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(id in "[A-Za-z0-9$_.+-]{1,20}", seconds in 1..=u32::MAX) {
            let session = SessionHeader { id, timeout: Duration::from_secs(seconds.into()) };
            prop_assert_eq!(SessionHeader::parse(&session.to_string()), Some(session));
        }

        #[test]
        fn any_text_is_read_or_refused(value in "\\PC{0,10}(;timeout=)?\\PC{0,10}") {
            let _ = SessionHeader::parse(&value);
        }
    }
}
