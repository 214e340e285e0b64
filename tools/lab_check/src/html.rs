//! A card as a page that stands alone: no script, no picture, nothing from elsewhere.

use quick_xml::escape::escape;

use crate::sheet::{Outcome, Sheet, SheetLine};

/// A page with that title; the rest is HTML already.
pub(crate) fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width\"/>\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}</body>\n</html>\n"
    )
}

/// The card.
pub(crate) fn card(sheet: &Sheet) -> String {
    let counts = sheet.counts;
    let mut sum = format!(
        "{} passed, {} failed, {} tolerated, {} not offered, {} not checked",
        counts.pass, counts.fail, counts.tolerated, counts.not_offered, counts.not_checked
    );
    if let Some(points) = sheet.points_line() {
        sum = format!("{sum}; {points}");
    }
    let Sheet { role, command, time, .. } = sheet;
    let (role, command) = (role.name(), escape(command.as_str()));
    let about = format!("<p>{sum}</p>\n<p>{role} <code>{command}</code>, {time}</p>\n");
    let parts = sheet.lines.chunk_by(|one, other| one.part == other.part).map(part);
    page(&sheet.name, &(about + &failures(sheet) + &parts.collect::<String>()))
}

/// What failed, as links to the lines.
fn failures(sheet: &Sheet) -> String {
    let failed = sheet.lines.iter().filter(|line| line.verdict == Outcome::Fail);
    let link = |line: &SheetLine| {
        let (id, part, title) = (&line.id, escape(&line.part), escape(&line.title));
        format!("<li><a href=\"#{id}\">{part}: {title}</a></li>\n")
    };
    let links: String = failed.map(link).collect();
    if links.is_empty() { links } else { format!("<h2>What failed</h2>\n<ul>\n{links}</ul>\n") }
}

fn part(lines: &[SheetLine]) -> String {
    let heading = lines.first().map_or("", |line| line.part.as_str());
    let rows: String = lines.iter().map(row).collect();
    format!("<h2>{}</h2>\n<table>\n{rows}</table>\n", escape(heading))
}

fn row(line: &SheetLine) -> String {
    let measured = line.measured.as_ref().map(|measured| format!(": {measured}"));
    let title = format!("{}{}", line.title, measured.unwrap_or_default());
    let points = match (line.points, line.of) {
        (Some(points), Some(of)) if of > 0.0 => format!("{points} of {of}"),
        _ => String::new(),
    };
    let story = story(line);
    let (id, word, class) = (&line.id, line.verdict.word(), class_of(line.verdict));
    let title = escape(&title);
    format!(
        "<tr id=\"{id}\"><td class=\"{class}\">{word}</td><td>{title}{story}</td>\
         <td>{points}</td></tr>\n"
    )
}

/// What stands below the line.
fn story(line: &SheetLine) -> String {
    if let Some(note) = &line.note {
        return format!("<pre>{}</pre>", escape(note.as_str()));
    }
    let Some(evidence) = &line.evidence else { return String::new() };
    let item = |(name, text)| format!("<dt>{name}</dt><dd><pre>{}</pre></dd>", escape(text));
    let items: String = evidence.parts().map(item).collect();
    format!("<dl>{items}</dl>")
}

const fn class_of(verdict: Outcome) -> &'static str {
    match verdict {
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        Outcome::Tolerated => "tolerated",
        Outcome::NotOffered | Outcome::NotChecked => "open",
    }
}

const STYLE: &str = "\
:root { color-scheme: light dark; }
body { font-family: sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .2em .6em; border-bottom: 1px solid #8884; }
td:first-child { width: 7em; white-space: nowrap; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .2em 0; }
dl { display: grid; grid-template-columns: 6em 1fr; margin: .2em 0; }
dd { margin: 0; }
.pass { color: #080; } .fail { color: #c00; font-weight: bold; } .tolerated { color: #960; } .open { color: #777; }
";
