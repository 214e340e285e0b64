//! The page of `examples/side_by_side` has every Python method, each with its Rust twin.

use std::collections::HashSet;
use std::fs;

use super::side_by_side::page::page;
use super::side_by_side::rows::{Chapter, Row, chapters};
use super::source::root;

fn rows(chapters: &[Chapter]) -> impl Iterator<Item = (&'static str, &Row)> {
    chapters.iter().flat_map(|chapter| chapter.rows.iter().map(|row| (chapter.class.name, row)))
}

#[test]
fn every_python_method_has_its_row_and_its_rust_side() {
    let chapters = chapters(root()).unwrap();
    let html = page(&chapters);
    for chapter in &chapters {
        let own = chapter.rows.iter().filter(|row| row.is_of_the_report);
        let methods: Vec<&str> = own.map(|row| row.method.as_str()).collect();
        let name = chapter.class.name;
        assert_eq!(
            methods, chapter.class.methods,
            "{name}: the methods of the Python file, in order"
        );
    }
    for (class, row) in rows(&chapters) {
        let id = format!(" id=\"{class}.{}\"", row.method);
        assert_eq!(html.matches(&id).count(), 1, "{id}");
        assert!(!row.twins.is_empty() || !row.is_of_the_report, "{class}.{}: no twin", row.method);
        for twin in &row.twins {
            let place = format!("<h5>{}:{}</h5>", twin.excerpt.file, twin.excerpt.first_line());
            assert!(html.contains(&place), "{place}");
        }
    }
}

/// Each line of code of both sides is on the page as it is in its file, with its number.
#[test]
fn every_line_stands_there_as_in_its_file() {
    let chapters = chapters(root()).unwrap();
    let text = text_of(&page(&chapters));
    let shown: HashSet<&str> = text.lines().collect();
    for (class, row) in rows(&chapters) {
        for excerpt in row.twins.iter().map(|twin| &twin.excerpt).chain([&row.python]) {
            let source = fs::read_to_string(root().join(&excerpt.file)).unwrap();
            for line in &excerpt.lines {
                let of_file = source.lines().nth(line.number - 1).unwrap();
                assert_eq!(line.text.trim(), of_file.trim(), "{}:{}", excerpt.file, line.number);
                let expected = format!("{}{}", line.number, line.text.trim());
                assert!(shown.contains(expected.as_str()), "{class}: {expected}");
            }
        }
    }
}

/// Without tags.
fn text_of(html: &str) -> String {
    let texts = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    let text: String = texts.collect();
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[test]
fn it_loads_nothing() {
    let html = page(&chapters(root()).unwrap());
    for tag in ["<img", "<link", "<script", "<iframe", "<object"] {
        assert!(!html.contains(tag), "{tag}: in the code that is shown, no tag begins so");
    }
    let style =
        html.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).unwrap();
    assert!(!style.contains("url(") && !style.contains("@import"));
}

/// These rows are no faults, but places to look at.
#[test]
fn long_rows_are_told() {
    let chapters = chapters(root()).unwrap();
    for (class, row) in rows(&chapters).filter(|(_, row)| row.is_long()) {
        let (python, rust) = row.lengths();
        println!("{class}.{}: {python} lines of Python, {rust} of Rust", row.method);
    }
}
