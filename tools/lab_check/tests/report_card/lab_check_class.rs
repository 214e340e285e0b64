//! `lab_check class`: the programs of a class, of which some start, some do not, and some are not
//! where they should be.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::left_out::python;
use crate::common::movies::{folder_with, lab_format, real_frames};
use crate::harness::tests;
use crate::lab_check_common::{Outcome, Table, lab_check, python_lab};

tests![
    a_check_that_takes_too_long_costs_its_own_row,
    a_class_whose_programs_all_have_a_card_ends_with_0,
    a_client_is_called_by_its_own_file,
    #[cfg(unix)]
    a_name_that_is_no_text_is_a_name;
    long: every_submission_has_a_row_and_no_other_is_disturbed,
];

fn class() -> TempDir {
    folder_with(&lab_format(real_frames().get(..300).unwrap()))
}

/// Puts a program there.
fn hand_in(class: &Path, file: &str, program: &str) {
    let path = class.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, program).unwrap();
}

/// A `Server.py` that is one of the tests' servers.
fn server(fault: &str) -> String {
    let path = python_lab("faults/server.py");
    // A text in quotes is the same in both languages.
    let path = path.to_str().unwrap();
    format!(
        "import runpy, sys\nsys.argv[1:1] = [{fault:?}]\nrunpy.run_path({path:?}, run_name='__main__')\n"
    )
}

/// Checks all that was handed in.
fn check(class: &Path, folders: &[&str], options: &[&str]) -> (Outcome, Table) {
    python();
    let outcome = Outcome::of(lab_check(class).arg("class").args(options).arg("--").args(folders));
    let path = class.join("cards/class.tsv");
    assert!(path.is_file(), "no table: {outcome:?}");
    (outcome, Table::read(&path))
}

fn cell<'a>(table: &'a Table, program: &str, column: &str) -> &'a str {
    let row = table.rows.iter().find(|row| row["program"] == program);
    &row.unwrap_or_else(|| panic!("no {program} in {table:?}"))[column]
}

fn every_submission_has_a_row_and_no_other_is_disturbed() {
    let class = class();
    let class = class.path();
    hand_in(class, "Anna O'Neil/Server.py", &server("none"));
    hand_in(class, "ben/lab 3/src/Server.py", &server("no-cseq"));
    hand_in(class, "-rf/Server.py", "import no_such_module\n");
    hand_in(class, "empty/server.txt", "");
    hand_in(class, "two/a/Server.py", "");
    hand_in(class, "two/b/Server.py", "");
    hand_in(class, "two/.git/Server.py", "");
    hand_in(class, "note.txt", "not a submission");
    hand_in(class, "cards/empty.json", "{}");
    hand_in(class, "points.tsv", "setup\t4\ncseq\t1.5\nquestions\t15\tby hand\n");
    let folders = ["Anna O'Neil", "ben", "-rf", "empty", "two", "note.txt"];
    let options = ["--jobs", "3", "--points", "points.tsv"];
    let (outcome, table) = check(class, &folders, &options);
    assert_eq!(outcome.code, Some(1), "not all could be judged: {outcome:?}");
    let programs: Vec<_> = table.rows.iter().map(|row| row["program"].as_str()).collect();
    assert_eq!(programs, folders, "in the order of the folders");
    for (program, points, setup, remark) in [
        ("Anna O'Neil", "5.5", "pass", "-"),
        ("ben", "4", "pass", "-"),
        ("-rf", "0", "FAIL", "does not start"),
        ("empty", "-", "-", "there is no Server.py in it"),
        ("two", "-", "-", "2 folders in it have a Server.py: a, b"),
        ("note.txt", "-", "-", "it is no folder"),
    ] {
        let found = ["points", "setup", "remark"].map(|it| cell(&table, program, it));
        assert_eq!(found, [points, setup, remark], "{program}: {outcome:?}");
        assert_eq!(cell(&table, program, "questions"), "", "a person fills that in");
    }
    assert_eq!(cell(&table, "ben", "cseq"), "FAIL");
    for (file, text) in [
        ("Anna_O_Neil.txt", "Anna O'Neil: "),
        ("ben.txt", "FAIL         the request's CSeq is repeated"),
        ("-rf.txt", "No module named 'no_such_module'"),
    ] {
        let card = fs::read_to_string(class.join("cards").join(file)).unwrap();
        assert!(card.contains(text), "{file}: {card}");
    }
    assert!(!class.join("cards/empty.json").exists(), "an old card is no card");
    let summary = fs::read_to_string(class.join("cards/summary.txt")).unwrap();
    assert_eq!(summary.trim_end(), outcome.stdout.trim_end());
    for line in [
        "6 submissions, 3 at a time, ",
        "program      points  pass  FAIL     ?  first FAIL\n",
        "\nben               4 ",
        "-rf               0     0     1    55  does not start: ModuleNotFoundError: No module",
        "empty             -     -     -     -  not judged: there is no Server.py in it",
        "most fail         of 3     handed out?\n",
        "setup                 1  -            Setup: SETUP is answered 200\n",
        "cseq                  1  -            Replies: the request's CSeq is repeated\n",
        "of 5.5 points half of them have at least 4, a quarter 5.5 or more\nand a quarter less than 0\n",
    ] {
        assert!(summary.contains(line), "no {line:?} in {summary}");
    }
    let index = fs::read_to_string(class.join("cards/index.html")).unwrap();
    for part in [
        "<td><a href=\"Anna_O_Neil.html\">Anna O&apos;Neil</a></td><td>5.5</td>",
        "<td>empty</td><td colspan=\"5\">not judged: there is no Server.py in it</td>",
        "<td>1</td><td>-</td><td>Replies: the request&apos;s CSeq is repeated</td>",
    ] {
        assert!(index.contains(part), "no {part:?} in {index}");
    }
    let page = fs::read_to_string(class.join("cards/ben.html")).unwrap();
    assert!(page.contains("<title>ben</title>"), "{page}");
    assert!(outcome.stderr.lines().any(|line| line == "[6/6] note.txt"), "{outcome:?}");
}

