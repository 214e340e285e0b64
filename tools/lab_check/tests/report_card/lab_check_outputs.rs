//! What `lab_check` leaves of a card for other programs: JSON, a JUnit report, points, the table.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::left_out::{is_installed, leave_out, python};
use crate::common::movies::{folder_with, lab_format, real_frames};
use crate::common::programs::project;
use crate::harness::tests;
use crate::lab_check_common::{Outcome, Table, lab_check, python_lab};

tests![
    each_line_of_a_card_is_in_its_json_and_its_report,
    bytes_of_others_are_legal_in_json_and_xml,
    a_program_that_does_not_start_is_an_error_of_the_report,
    points_that_are_wrong_are_told_in_one_line_before_the_check,
    the_points_of_the_document_are_read,
    files_that_can_not_be_written_are_told_before_the_check,
];

fn folder() -> TempDir {
    folder_with(&lab_format(real_frames().get(..300).unwrap()))
}

/// What a call has left, and said.
struct Left {
    outcome: Outcome,
    json: Value,
    xml: String,
    html: String,
    table: Table,
}

/// Checks a program, and leaves all kinds of files.
fn check(folder: &Path, words: &[&str]) -> Left {
    let path = |name: &str| folder.join(name);
    fs::write(path("card.json"), "{".repeat(100_000)).unwrap();
    let outcome = Outcome::of(lab_check(folder).args(words).args([
        "--json",
        "card.json",
        "--junit",
        "card.xml",
        "--gradescope",
        "results.json",
        "--html",
        "card.html",
        "--tsv",
        "card.tsv",
    ]));
    let json = fs::read_to_string(path("card.json")).unwrap();
    let json = serde_json::from_str(&json).unwrap_or_else(|flaw| panic!("{flaw}: {outcome:?}"));
    let xml = fs::read_to_string(path("card.xml")).unwrap();
    let table = Table::read(&path("card.tsv"));
    let html = fs::read_to_string(path("card.html")).unwrap();
    assert_stands_alone(&html);
    Left { outcome, json, xml, html, table }
}

/// A page whose elements are all closed, and that fetches and runs nothing.
#[track_caller]
fn assert_stands_alone(html: &str) {
    let mut reader = quick_xml::Reader::from_str(html);
    let mut elements = 0;
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(_) => elements += 1,
            Err(flaw) => panic!("{flaw} at {} of {html}", reader.error_position()),
        }
    }
    assert!(elements > 100, "{html}");
    for word in ["<script", " src=", "<link", "url(", "@import", "http:", "https:"] {
        assert!(!html.contains(word), "{word} in {html}");
    }
}

