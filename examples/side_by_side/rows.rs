//! The rows of the page: each Python method beside its Rust twin.

use std::path::Path;
use std::{fs, io};

use super::classes::{CLASSES, Class};
use super::excerpt::Excerpt;
use super::python;
use super::rust::{self, Item};

/// One class with its rows.
#[derive(Debug)]
pub(crate) struct Chapter {
    pub(crate) class: &'static Class,
    pub(crate) rows: Vec<Row>,
}

/// One Python method.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) method: String,
    pub(crate) python: Excerpt,
    /// None for a helper of the Python version that is not in the report.
    pub(crate) twins: Vec<Item>,
    pub(crate) is_of_the_report: bool,
}

impl Row {
    /// The lines of code of both sides: neither empty nor a comment.
    pub(crate) fn lengths(&self) -> (usize, usize) {
        let rust = self.twins.iter().map(|item| code_lines(&item.excerpt, "//"));
        (python_lines(&self.python), rust.sum())
    }

    /// A place to look at: the Rust side is more than twice as long.
    pub(crate) fn is_long(&self) -> bool {
        let (python, rust) = self.lengths();
        rust > 2 * python
    }
}

fn code_lines(excerpt: &Excerpt, comment: &str) -> usize {
    let texts = excerpt.lines.iter().map(|line| line.text.trim());
    texts.filter(|text| !text.is_empty() && !text.starts_with(comment)).count()
}

/// Without the string that documents a method.
fn python_lines(excerpt: &Excerpt) -> usize {
    let mut inside = false;
    let is_code = |text: &&str| {
        let marks = text.matches("\"\"\"").count();
        let is_document = inside || text.starts_with("\"\"\"");
        inside ^= marks == 1;
        !is_document && !text.is_empty() && !text.starts_with('#')
    };
    excerpt.lines.iter().map(|line| line.text.trim()).filter(is_code).count()
}

/// All six classes of the project in that folder.
///
/// # Errors
/// A source can't be read, or is no Rust.
pub(crate) fn chapters(project: &Path) -> io::Result<Vec<Chapter>> {
    CLASSES.iter().map(|class| Ok(Chapter { class, rows: rows(project, class)? })).collect()
}

fn rows(project: &Path, class: &Class) -> io::Result<Vec<Row>> {
    let python = class.python();
    let methods = python::methods(&python, &fs::read_to_string(project.join(&python))?);
    let items = rust_items(project, class)?;
    let row = |method: python::Method| {
        let is_of_the_report = class.methods.contains(&method.name.as_str());
        let twins = items.iter().filter(|item| item.is_twin_of(&method.name));
        Row {
            twins: twins.cloned().collect(),
            method: method.name,
            python: method.excerpt,
            is_of_the_report,
        }
    };
    Ok(methods.into_iter().map(row).collect())
}

fn rust_items(project: &Path, class: &Class) -> io::Result<Vec<Item>> {
    let mut items = Vec::new();
    for place in class.rust {
        let mut files = vec![(*place).to_owned()];
        if project.join(place).is_dir() {
            let entries = fs::read_dir(project.join(place))?;
            let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
            let names = names.collect::<io::Result<Vec<_>>>()?;
            files = names.iter().map(|name| format!("{place}/{name}")).collect();
            files.sort();
        }
        for file in files.iter().filter(|file| Path::new(file).extension() == Some("rs".as_ref())) {
            let source = fs::read_to_string(project.join(file))?;
            let no_rust = |error| io::Error::other(format!("{file}: {error}"));
            items.extend(rust::items(file, &source).map_err(no_rust)?);
        }
    }
    Ok(items)
}
