//! The page's text: nothing of it comes from elsewhere, words of others stay words, and without a script
//! all but the enlarged view is there.

use std::collections::BTreeSet;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::harness::tests;
use crate::made_up::{HOSTILE, log, requests};
use crate::session::{Page, report, text};

tests![
    nothing_comes_from_elsewhere,
    the_hash_is_that_of_the_script,
    words_of_others_stay_words,
    without_a_script_the_texts_are_there,
    the_same_log_gives_the_same_page,
    without_its_figures_a_page_is_small,
    a_flood_of_messages_is_bounded_and_what_is_left_out_is_counted,
    an_hour_at_20_a_second_stays_a_page;
    long: an_hour_at_200_a_second_stays_a_page
];

pub(crate) fn page_of(log: &str) -> Page {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), log).unwrap();
    report(&[file.path().to_str().unwrap()])
}

fn nothing_comes_from_elsewhere() {
    for page in [page_of(&log(200, 20, "movie.Mjpeg")), page_of(&log(200, 20, HOSTILE))] {
        // Text is escaped, so a quote is an attribute's.
        for place in ["src=\"", "href=\"", "url("] {
            for (at, _) in page.0.match_indices(place) {
                let what = &page.0[at + place.len()..][..6];
                assert!(what.starts_with('#') || what.starts_with("data:"), "{place}{what}");
            }
        }
        let policy = page.between("Content-Security-Policy\" content=\"", "\"");
        assert!(
            policy
                .starts_with("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")
        );
        for word in ["<iframe", "<object", "<embed", "<base", "@import", "fetch(", "eval("] {
            assert!(!page.0.contains(word), "{word}");
        }
    }
}

fn the_hash_is_that_of_the_script() {
    let page = page_of(&log(20, 20, "movie.Mjpeg"));
    let script = page.between("<script>", "</script>");
    let hash = STANDARD.encode(Sha256::digest(script.as_bytes()));
    let own = page.between("script-src 'sha256-", "'");
    assert_eq!(own, hash, "tools/session_report/src/page/script.sha256 should be {hash}");
}

fn words_of_others_stay_words() {
    let page = page_of(&log(100, 20, HOSTILE));
    assert_eq!(page.0.matches("</script").count(), 2, "the data's and the script's");
    assert_eq!(page.0.matches("<script").count(), 2);
    assert!(!page.0.contains("<img") && !page.0.contains("<!--"));
    let data = page.between("id=\"data\">", "</script>");
    assert!(!data.contains('<') && !data.contains('\u{2028}') && !data.contains('\u{2029}'));
    for sign in ['\u{2028}', '\u{2029}', '\u{1b}', '\u{202e}'] {
        assert!(!page.0.contains(sign), "{}", sign.escape_unicode());
    }
    let shown = text(page.between("<tbody>", "</tbody>"));
    assert!(shown.contains("</script><script>alert(1)</script><!--<script><img src=x"), "{shown}");
    assert!(shown.contains("\\u{2028}") && shown.contains("\\u{1b}[2J"), "{shown}");
}

fn without_a_script_the_texts_are_there() {
    let page = page_of(&log(100, 20, "movie.Mjpeg"));
    assert!(page.between("<noscript>", "</noscript>").contains("need JavaScript"));
    let body = page.between("<body>", "<script");
    for part in body.split("<button").skip(1) {
        let before = &body[..body.find(part).unwrap()];
        let is_hidden =
            before.rfind("hidden>") > before.rfind("</div>") || before.contains("<dialog");
        assert!(is_hidden, "a dead button: {}", &part[..60]);
    }
    let ids: BTreeSet<_> =
        body.split(" id=\"").skip(1).filter_map(|it| it.split('"').next()).collect();
    let links: Vec<_> =
        body.split("href=\"#").skip(1).filter_map(|it| it.split('"').next()).collect();
    assert_eq!(links.iter().filter(|link| link.starts_with('m')).count(), 12, "a message each");
    assert!(links.iter().all(|link| ids.contains(link)), "{links:?} {ids:?}");
}

fn the_same_log_gives_the_same_page() {
    let log = log(300, 20, "movie.Mjpeg");
    assert_eq!(page_of(&log).0, page_of(&log).0);
}

fn without_its_figures_a_page_is_small() {
    let mut page = page_of(&log(100, 20, "movie.Mjpeg")).0;
    for (start, end) in [("<svg", "</svg>"), ("id=\"data\">", "</script>"), ("<table", "</table>")]
    {
        while let Some(at) = page.find(start) {
            let length = page[at..].find(end).unwrap() + end.len();
            page.replace_range(at..at + length, "");
        }
    }
    assert!(page.len() <= 30_000, "{}", page.len());
}

fn an_hour_at_20_a_second_stays_a_page() {
    let page = page_of(&log(72_000, 20, "movie.Mjpeg"));
    assert!(page.0.len() <= 1_200_000, "{}", page.0.len());
}

fn an_hour_at_200_a_second_stays_a_page() {
    let page = page_of(&log(720_000, 200, "movie.Mjpeg"));
    assert!(page.0.len() <= 9_500_000, "{}", page.0.len());
}

fn a_flood_of_messages_is_bounded_and_what_is_left_out_is_counted() {
    let page = page_of(&requests(5_000, &"x".repeat(20_000)));
    assert!(page.0.len() < 5_000_000, "{} bytes", page.0.len());
    assert!(page.0.contains("4,600 requests are left out here"));
    assert!(page.0.contains("characters are left out"));
    for (row, is_there) in [(1, true), (399, true), (401, false), (9_599, false), (9_601, true)] {
        assert_eq!(page.0.contains(&format!("<td id=\"m{row}\"")), is_there, "{row}");
    }
    let few = page_of(&requests(400, "x"));
    assert!(!few.0.contains("left out here"), "all of them have room");
}
