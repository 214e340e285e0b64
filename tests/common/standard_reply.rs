//! A reply of the standard dialect, read by hand.

/// A reply, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Without the version.
    pub(crate) status: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    /// Every line ends in CRLF; there is no other CR or LF.
    #[track_caller]
    pub(crate) fn read(head: &str) -> Self {
        let mut lines = head.strip_suffix("\r\n\r\n").expect("an empty line").split("\r\n");
        let first = lines.next().expect("a status line");
        let status = first.strip_prefix("RTSP/1.0 ").unwrap_or_else(|| panic!("{first:?}"));
        let header = |line: &str| {
            assert!(!line.contains(['\r', '\n']), "a line end of its own kind in {line:?}");
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{line:?}"));
            (name.to_owned(), value.to_owned())
        };
        let headers = lines.map(header).collect();
        Self { status: status.to_owned(), headers, body: String::new() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(other, _)| other == name);
        let value = named.next().map(|(_, value)| value.as_str());
        assert_eq!(named.next(), None, "{name} twice");
        value
    }

    /// The id in `Session`, which has the default timeout or another.
    #[track_caller]
    pub(crate) fn session(&self) -> String {
        let value = self.header("Session").unwrap_or_else(|| panic!("no session in {self:?}"));
        let (id, timeout) = value.split_once(";timeout=").expect("a timeout");
        assert!(id.len() >= 8, "a session of at least 8 characters (section 3.4), found {id}");
        assert!(timeout.parse::<u32>().is_ok_and(|seconds| seconds > 0), "{value}");
        id.to_owned()
    }

    /// The source that `Transport` names.
    #[track_caller]
    pub(crate) fn ssrc(&self) -> u32 {
        let transport = self.header("Transport").unwrap_or_else(|| panic!("none in {self:?}"));
        let digits = transport.split("ssrc=").nth(1).and_then(|rest| rest.split(';').next());
        u32::from_str_radix(digits.expect("a source"), 16).expect("eight digits")
    }

    /// What `RTP-Info` says of the first packet of that track: its number and its timestamp.
    #[track_caller]
    pub(crate) fn rtp_info(&self, track: &str) -> (u16, u32) {
        let info = self.header("RTP-Info").expect("RTP-Info");
        let [url, number, timestamp] = ["url", "seq", "rtptime"].map(|name| {
            let mut parts = info.split(';').filter_map(|part| part.split_once('='));
            let (_, value) = parts.find(|(other, _)| *other == name).expect(name);
            value
        });
        assert_eq!(url, track, "the track of RTP-Info");
        (number.parse().expect("a number"), timestamp.parse().expect("a timestamp"))
    }

    /// A parameter of `Transport`.
    pub(crate) fn transport(&self, name: &str) -> Option<String> {
        let mut parts = self.header("Transport")?.split(';');
        let value = parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))?;
        Some(value.to_owned())
    }
}
