//! As much of Markdown as the documents use: headings, links, blocks of code, tables, comments.

use crate::common::programs::project;
use crate::harness::tests;
use std::fs;
use std::path::{Path, PathBuf};

tests![a_document_is_taken_apart,];

/// One document, taken apart.
#[derive(Debug)]
pub(crate) struct Document {
    /// From the project's folder on.
    pub(crate) name: String,
    pub(crate) anchors: Vec<String>,
    pub(crate) links: Vec<Link>,
    pub(crate) blocks: Vec<Block>,
}

/// A link or a picture.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) line: usize,
    pub(crate) target: String,
    pub(crate) is_picture: bool,
}

/// A block of code, or a table.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) document: String,
    /// Of its first line of text.
    pub(crate) line: usize,
    pub(crate) is_table: bool,
    /// Of the code, as its fence tells.
    pub(crate) language: String,
    /// The comment before it.
    pub(crate) mark: Option<String>,
    /// Its lines, without what makes them code.
    pub(crate) lines: Vec<String>,
    /// What stands before each of them in the document.
    pub(crate) indent: String,
}

impl Block {
    pub(crate) fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// Where it is, for a message.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.document, self.line)
    }

    /// What follows the name in its mark; `None` if it is marked otherwise.
    pub(crate) fn marked(&self, name: &str) -> Option<&str> {
        let mark = self.mark.as_deref()?.split("; not \"").next()?;
        let rest = mark.strip_prefix(name)?;
        if rest.is_empty() { Some("") } else { rest.strip_prefix(':').map(str::trim) }
    }
}

/// All of them: those that people read, not those of packages.
pub(crate) fn documents() -> Vec<Document> {
    let mut names = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"].map(PathBuf::from).to_vec();
    find(Path::new("docs"), &|path| path.extension().is_some_and(|end| end == "md"), &mut names);
    find(Path::new("tests"), &|path| path.ends_with("README.md"), &mut names);
    names.sort();
    let read = |name: PathBuf| {
        let text = fs::read_to_string(root().join(&name)).unwrap();
        Document::read(name.to_str().unwrap(), &text)
    };
    names.into_iter().map(read).collect()
}

pub(crate) fn root() -> &'static Path {
    project()
}

/// Adds all files under the folder that are wanted.
pub(crate) fn find(folder: &Path, wanted: &impl Fn(&Path) -> bool, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let name = folder.join(entry.unwrap().file_name());
        if root().join(&name).is_dir() {
            find(&name, wanted, found);
        } else if wanted(&name) {
            found.push(name);
        }
    }
}

impl Document {
    pub(crate) fn read(name: &str, text: &str) -> Self {
        let document =
            Self { name: name.to_owned(), anchors: vec![], links: vec![], blocks: vec![] };
        let place = Place::Text { in_list: false };
        let mut reader = Reader { document, mark: None, place, slugs: vec![], in_code: false };
        let mut after_blank = true;
        for (line, text) in (1..).zip(text.lines()) {
            reader.take(line, text, after_blank);
            after_blank = text.trim().is_empty();
        }
        let Reader { mut document, place, .. } = reader;
        assert!(!matches!(place, Place::Fence { .. } | Place::Comment(_)), "{name} ends too early");
        for block in &mut document.blocks {
            while block.lines.last().is_some_and(String::is_empty) {
                block.lines.pop();
            }
        }
        document
    }
}

/// Where in a document a line stands.
enum Place {
    Text { in_list: bool },
    Fence { indent: usize },
    Indented,
    Table,
    Comment(String),
}

struct Reader {
    document: Document,
    /// A comment after which only empty lines have come.
    mark: Option<String>,
    place: Place,
    /// Those of the headings so far, without what makes them different.
    slugs: Vec<String>,
    /// Between two backticks, which may stand in different lines.
    in_code: bool,
}

impl Reader {
    fn take(&mut self, line: usize, text: &str, after_blank: bool) {
        match &mut self.place {
            Place::Fence { indent } => {
                if text.trim() == FENCE {
                    self.place = Place::Text { in_list: *indent > 0 };
                } else {
                    let own = text.get(*indent..).unwrap_or_default().to_owned();
                    self.document.blocks.last_mut().unwrap().lines.push(own);
                }
            }
            Place::Comment(comment) => {
                comment.push(' ');
                comment.push_str(text.trim());
                self.end_of_comment();
            }
            Place::Indented if text.starts_with(INDENT) || text.trim().is_empty() => {
                let own = text.get(INDENT.len()..).unwrap_or_default().to_owned();
                self.document.blocks.last_mut().unwrap().lines.push(own);
            }
            Place::Table if text.starts_with('|') => {
                self.document.blocks.last_mut().unwrap().lines.push(text.to_owned());
                self.links_in(line, text);
            }
            Place::Text { .. } | Place::Indented | Place::Table => {
                self.take_text(line, text, after_blank);
            }
        }
    }

