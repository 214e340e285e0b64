//! The page in Chromium and in Firefox: it opens offline, everything on it can be reached by keys alone,
//! nothing is cut off on screen or on paper.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::{Browser, KINDS, Kind, Settings};
use crate::common::left_out::needs_all;
use crate::harness::tests;
use crate::html::page_of;
use crate::made_up::{HOSTILE, log};

tests![
    a_message_shows_its_bytes_and_gives_the_focus_back,
    keys_and_buttons_enlarge,
    hostile_words_do_nothing,
    nothing_is_cut_off_and_nothing_is_small,
    four_pages_of_paper,
    without_scripts_the_page_is_there,
    dark_where_the_reader_wants_it;
    long: an_hour_is_drawn
];

/// A page in a folder with a blank and an umlaut in its name.
struct Shown {
    folder: TempDir,
    file: PathBuf,
}

impl Shown {
    fn of(log: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("My Übung");
        fs::create_dir(&inside).unwrap();
        let file = inside.join("session.html");
        fs::write(&file, page_of(log).0).unwrap();
        Self { folder, file }
    }

    fn address(&self) -> String {
        let path = self.file.display().to_string();
        format!("file://{}", path.replace(' ', "%20").replace('Ü', "%C3%9C"))
    }
}

/// Opens the page in both browsers, one after the other.
fn in_both(log: &str, settings: Settings, look: impl Fn(&mut Browser, Kind, &Path)) {
    let shown = Shown::of(log);
    for kind in KINDS {
        let mut browser = Browser::start(kind, settings, (1366, 768));
        browser.open(&shown.address());
        look(&mut browser, kind, shown.folder.path());
    }
}

fn ordinary() -> String {
    log(240, 20, "movie.Mjpeg")
}

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const IS_OPEN: &str = "return document.getElementById('bytes').open";
const FOCUSED: &str = "const it = document.activeElement; return it.dataset.m || it.id || it.dataset.k || it.textContent";

fn a_message_shows_its_bytes_and_gives_the_focus_back() {
    in_both(&ordinary(), Settings::default(), |browser, kind, _| {
        let resources = browser.script("return performance.getEntriesByType('resource').length");
        assert_eq!(resources, json!(0), "{kind:?}");
        browser.click("a.msg[data-m='1'] text");
        assert_eq!(browser.script(IS_OPEN), json!(true), "{kind:?}");
        let shown = browser.script("return document.getElementById('bytes').innerText");
        let shown = shown.as_str().unwrap();
        assert!(
            shown.contains("client → server, 0.000 s at the client, 0.000 s at the server"),
            "{shown}"
        );
        assert!(shown.contains("SETUP movie.Mjpeg RTSP/1.0") && shown.contains("CR LF"), "{shown}");
        assert!(shown.contains("0000  53 45 54 55 50 20"), "{shown}");
        browser.key(ESCAPE);
        assert_eq!(browser.script(IS_OPEN), json!(false));
        assert_eq!(browser.script(FOCUSED), json!("1"), "{kind:?}");
        // By keys alone: every message and control, and each shows that it has the focus.
        let reached = tabbed(browser);
        let messages = (1..=12).map(|number| number.to_string());
        let keys =
            ["ArrowLeft", "ArrowRight", "+", "-", "p", "n", "0", "single"].map(str::to_owned);
        for wanted in messages.chain(keys).skip(1) {
            assert!(reached.contains(&wanted), "{kind:?}: {wanted} is not in {reached:?}");
        }
        browser.script("document.querySelector(\"a.msg[data-m='4']\").focus()");
        browser.key(ENTER);
        assert_eq!(browser.script(IS_OPEN), json!(true), "{kind:?}");
        browser.key(ESCAPE);
        assert_eq!(browser.script(FOCUSED), json!("4"), "{kind:?}");
    });
}

/// What gets the focus by Tab, in order; each of it is marked.
fn tabbed(browser: &mut Browser) -> Vec<String> {
    let ring = "const it = document.activeElement, hit = it.querySelector('.hit'); \
        const of = getComputedStyle(hit || it); return hit ? of.strokeWidth : of.outlineWidth";
    (0..19)
        .map(|_| {
            browser.key(TAB);
            let focused = browser.script(FOCUSED).as_str().unwrap_or_default().to_owned();
            let ring = browser.script(ring);
            assert!(["2px", "3px"].contains(&ring.as_str().unwrap()), "{focused}: {ring}");
            focused
        })
        .collect()
}

const SAID: &str = "return document.getElementById('say').textContent";
const DRAWN: &str = "return document.getElementById('single').innerHTML.length + document.getElementById('brush').innerHTML";

fn keys_and_buttons_enlarge() {
    in_both(&ordinary(), Settings::default(), |browser, kind, _| {
        let said = browser.script(SAID);
        assert!(
            said.as_str().unwrap().contains("Packet 60, 12,000 bytes of JPEG"),
            "the first late one: {said}"
        );
        browser.script("document.getElementById('single').focus()");
        let mut before = browser.script(DRAWN);
        for key in ["+", "\u{e014}", "\u{e012}", "-", "0", "+", "n", "n"] {
            browser.key(key);
            let now = browser.script(DRAWN);
            assert_ne!(now, before, "{kind:?}: {} changes nothing", key.escape_unicode());
            before = now;
        }
        let said = browser.script(SAID);
        assert!(said.as_str().unwrap().starts_with("Packet 100, "), "{said}");
        for key in ["ArrowRight", "+", "-", "p", "0"] {
            browser.click(&format!("#tools button[data-k='{key}']"));
            let now = browser.script(DRAWN);
            assert_ne!(now, before, "{kind:?}: the button {key} changes nothing");
            before = now;
        }
    });
}