fn each_line_of_a_card_is_in_its_json_and_its_report() {
    let folder = folder();
    let points = "setup\t3\nserver version\t4.5\ncseq\t2.25\nwrong_session\t1\n";
    fs::write(folder.path().join("points.tsv"), points).unwrap();
    let server = format!(
        "\"{}\" -S \"{}\" no-cseq {{port}}",
        python(),
        python_lab("faults/server.py").display()
    );
    let words = ["server", &server, "--name", "Anna", "--points", "points.tsv"];
    let Left { outcome, json, xml, html, table } = check(folder.path(), &words);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    for (field, value) in [
        ("schema", json!("lab_check/1")),
        ("name", json!("Anna")),
        ("role", json!("server")),
        ("command", json!(server)),
        ("started", json!(true)),
        ("points", json!(8.5)),
        ("of", json!(10.75)),
        ("undecided", json!(0.0)),
    ] {
        assert_eq!(json[field], value, "{field}");
    }
    assert_eq!(outcome.stdout.lines().last(), Some("points: 8.5 of 10.75"));
    let counts = &json["counts"];
    let in_words = format!(
        "Anna: {} passed, {} failed, {} not offered, {} not checked",
        counts["pass"], counts["fail"], counts["not_offered"], counts["not_checked"],
    );
    assert!(outcome.stdout.contains(&in_words), "{in_words} of {}", outcome.stdout);

    let lines = json["lines"].as_array().unwrap();
    let ids: Vec<_> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids, table.requirements(), "the lines of the table");
    let line = |id: &str| lines.iter().find(|line| line["id"] == id).unwrap();
    let cseq = line("cseq");
    assert_eq!(
        (&cseq["verdict"], &cseq["points"], &cseq["of"]),
        (&json!("fail"), &json!(0.0), &json!(2.25))
    );
    assert_eq!(cseq["title"], "the request's CSeq is repeated");
    let evidence = &cseq["evidence"];
    assert!(evidence["sent"].as_str().unwrap().starts_with("SETUP movie.Mjpeg RTSP/1.0␊CSeq: 1␊"));
    assert!(evidence["came"].as_str().unwrap().starts_with("RTSP/1.0 200 OK␊Session: "));
    assert_eq!(evidence["expected"], "CSeq: 1");
    assert_eq!(evidence["see"], "docs/protocol.md, \"CSeq\"");
    assert_eq!((&cseq["handed_out"], &line("split")["handed_out"]), (&json!(false), &json!(true)));
    assert_eq!(line("wrong_session")["verdict"], "not_offered");
    assert_eq!(line("wrong_session")["points"], 1.0, "nobody asks for it");
    assert!(line("reply_form")["note"].as_str().unwrap().contains("missing"));
    let measured = line("rate")["measured"].as_str().unwrap();
    assert!(measured.ends_with("(the median of half seconds)"), "{measured}");

    let [row] = table.rows.as_slice() else { panic!("{table:?}") };
    assert_eq!((row["points"].as_str(), row["of points"].as_str()), ("8.5", "10.75"));
    let figures = &json["figures"];
    for (column, field, places) in [
        ("frames a second", "rate", 2),
        ("frames lost", "lost", 0),
        ("first packet ms", "first_packet_ms", 1),
        ("reply ms", "reply_ms", 1),
    ] {
        let value = figures[field].as_f64().unwrap_or_else(|| panic!("no {field} in {figures}"));
        assert_eq!(row[column], format!("{value:.places$}"), "{column}");
    }
    assert_eq!((&figures["ends"], row["ended"].as_str()), (&Value::Null, "-"));

    assert!(html.contains("<a href=\"#cseq\">Replies: the request"), "{html}");
    let row =
        "<tr id=\"cseq\"><td class=\"fail\">FAIL</td><td>the request&apos;s CSeq is repeated<dl>";
    assert!(html.contains(row), "{html}");
    assert!(
        html.contains("<td>0 of 2.25</td>") && html.contains("; points: 8.5 of 10.75</p>"),
        "{html}"
    );
    assert_eq!(html.matches("<tr id=").count(), lines.len(), "{html}");

    let count = |word: &str| xml.matches(word).count();
    assert_eq!(count("<testcase "), lines.len(), "{xml}");
    assert_eq!(Some(count("<failure ") as u64), counts["fail"].as_u64(), "{xml}");
    let skipped = ["not_offered", "not_checked"].map(|field| counts[field].as_u64().unwrap());
    assert_eq!(count("<skipped>") as u64, skipped.iter().sum::<u64>(), "{xml}");
    assert!(xml.contains("<property name=\"of\" value=\"2.25\"/>"), "points of a part: {xml}");
    assert_gradescope_shows(&folder.path().join("results.json"), &json);
    assert_follows_the_schema(&folder.path().join("card.xml"));
}

/// What Gradescope is to show, as it documents its `results.json`: points add up, nothing is hidden.
#[track_caller]
fn assert_gradescope_shows(path: &Path, card: &Value) {
    let file = fs::read_to_string(path).unwrap();
    let results: Value = serde_json::from_str(&file).unwrap();
    let tests = results["tests"].as_array().unwrap();
    assert_eq!(tests.len(), card["lines"].as_array().unwrap().len());
    let sum = |field: &str| tests.iter().map(|test| test[field].as_f64().unwrap()).sum::<f64>();
    assert_eq!(
        [sum("score"), sum("max_score")].map(Some),
        [card["points"].as_f64(), card["of"].as_f64()]
    );
    assert_eq!(results["score"], card["points"]);
    let test = tests.iter().find(|test| test["name"] == "Replies: the request's CSeq is repeated");
    let test = test.unwrap();
    assert_eq!((&test["status"], &test["visibility"]), (&json!("failed"), &json!("visible")));
    let told = test["output"].as_str().unwrap();
    assert!(told.starts_with("FAIL\nsent: SETUP movie.Mjpeg"), "{told}");
    assert!(told.contains("\nexpected: CSeq: 1\n"), "{told}");
    let open = tests.iter().find(|test| test["name"].as_str().unwrap().contains("of nobody"));
    assert_eq!(open.unwrap().get("status"), None, "{open:?}");
}

/// A server whose replies have what JSON, XML, a terminal and a table have a use of their own for.
fn bytes_of_others_are_legal_in_json_and_xml() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let place = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            thread::spawn(move || {
                while matches!(connection.read(&mut [0; 4096]), Ok(1..)) {
                    connection.write_all(STRANGE).ok();
                }
            });
        }
    });
    let folder = folder();
    let name = "<A&B>\u{7}\t\u{FFFE}\"\u{202E}]]>";
    let Left { outcome, json, xml, html, table } =
        check(folder.path(), &["server", "--at", &place, "--name", name]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(json["name"], "<A&B>\\x07\\x09\u{FFFE}\"\\u{202e}]]>");
    assert_eq!(table.rows[0]["program"], json["name"].as_str().unwrap());
    let came = json["lines"][0]["evidence"]["came"].as_str().unwrap();
    assert!(came.starts_with("RTSP/1.0 500 \\x1B[2J\u{FFFE}<&>\"\\u{202e}\\xFF]]>␊"), "{came}");
    let escaped = "RTSP/1.0 500 \\x1B[2J\\u{fffe}&lt;&amp;&gt;&quot;\\u{202e}\\xFF]]&gt;␊";
    assert_eq!(xml.matches(escaped).count(), 2, "{xml}");
    let escaped = "RTSP/1.0 500 \\x1B[2J\u{FFFE}&lt;&amp;&gt;&quot;\\u{202e}\\xFF]]&gt;␊";
    assert!(html.contains(escaped), "{html}");
    assert!(html.contains("<title>&lt;A&amp;B&gt;\\x07"), "{html}");
    let is_legal =
        |c: char| c == '\n' || !c.is_control() && !"\u{FFFE}\u{FFFF}\u{202E}".contains(c);
    assert!(xml.chars().all(is_legal), "{xml:?}");
    assert_follows_the_schema(&folder.path().join("card.xml"));
}

