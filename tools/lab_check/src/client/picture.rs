//! What a picture is told from others by: its length, its beginning and its end.

/// A picture as a file holds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Picture {
    length: usize,
    /// In hexadecimal.
    first: String,
    last: String,
}

impl Picture {
    /// That of these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let first = bytes.get(..FIRST).unwrap_or(bytes);
        let last = bytes.len().checked_sub(LAST).and_then(|start| bytes.get(start..));
        Self::told(bytes.len(), &hexadecimal(first), &hexadecimal(last.unwrap_or(bytes)))
    }

    /// One whose length, first and last bytes are told.
    pub(crate) fn told(length: usize, first: &str, last: &str) -> Self {
        Self { length, first: first.to_owned(), last: last.to_owned() }
    }

    /// In words.
    pub(crate) fn described(&self) -> String {
        format!("{} bytes that begin with {}", self.length, self.first)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// How many bytes of its beginning and its end are looked at, as in `press.py`.
const FIRST: usize = 8;
const LAST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_differ_by_length_beginning_and_end() {
        let (one, other) = (Picture::of(&[7; 40]), Picture::of(&[7; 41]));
        assert_ne!(one, other);
        assert_eq!(one, Picture::told(40, "0707070707070707", &"07".repeat(16)));
        assert_eq!(Picture::of(&[1, 2]), Picture::told(2, "0102", "0102"));
    }
}
