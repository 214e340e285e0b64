//! How the card's client writes its requests.
//!
//! The report's own form is the one that every lab server should take. A server that understands
//! only another one is spoken to in that, and the card says so.

/// A way to write requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// Whether lines end in CRLF, not in LF.
    crlf: bool,
    /// Whether the port follows `client_port=` without a space.
    no_space: bool,
    /// Whether an empty line ends a request.
    empty_line: bool,
}

impl Form {
    /// As the report and the lab's client have it.
    pub(crate) const REPORT: Self = Self { crlf: false, no_space: false, empty_line: false };

    /// All of them, the likeliest first.
    pub(crate) const ALL: [Self; 8] = [
        Self::REPORT,
        Self { crlf: true, ..Self::REPORT },
        Self { no_space: true, ..Self::REPORT },
        Self { crlf: true, no_space: false, empty_line: true },
        Self { crlf: true, no_space: true, empty_line: true },
        Self { empty_line: true, ..Self::REPORT },
        Self { crlf: true, no_space: true, empty_line: false },
        Self { crlf: false, no_space: true, empty_line: true },
    ];

    /// A request of these lines.
    pub(crate) fn write(self, lines: &[String]) -> Vec<u8> {
        let end = if self.crlf { "\r\n" } else { "\n" };
        let mut request: String = lines.iter().flat_map(|line| [line.as_str(), end]).collect();
        if self.empty_line {
            request.push_str(end);
        }
        request.into_bytes()
    }

    /// The Transport line of SETUP.
    pub(crate) fn transport(self, port: u16) -> String {
        let space = if self.no_space { "" } else { " " };
        format!("Transport: RTP/UDP; client_port={space}{port}")
    }

    /// In what it differs from the report's; `None` if in nothing.
    pub(crate) fn difference(self) -> Option<String> {
        let words = [
            self.crlf.then_some("lines that end in CRLF"),
            self.no_space.then_some("client_port= without a space after it"),
            self.empty_line.then_some("an empty line at the end"),
        ];
        let words: Vec<_> = words.into_iter().flatten().collect();
        (!words.is_empty()).then(|| words.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_form_is_tried_twice_and_each_is_written_in_its_own_way() {
        let written = Form::ALL.map(|form| form.write(&["a".to_owned(), form.transport(5008)]));
        for (place, request) in written.iter().enumerate() {
            assert!(!written.get(..place).unwrap().contains(request), "{request:?}");
        }
        assert_eq!(written[0], b"a\nTransport: RTP/UDP; client_port= 5008\n");
        assert_eq!(written[4], b"a\r\nTransport: RTP/UDP; client_port=5008\r\n\r\n");
        assert_eq!(Form::REPORT.difference(), None);
        let difference = Form::ALL[6].difference().unwrap();
        assert_eq!(difference, "lines that end in CRLF and client_port= without a space after it");
    }
}