const STRANGE: &[u8] =
    b"RTSP/1.0 500 \x1b[2J\xEF\xBF\xBE<&>\"\xE2\x80\xAE\xFF]]>\nCSeq: 1\nSession: 1\n";

fn a_program_that_does_not_start_is_an_error_of_the_report() {
    let folder = folder();
    let server = "echo no module named cv2 >&2 && exit {port}";
    let Left { outcome, json, xml, .. } = check(folder.path(), &["server", server]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!((&json["started"], &json["counts"]["fail"]), (&json!(false), &json!(1)));
    let [errors, failures] = ["<error ", "<failure "].map(|word| xml.matches(word).count());
    assert_eq!((errors, failures), (1, 0), "{xml}");
    assert!(xml.contains("failures=\"0\" errors=\"1\""), "{xml}");
    assert!(xml.contains("no module named cv2"), "{xml}");
    assert_follows_the_schema(&folder.path().join("card.xml"));
}

fn points_that_are_wrong_are_told_in_one_line_before_the_check() {
    let folder = folder();
    for (points, flaw) in [
        ("setup\t1\ncseqs\t2\n", ", line 2: expected the name of a requirement, found \"cseqs\""),
        ("# a\n\nsetup\t-1\n", ", line 3: expected points such as 5 or 2.5, found \"-1\""),
        ("setup\tmany\n", ", line 1: expected points such as 5 or 2.5, found \"many\""),
        ("client play\t5\n", ": expected points for a server, found none"),
        ("\x1b[2J\t5\n", ", line 1: expected the name of a requirement, found \"\\u{1b}[2J\""),
    ] {
        fs::write(folder.path().join("points.tsv"), points).unwrap();
        let call = ["server", "touch was-run {port}", "--points", "points.tsv"];
        let outcome = Outcome::of(lab_check(folder.path()).args(call));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{outcome:?}");
        assert_eq!(outcome.stderr, format!("lab_check: points.tsv{flaw}\n"));
    }
    let call = ["server", "touch was-run {port}", "--points", "none.tsv"];
    let outcome = Outcome::of(lab_check(folder.path()).args(call));
    assert!(outcome.stderr.starts_with("lab_check: could not read none.tsv: "), "{outcome:?}");
}

/// The points add up to what the document says, for both kinds of program.
fn the_points_of_the_document_are_read() {
    let folder = folder();
    let points = project().join("docs/points.tsv");
    for role in ["server", "client"] {
        let mut command = lab_check(folder.path());
        command.args([role, "exit {port}", "--points"]).arg(&points);
        let outcome = Outcome::of(&mut command);
        let sum = outcome.stdout.lines().last().unwrap_or_default();
        assert!(sum.starts_with("points: 0 of 100"), "{role}: {outcome:?}");
    }
}

fn files_that_can_not_be_written_are_told_before_the_check() {
    let folder = folder();
    for option in ["--json", "--junit", "--gradescope", "--html"] {
        let call = ["server", "no-such-program {port}", option, "no-such-folder/x"];
        let outcome = Outcome::of(lab_check(folder.path()).args(call));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{outcome:?}");
        let complaint = "lab_check: could not write no-such-folder/x: ";
        assert!(outcome.stderr.starts_with(complaint), "{outcome:?}");
    }
    let compared = ["compare", "a {port}", "b {port}", "--json", "x"];
    let outcome = Outcome::of(lab_check(folder.path()).args(compared));
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
}

/// Holds a report to the schema that build servers go by.
#[track_caller]
fn assert_follows_the_schema(report: &Path) {
    let schema = schema();
    let output =
        Command::new("xmllint").args(["--noout", "--schema"]).args([&schema, report]).output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said} of {}", fs::read_to_string(report).unwrap());
}

fn schema() -> PathBuf {
    let path = project().join("target/tools/junit/packages/junit-report/tests/JUnit.xsd");
    if !path.is_file() || !is_installed("xmllint") {
        leave_out("no xmllint, or no schema, which tests/junit_schema.sh fetches", "libxml2-utils");
    }
    path
}