fn hostile_words_do_nothing() {
    in_both(&log(100, 20, HOSTILE), Settings::default(), |browser, kind, _| {
        let state =
            browser.script("return [document.images.length, document.scripts.length, typeof hit]");
        assert_eq!(state, json!([0, 2, "undefined"]), "{kind:?}");
        browser.click("a.msg[data-m='3'] text");
        let shown = browser.script("return document.getElementById('bytes-text').innerText");
        let shown = shown.as_str().unwrap();
        assert!(shown.contains("</script><script>alert(1)</script>"), "{kind:?}: {shown}");
        assert!(shown.contains("\\u{2028}") && !shown.contains('\u{202e}'), "{kind:?}: {shown}");
        browser.key(ESCAPE);
        let said = browser.script(SAID);
        assert!(said.as_str().unwrap().starts_with("Packet "), "{said}");
    });
}

fn nothing_is_cut_off_and_nothing_is_small() {
    let smallest = "let least = 1e9; for (const it of document.querySelectorAll('svg text, svg tspan')) \
        least = Math.min(least, parseFloat(getComputedStyle(it).fontSize) * it.ownerSVGElement.getScreenCTM().a); \
        return least";
    let sideways =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    let shown = Shown::of(&ordinary());
    for kind in KINDS {
        for (size, least) in [((1366, 768), 17.0), ((1920, 1080), 23.0)] {
            let mut browser = Browser::start(kind, Settings::default(), size);
            browser.open(&shown.address());
            assert_eq!(browser.script("return innerWidth"), json!(size.0), "{kind:?}");
            assert_eq!(browser.script(sideways), json!(0), "{kind:?}, {size:?}");
            let found = browser.script(smallest).as_f64().unwrap();
            assert!(found >= least, "{kind:?}, {size:?}: {found} px");
            keep(&format!("{kind:?}-{}", size.0), &browser.screenshot());
        }
    }
}

fn four_pages_of_paper() {
    needs_all(&[("pdfinfo", "poppler-utils"), ("pdftotext", "poppler-utils")]);
    in_both(&ordinary(), Settings::default(), |browser, kind, folder| {
        let file = folder.join("page.pdf");
        fs::write(&file, browser.print()).unwrap();
        let output = Command::new("pdfinfo").arg(&file).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let pages = said.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap().trim();
        keep_as(&format!("{kind:?}.pdf"), &fs::read(&file).unwrap());
        assert_eq!(pages, "4", "{kind:?}: {said}");
        assert!(said.contains("A4"), "{kind:?}: {said}");
        let text = |page: &str| {
            let output = Command::new("pdftotext")
                .args(["-f", page, "-l", page])
                .arg(&file)
                .arg("-")
                .output();
            String::from_utf8(output.unwrap().stdout).unwrap()
        };
        let first = text("1");
        for wanted in ["slowest reply", "The dialogue", "TEARDOWN"] {
            assert!(first.contains(wanted), "{kind:?}: {wanted} is not on the first page: {first}");
        }
    });
}

fn without_scripts_the_page_is_there() {
    // Firefox's own driver needs scripts, so its picture is not taken.
    let shown = Shown::of(&ordinary());
    let settings = Settings { without_scripts: true, ..Settings::default() };
    let mut browser = Browser::start(Kind::Chromium, settings, (1366, 768));
    browser.open(&shown.address());
    let seen = "const of = (it) => getComputedStyle(document.querySelector(it)).display; \
        return [of('#tools'), document.querySelector('noscript p') !== null, document.querySelectorAll('svg').length > 4]";
    assert_eq!(browser.script(seen), json!(["none", true, true]));
    browser.click("a.msg[data-m='2'] text");
    let place = browser.script("return [location.hash, document.querySelector(':target').id]");
    assert_eq!(place, json!(["#m2", "m2"]));
}

fn dark_where_the_reader_wants_it() {
    let settings = Settings { is_dark: true, ..Settings::default() };
    in_both(&ordinary(), settings, |browser, kind, _| {
        let paper =
            browser.script("return getComputedStyle(document.documentElement).backgroundColor");
        assert_eq!(paper, Value::from("rgb(18, 22, 27)"), "{kind:?}");
        keep(&format!("{kind:?}-dark"), &browser.screenshot());
    });
}

/// With 72,000 packets every key still draws something.
fn an_hour_is_drawn() {
    in_both(&log(72_000, 20, "movie.Mjpeg"), Settings::default(), |browser, kind, _| {
        browser.script("document.getElementById('single').focus()");
        browser.key("0");
        let drawn = browser.script("return document.getElementById('single').textContent");
        assert!(drawn.as_str().unwrap().contains("72,000 packets: zoom in"), "{kind:?}: {drawn}");
    });
}

/// With `PICTURES=FOLDER` what the browsers have shown is kept there, to be looked at.
fn keep(name: &str, png: &[u8]) {
    keep_as(&format!("{name}.png"), png);
}

fn keep_as(name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("PICTURES") {
        fs::write(Path::new(&folder).join(name), bytes).unwrap();
    }
}
