//! The page of a class: a row for each submission, with a link to its card, and what most fail.

use quick_xml::escape::escape;

use crate::html;

use super::checked::Checked;
use super::summary::{Summary, first};

pub(crate) fn page(summary: &Summary<'_>) -> String {
    let rows: String = summary.all.iter().map(row).collect();
    let failures = summary.failures();
    let failed = failures.iter().map(|(count, requirement)| {
        let (part, title) = (escape(requirement.part), escape(requirement.title));
        let handed_out = if summary.is_handed_out(requirement) { "yes" } else { "-" };
        format!("<tr><td>{count}</td><td>{handed_out}</td><td>{part}: {title}</td></tr>\n")
    });
    let failed: String = failed.collect();
    let body = format!(
        "<table>\n<tr><th>program</th><th>points</th><th>passed</th><th>failed</th>\
         <th>not checked</th><th>first failure</th></tr>\n{rows}</table>\n\
         <h2>What most fail</h2>\n<table>\n<tr><th>failed</th><th>handed out?</th>\
         <th>requirement</th></tr>\n{failed}</table>\n"
    );
    html::page("Class", &body)
}

fn row(checked: &Checked) -> String {
    let name = escape(checked.submission.name.as_str());
    match &checked.sheet {
        Ok(sheet) => {
            let points = sheet.points.map_or_else(|| "-".to_owned(), |points| points.to_string());
            let (counts, first) = (sheet.counts, first(sheet));
            let cells = [
                points,
                counts.pass.to_string(),
                counts.fail.to_string(),
                counts.not_checked.to_string(),
            ];
            let cells: String = cells.map(|cell| format!("<td>{cell}</td>")).concat();
            // A file's name has no character that an address has a use of its own for.
            let (file, first) = (escape(checked.submission.file.as_str()), escape(&first));
            format!("<tr><td><a href=\"{file}.html\">{name}</a></td>{cells}<td>{first}</td></tr>\n")
        }
        Err(why) => {
            let why = escape(why.as_str());
            format!("<tr><td>{name}</td><td colspan=\"5\">not judged: {why}</td></tr>\n")
        }
    }
}
