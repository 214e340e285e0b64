//! The page: one file, with its style in it, and nothing that it loads.

use std::fmt::{self, Write};

use super::excerpt::Excerpt;
use super::highlight::{Language, Open, escaped, html};
use super::rows::{Chapter, Row};

/// The six classes as a page.
pub(crate) fn page(chapters: &[Chapter]) -> String {
    let mut page = String::new();
    write_page(&mut page, chapters).expect("a String takes all that is written");
    page
}

fn write_page(out: &mut String, chapters: &[Chapter]) -> fmt::Result {
    write!(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<title>The lab in Python and in Rust</title>\n<style>{STYLE}</style>\n</head>")?;
    writeln!(
        out,
        "<body>\n<h1>The lab in Python and in Rust</h1>\n<p class=\"about\">{ABOUT}</p>"
    )?;
    contents(out, chapters)?;
    for chapter in chapters {
        write_chapter(out, chapter)?;
    }
    writeln!(out, "</body>\n</html>")
}

fn contents(out: &mut String, chapters: &[Chapter]) -> fmt::Result {
    writeln!(out, "<nav>")?;
    for Chapter { class, rows } in chapters {
        let name = class.name;
        writeln!(out, "<section><h2><a href=\"#{name}\">{name}</a></h2>\n<ul>")?;
        for row in rows.iter().filter(|row| row.is_of_the_report) {
            let method = &row.method;
            writeln!(out, "<li><a href=\"#{name}.{method}\">{method}</a></li>")?;
        }
        writeln!(out, "</ul></section>")?;
    }
    writeln!(out, "</nav>")
}

fn write_chapter(out: &mut String, Chapter { class, rows }: &Chapter) -> fmt::Result {
    let (name, python) = (class.name, class.python());
    writeln!(out, "<h2 class=\"class\" id=\"{name}\">{name}")?;
    writeln!(out, "<small>{python} · {}</small></h2>", class.rust.join(", "))?;
    for row in rows.iter().filter(|row| row.is_of_the_report) {
        write_row(out, name, row)?;
    }
    let helpers: Vec<&Row> = rows.iter().filter(|row| !row.is_of_the_report).collect();
    if !helpers.is_empty() {
        writeln!(out, "<h3 class=\"helpers\">{name}: what the Python file has besides</h3>")?;
    }
    helpers.into_iter().try_for_each(|row| write_row(out, name, row))
}

fn write_row(out: &mut String, class: &str, row: &Row) -> fmt::Result {
    let method = &row.method;
    let (python, rust) = row.lengths();
    // On paper a short row stays on one page.
    let height = row.twins.iter().map(|item| item.excerpt.lines.len()).sum::<usize>();
    let short = height.max(row.python.lines.len()) <= SHORT;
    let class_of_row = if short { " class=\"short\"" } else { "" };
    writeln!(out, "<article{class_of_row} id=\"{class}.{method}\">\n<h3>{class}.{method}")?;
    if row.twins.is_empty() {
        writeln!(out, "<small>{python} lines of Python</small></h3>")?;
    } else {
        writeln!(out, "<small>{python} lines of Python, {rust} of Rust</small></h3>")?;
    }
    writeln!(out, "<div class=\"python\">")?;
    code(out, Language::Python, &row.python)?;
    writeln!(out, "</div>\n<div class=\"between\">")?;
    for item in row.twins.iter().filter(|item| !item.deviation.is_empty()) {
        writeln!(out, "<h4>Deviation</h4>\n{}", paragraphs(&item.deviation))?;
    }
    writeln!(out, "</div>\n<div class=\"rust\">")?;
    for item in &row.twins {
        code(out, Language::Rust, &item.excerpt)?;
    }
    if row.twins.is_empty() {
        let why = if row.is_of_the_report { NO_TWIN } else { HELPER };
        writeln!(out, "<p class=\"none\">{why}</p>")?;
    }
    writeln!(out, "</div>\n</article>")
}

fn code(out: &mut String, language: Language, excerpt: &Excerpt) -> fmt::Result {
    writeln!(out, "<h5>{}:{}</h5>", excerpt.file, excerpt.first_line())?;
    writeln!(out, "<pre>")?;
    let mut open = Open::Nothing;
    for line in &excerpt.lines {
        let text = line.text.trim_start_matches(' ');
        // A line that goes on below begins where it did, and a little further.
        let depth = line.text.len() - text.len();
        let text = html(language, text, &mut open);
        let number = line.number;
        write!(out, "<b>{number}</b><span style=\"--depth:{depth}\">{text}</span>")?;
        writeln!(out)?;
    }
    writeln!(out, "</pre>")
}

/// Paragraphs of Markdown, of which documents use names in `…` and links.
fn paragraphs(markdown: &str) -> String {
    let paragraphs = markdown.split("\n\n").map(|paragraph| {
        let joined = paragraph.replace('\n', " ");
        let mut html = String::new();
        for (place, part) in joined.split('`').enumerate() {
            let part = escaped(part);
            if place % 2 == 1 {
                write!(html, "<code>{part}</code>").ok();
            } else {
                html.push_str(&part.replace(['[', ']'], ""));
            }
        }
        format!("<p>{html}</p>")
    });
    paragraphs.collect::<Vec<_>>().join("\n")
}

const ABOUT: &str = "Each method of the Python lab's six classes at the left, its Rust twin at the \
    right, and between them what the Rust side does otherwise. Numbers are lines of the files. The \
    page is made from the sources by <code>cargo run --example side_by_side -- FILE.html</code>.";
/// So many lines fit on half a page of paper.
const SHORT: usize = 24;
const NO_TWIN: &str = "No Rust item has this name as its alias.";
const HELPER: &str = "A helper of this Python version; the report has no such method.";
const STYLE: &str = include_str!("style.css");