fn a_check_that_takes_too_long_costs_its_own_row() {
    let class = class();
    let class = class.path();
    // A check of one that does not listen takes longer than the limit.
    hand_in(class, "slow/Server.py", "import time\ntime.sleep(100)\n");
    let (outcome, table) = check(class, &["slow", "none"], &["--limit", "1"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(cell(&table, "slow", "remark"), "its check was not over after 1 s");
    assert_eq!(cell(&table, "none", "remark"), "it is no folder");
    for file in ["slow.json", "slow.html"] {
        assert!(!class.join("cards").join(file).exists(), "{file} is left, which is no card");
    }
}

fn a_class_whose_programs_all_have_a_card_ends_with_0() {
    let class = class();
    let class = class.path();
    hand_in(class, "a/Anna/server.sh", "echo 'no \x1b[2J way' >&2\n");
    hand_in(class, "b/anna/server.sh", "exit 7\n");
    let options = ["--command", "sh server.sh {port}"];
    let (outcome, table) = check(class, &["a/Anna", "b/anna"], &options);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(table.rows.len(), 2);
    assert_eq!(table.columns.last().map(String::as_str), Some("remark"));
    let json = |file: &str| {
        let text = fs::read_to_string(class.join("cards").join(file)).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["name"].clone()
    };
    assert_eq!([json("Anna.json"), json("anna-2.json")], ["Anna", "anna"]);
    assert!(!outcome.stdout.contains('\x1b'), "{outcome:?}");
}

fn a_client_is_called_by_its_own_file() {
    let class = class();
    let class = class.path();
    hand_in(
        class,
        "Anna/ClientLauncher.py",
        "import sys\nsys.exit(f'called with {sys.argv[4]}')\n",
    );
    hand_in(class, "Ben/Server.py", "");
    let (outcome, table) = check(class, &["Anna", "Ben"], &["--role", "client"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let card = fs::read_to_string(class.join("cards/Anna.txt")).unwrap();
    assert!(card.contains("called with movie.Mjpeg"), "{card}");
    assert_eq!(cell(&table, "Anna", "setup"), "FAIL");
    assert_eq!(cell(&table, "Ben", "remark"), "there is no ClientLauncher.py in it");
}

#[cfg(unix)]
fn a_name_that_is_no_text_is_a_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    python();
    let class = class();
    let name = OsStr::from_bytes(b"A\xFF\x1b[2J\tB");
    fs::create_dir(class.path().join(name)).unwrap();
    fs::write(class.path().join(name).join("Server.py"), "raise SystemExit('no')\n").unwrap();
    let outcome = Outcome::of(lab_check(class.path()).args(["class", "none"]).arg(name));
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let table = Table::read(&class.path().join("cards/class.tsv"));
    let found = cell(&table, "A\u{FFFD}\\x1B[2J\\x09B", "remark");
    assert_eq!(found, "does not start", "{outcome:?}");
    assert_eq!(cell(&table, "none", "remark"), "it is no folder");
    let card = fs::read_to_string(class.path().join("cards/A__x1B_2J_x09B.txt")).unwrap();
    assert!(card.contains("FAIL"), "{card}");
}