    fn take_text(&mut self, line: usize, text: &str, after_blank: bool) {
        let was_in_list = matches!(self.place, Place::Text { in_list: true });
        let trimmed = text.trim();
        if trimmed.is_empty() {
            self.in_code = false;
            if matches!(self.place, Place::Table) {
                self.place = Place::Text { in_list: false };
            }
            return;
        }
        let indent = text.len() - text.trim_start().len();
        let in_list = is_list_item(trimmed) || was_in_list && indent > 0;
        self.place = Place::Text { in_list };
        if let Some(comment) = trimmed.strip_prefix("<!--") {
            self.place = Place::Comment(comment.to_owned());
            return self.end_of_comment();
        }
        let mark = self.mark.take();
        if trimmed.starts_with(FENCE) {
            self.place = Place::Fence { indent };
            self.begin_block(line + 1, false, mark, text.get(..indent).unwrap());
            let language = trimmed.trim_start_matches('`').to_owned();
            self.document.blocks.last_mut().unwrap().language = language;
        } else if text.starts_with(INDENT) && after_blank && !in_list {
            self.place = Place::Indented;
            self.begin_block(line, false, mark, INDENT);
            let own = text.get(INDENT.len()..).unwrap().to_owned();
            self.document.blocks.last_mut().unwrap().lines.push(own);
        } else if text.starts_with('|') {
            self.place = Place::Table;
            self.begin_block(line, true, mark, "");
            self.document.blocks.last_mut().unwrap().lines.push(text.to_owned());
            self.links_in(line, text);
        } else {
            self.heading(trimmed);
            self.links_in(line, text);
        }
    }

    fn end_of_comment(&mut self) {
        if let Place::Comment(comment) = &self.place {
            if let Some(whole) = comment.strip_suffix("-->") {
                self.mark = Some(whole.trim().to_owned());
                self.place = Place::Text { in_list: false };
            }
        }
    }

    fn begin_block(&mut self, line: usize, is_table: bool, mark: Option<String>, indent: &str) {
        let (document, indent) = (self.document.name.clone(), indent.to_owned());
        let (language, lines) = (String::new(), Vec::new());
        let block = Block { document, line, is_table, language, mark, lines, indent };
        self.document.blocks.push(block);
    }

    fn heading(&mut self, text: &str) {
        let title = text.trim_start_matches('#');
        if title.len() < text.len() && title.starts_with(' ') {
            let slug = slug(title.trim());
            let anchor = match self.slugs.iter().filter(|other| **other == slug).count() {
                0 => slug.clone(),
                count => format!("{slug}-{count}"),
            };
            self.slugs.push(slug);
            self.document.anchors.push(anchor);
        }
    }

    /// The links outside of code in a line: `[text](target)`, and the report's own `[![…](…)](…)`.
    fn links_in(&mut self, line: usize, text: &str) {
        let mut prose = String::new();
        for (index, part) in text.split('`').enumerate() {
            self.in_code ^= index > 0;
            prose.push_str(if self.in_code { "``" } else { part });
        }
        for (at, _) in prose.match_indices("](") {
            let target = prose[at + 2..].split(')').next().unwrap().to_owned();
            let start = prose[..at].rfind('[').unwrap_or(0);
            let is_picture = prose[..start].ends_with('!');
            self.document.links.push(Link { line, target, is_picture });
        }
        let other_kinds = ["<img", "<a ", "]: ", "]["];
        let found = other_kinds.iter().find(|kind| prose.contains(**kind));
        let name = &self.document.name;
        assert!(
            found.is_none(),
            "{name}:{line} has a link of a kind that is not checked: {found:?}"
        );
    }
}

fn is_list_item(trimmed: &str) -> bool {
    let number = trimmed.trim_start_matches(|c: char| c.is_ascii_digit());
    trimmed.starts_with("- ") || number.len() < trimmed.len() && number.starts_with(". ")
}

/// The anchor that GitHub gives a heading: small letters, hyphens for spaces, no punctuation.
pub(crate) fn slug(title: &str) -> String {
    let kept = title.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

const FENCE: &str = "```";
const INDENT: &str = "    ";

fn a_document_is_taken_apart() {
    let text = "# A b\n\n`a\n`[l](m)\n\n- x\n\n      y\n\n[l](a.md#b) `[no](c)` ![p](d.png)\n\n<!-- run:\na -->\n\n    \
                cargo run\n\n    more\n\n## A, `b`!\n\n<!-- lost -->\ntext\n```sh\n$ x\n\n```\n| t |\n";
    let document = Document::read("x.md", text);
    assert_eq!(document.anchors, ["a-b", "a-b-1"]);
    let links: Vec<_> =
        document.links.iter().map(|link| (link.line, &*link.target, link.is_picture)).collect();
    assert_eq!(links, [(4, "m", false), (10, "a.md#b", false), (10, "d.png", true)]);
    let blocks: Vec<_> = document.blocks.iter().map(|block| (block.line, block.text())).collect();
    let expected = [(15, "cargo run\n\nmore"), (24, "$ x"), (27, "| t |")];
    assert_eq!(blocks, expected.map(|(line, text)| (line, text.to_owned())));
    let marks: Vec<_> = document.blocks.iter().map(|block| block.marked("run")).collect();
    assert_eq!(marks, [Some("a"), None, None]);
}
