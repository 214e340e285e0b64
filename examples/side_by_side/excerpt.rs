//! Lines of a file, with their numbers.

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: usize,
    pub(crate) text: String,
}

/// A part of a file.
#[derive(Clone, Debug)]
pub(crate) struct Excerpt {
    /// From the root of the project.
    pub(crate) file: String,
    pub(crate) lines: Vec<Line>,
}

impl Excerpt {
    /// The lines without the indentation that they all have.
    pub(crate) fn new(file: &str, mut lines: Vec<Line>) -> Self {
        let full = lines.iter().filter(|line| !line.text.trim().is_empty());
        let depth =
            full.map(|line| line.text.len() - line.text.trim_start().len()).min().unwrap_or(0);
        for line in &mut lines {
            line.text = line.text.get(depth..).unwrap_or_default().to_owned();
        }
        Self { file: file.to_owned(), lines }
    }

    /// The number of its first line.
    pub(crate) fn first_line(&self) -> usize {
        self.lines.first().map_or(0, |line| line.number)
    }
}
