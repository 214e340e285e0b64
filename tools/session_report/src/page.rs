//! The whole page: style, views, data and script in one text that needs nothing else.

use crate::figures::Totals;
use crate::session::Session;
use crate::text::{escaped, line};
use crate::view;

mod columns;
mod data;

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");
/// The hash of the script as it is in the page, which is the only one that a browser runs here (a test computes it anew).
const SCRIPT_HASH: &str = include_str!("page/script.sha256");

/// The page of a session.
pub(crate) fn page(session: &Session) -> String {
    let totals = Totals::of(session);
    let header = &session.header;
    let began = if header.began.is_empty() { String::new() } else { format!(", {}", header.began) };
    let title = escaped(&format!("{}: what happened{began}", header.title)).replace('\n', " ");
    let views = [
        view::head::head(session, &totals),
        view::dialogue::dialogue(session),
        view::packets::packets(session, &totals),
        view::curves::curves(session, &totals),
        view::gaps::gaps(session),
        view::tables::replies(session),
        view::tables::lost(session),
        view::again::again(session, &totals),
    ];
    let (views, data, hash) = (views.concat(), data::data(session), SCRIPT_HASH.trim());
    let (style, script) = (lean(STYLE), lean(SCRIPT));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; script-src 'sha256-{hash}'; img-src data:; base-uri 'none'; \
         form-action 'none'\">\n<link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n\
         <style>\n{style}</style>\n</head>\n<body>\n{PATTERNS}{views}{DIALOG}\
         <script type=\"application/json\" id=\"data\">{data}</script>\n\
         <script>{script}</script>\n</body>\n</html>\n"
    )
}

/// A page without a script: the style, and sections that are HTML already.
pub(crate) fn still(title: &str, sections: &str) -> String {
    let (title, style) = (line(title), lean(STYLE));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n\
         <style>\n{style}</style>\n</head>\n<body>\n{sections}</body>\n</html>\n"
    )
}

/// A source as a browser needs it: no text in it goes over the end of a line.
fn lean(source: &str) -> String {
    let lines = source.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The hatchings of the figures.
const PATTERNS: &str = "<svg width=\"0\" height=\"0\" class=\"defs\" aria-hidden=\"true\"><defs>\
<pattern id=\"hx\" width=\"12\" height=\"12\" patternUnits=\"userSpaceOnUse\" \
patternTransform=\"rotate(45)\"><path d=\"M0 0V12\" class=\"hatched\"/></pattern>\
<pattern id=\"hp\" width=\"9\" height=\"9\" patternUnits=\"userSpaceOnUse\" \
patternTransform=\"rotate(45)\"><path d=\"M0 0V9\" class=\"paused\"/></pattern></defs></svg>\n";

const DIALOG: &str = "<dialog id=\"bytes\" aria-labelledby=\"bytes-title\"><p id=\"bytes-title\"></p>\
<pre id=\"bytes-text\" tabindex=\"0\"></pre><pre id=\"bytes-hex\" tabindex=\"0\"></pre>\
<button type=\"button\" id=\"bytes-close\" autofocus>Close</button></dialog>\n";
