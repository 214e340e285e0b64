//! `report`, and `--report` of the player.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::client_common::program::{Program, run_client};
use crate::common::LIMIT;
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::movies::{folder_with, lab_format};
use crate::common::programs::{program, project};
use crate::common::server_process::wait_until;
use crate::desktop::player::Player;
use crate::desktop::xvfb::Desktop;
use crate::harness::tests;
use crate::made_up::log;
use crate::session::{Page, report};

tests![
    the_player_writes_the_page_of_its_log,
    without_a_log_there_is_a_page_all_the_same,
    a_page_that_cant_be_written_is_told,
    the_key_r_writes_the_page_while_the_movie_plays,
    what_is_wrong_with_a_log_is_said,
];

fn own_movie(frames: usize) -> tempfile::TempDir {
    folder_with(&lab_format(&jpegs(PLAIN, frames)))
}

fn play(folder: &Path, words: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(program("client_launcher"));
    command.args(["--headless", "--quiet"]).args(words).current_dir(folder);
    let ended = Program::start(&mut command).end(LIMIT);
    (ended.code, ended.errors)
}

fn the_player_writes_the_page_of_its_log() {
    let folder = own_movie(20);
    let played = play(folder.path(), &["--log", "s.jsonl", "--report", "s.html"]);
    assert_eq!(played, (Some(0), String::new()));
    let [log, page] = ["s.jsonl", "s.html"].map(|name| folder.path().join(name));
    let page = Page(fs::read_to_string(page).unwrap());
    assert_eq!(page.0, report(&[log.to_str().unwrap()]).0, "byte for byte");
    assert_eq!(page.card("frames shown")[..2], ["pass", "20 of 20"]);
}

fn without_a_log_there_is_a_page_all_the_same() {
    let folder = own_movie(20);
    let mut command = Command::new(program("client_launcher"));
    command.args(["--headless", "--report", "s.html"]).current_dir(folder.path());
    let ended = Program::start(&mut command).end(LIMIT);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""));
    assert!(ended.output.ends_with("\ns.html: open it in a browser\n"), "{}", ended.output);
    let page = Page(fs::read_to_string(folder.path().join("s.html")).unwrap());
    assert_eq!(page.card("frames shown")[1], "20 of 20");
    let mut left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["movie.Mjpeg", "s.html"]);
}

fn a_page_that_cant_be_written_is_told() {
    let folder = own_movie(5);
    let (code, errors) = play(folder.path(), &["--report", "none/s.html"]);
    assert_eq!(code, Some(1));
    let told = "client_launcher: could not write none/s.html: ";
    assert!(errors.starts_with(told) && errors.lines().count() == 1, "{errors}");
}

fn the_key_r_writes_the_page_while_the_movie_plays() {
    // Its frames can be read from the screen.
    let movie = fs::read(project().join("movie.Mjpeg")).unwrap();
    let (desktop, folder) = (Desktop::start(), folder_with(&movie));
    fs::write(folder.path().join("session_1.html"), "taken").unwrap();
    let mut command = Command::new(program("client_launcher"));
    command.args(["--report", "end.html"]).current_dir(folder.path());
    let mut player = Player::run(&desktop, &mut command);
    player.wait_for("a frame", |screen| screen.frame_number() > 20);
    player.key("r");
    let so_far = || fs::read_to_string(folder.path().join("session_2.html")).unwrap_or_default();
    wait_until("the page so far", || so_far().ends_with("</html>\n"));
    let so_far = Page(so_far());
    assert!(so_far.0.contains("no summary: the program was ended from outside, or still ran"));
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
    wait_until("the page", || folder.path().join("end.html").exists());
    let whole = Page(fs::read_to_string(folder.path().join("end.html")).unwrap());
    let frames = |page: &Page| {
        let shown = &page.card("frames shown")[1];
        shown.split(' ').next().unwrap().parse::<u32>().unwrap()
    };
    assert!(frames(&so_far) > 5 && frames(&so_far) < frames(&whole));
}

fn what_is_wrong_with_a_log_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let good = log(10, 20, "movie.Mjpeg");
    let cut = &good[..good.len() - 20];
    let bad = good.replacen("\"seq\":3,", "\"seq\":-3,", 1);
    let header = r#"expected the header of an event log, {"file_schema":"urn:rtsp-lab:log:1",...}"#;
    for (text, expected) in [
        ("", format!("line 1: the file is empty; {header}")),
        ("hello\n", format!("line 1: {header}, found: hello")),
        (cut, "the log was cut off here".to_owned()),
        (&bad, "`seq` of rtp:packet_sent: expected a whole number, 0 or more, found -3".to_owned()),
    ] {
        let file = folder.path().join("log.jsonl");
        fs::write(&file, text).unwrap();
        let mut command = Command::new(program("report"));
        let output = command
            .arg(&file)
            .args(["-o", "page.html"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(errors.starts_with("report: ") && errors.contains(&expected), "{errors}");
        assert!(!folder.path().join("page.html").exists());
    }
    assert_eq!(run_client(&["--report"]).code, Some(2));
}
