//! The client's threads: each is there for as long as it has something to do.

#![cfg(target_os = "linux")]

use std::process::Command;
use std::time::Instant;
use std::{env, fs, thread};

use crate::client_common::LIMIT;
use crate::client_common::jpeg::frame;
use crate::client_common::program::Program;
use crate::client_common::rtp::packet;
use crate::client_common::stage::Stage;

/// Asserts that this process has this many threads of that name. A thread gets its name when it
/// first runs, and leaves the list a little after it was joined; neither is an event that one can
/// wait for.
#[track_caller]
fn assert_threads(name: &str, expected: usize, when: &str) {
    let start = Instant::now();
    loop {
        let found = threads();
        if found.iter().filter(|found| *found == name).count() == expected {
            return;
        }
        assert!(start.elapsed() < LIMIT, "not {expected} of {name} {when}: {found:?}");
        thread::yield_now();
    }
}

/// The names of this process's threads.
fn threads() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let name = |task: fs::DirEntry| fs::read_to_string(task.path().join("comm")).ok();
    let names = tasks.filter_map(|task| name(task.ok()?));
    names.map(|name| name.trim_end().to_owned()).collect()
}

#[test]
fn rapid_play_and_pause_leave_one_listener_and_lose_nothing() {
    const ALONE: &str = "RUN_ALONE";
    if env::var_os(ALONE).is_none() {
        // Threads can be counted only in a process in which no other test runs.
        let name = "client_threads::rapid_play_and_pause_leave_one_listener_and_lose_nothing";
        let mut test = Command::new(env::current_exe().unwrap());
        let ended = Program::start(test.args(["--exact", name]).env(ALONE, "1")).end(LIMIT);
        assert_eq!(ended.code, Some(0), "{}", ended.output);
        assert!(ended.output.contains("1 passed"), "{}", ended.output);
        return;
    }
    let mut stage = Stage::ready();
    for turn in 0..20 {
        stage.play();
        assert_threads("listen_rtp", 1, "after PLAY");
        for number in 3 * turn + 1..=3 * turn + 3 {
            stage.server.sends(&packet(number, &frame(number)));
        }
        stage.pause();
        assert_threads("listen_rtp", 0, "after PAUSE");
        stage.until_shown(3 * (u64::from(turn) + 1));
    }
    assert_eq!(stage.counts(), (60, 0, 0));
    assert_threads("recv_rtsp_reply", 1, "of one connection");
    assert_threads("update_movie", 1, "of one session");
    stage.play();
    stage.teardown();
    for name in ["listen_rtp", "recv_rtsp_reply", "update_movie"] {
        assert_threads(name, 0, "after TEARDOWN");
    }
}
