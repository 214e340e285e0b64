//! The movie file changes, or is no file at all, while it plays or before.
//!
//! The server plays the open file: a session goes on as long as that has whole frames, then ends
//! with a line in the transcript, and can be played again. During each fault a witness plays on.

#![cfg(unix)]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{FileExt, symlink};
use std::path::PathBuf;

use crate::common::movies::{MOVIE, folder_with, lab_format, made_frame};
use crate::common::raw_client::RawClient;
use crate::common::rtp::{Packet, assert_frames};
use crate::common::server_process::ServerProcess;
use crate::common::standard_client::StandardClient; // wing
use crate::common::witness::Witness;
use tempfile::TempDir;

/// Frames of 20,000 bytes: what is read ahead is less than two of them.
fn frames() -> Vec<Vec<u8>> {
    (1..=FRAMES).map(|number| made_frame(number, SIZE)).collect()
}

const FRAMES: usize = 30;
const SIZE: usize = 20_000;
/// Where frame 11 begins, with its length of five digits.
const BEFORE_FRAME_11: u64 = 10 * (SIZE as u64 + 5);

/// A server whose movie has just begun.
struct Play {
    _folder: TempDir,
    path: PathBuf,
    server: ServerProcess,
    witness: Witness,
    client: RawClient,
    packets: Vec<Packet>,
}

impl Play {
    fn begin() -> Self {
        let folder = folder_with(&lab_format(&frames()));
        let server = ServerProcess::start(folder.path(), &[]);
        let witness = Witness::start(&server, folder.path());
        let client = RawClient::playing(server.address());
        let packets = client.packets(3);
        let path = folder.path().join(MOVIE);
        Self { _folder: folder, path, server, witness, client, packets }
    }

    /// Exactly these frames come.
    #[track_caller]
    fn plays(&mut self, frames: &[Vec<u8>]) {
        let rest = frames.len() - self.packets.len();
        self.packets.extend(self.client.packets(rest));
        assert_frames(&self.packets, frames, 1);
        self.client.assert_no_packet("after the last of them");
    }

    /// The session can be played again, and `frames` come then; then all is given back.
    #[track_caller]
    fn plays_again(mut self, frames: &[Vec<u8>]) {
        self.client.granted("PAUSE");
        self.client.granted("PLAY");
        let first = u16::try_from(self.packets.len() + 1).unwrap();
        assert_frames(&self.client.packets(frames.len()), frames, first);
        self.client.granted("TEARDOWN");
        drop(self.client);
        self.witness.lost_nothing_and_all_is_as_before(&self.server);
    }

    /// The only warning of the session so far.
    #[track_caller]
    fn warns(&mut self, what: &str) {
        let warning = self.server.wait_for(|line| line.contains("] warning: "));
        assert!(warning.contains(what), "expected {what:?} in {warning:?}");
    }
}

#[test]
fn a_movie_that_is_cut_after_a_frame_ends_there_with_a_line() {
    let mut play = Play::begin();
    OpenOptions::new().write(true).open(&play.path).unwrap().set_len(BEFORE_FRAME_11).unwrap();
    let left = &frames()[..10];
    play.plays(left);
    play.warns("the file was cut after it was opened: expected 600150 bytes, found 200050");
    play.plays_again(left);
}

#[test]
fn a_movie_that_is_cut_inside_a_frame_ends_before_it_with_a_line() {
    let mut play = Play::begin();
    let file = OpenOptions::new().write(true).open(&play.path).unwrap();
    file.set_len(BEFORE_FRAME_11 + 9000).unwrap();
    let left = &frames()[..10];
    play.plays(left);
    play.warns("could not read frame 11 at byte 200050: the file ends inside its frame");
    play.plays_again(left);
}

#[test]
fn a_movie_that_is_overwritten_with_junk_ends_there_with_a_line() {
    let mut play = Play::begin();
    let content = fs::read(&play.path).unwrap();
    let cut = usize::try_from(BEFORE_FRAME_11).unwrap();
    let junk = b"hello, world. ".repeat((content.len() - cut) / 14 + 1);
    // In place, and in one write, so that no half of it is seen.
    let file = OpenOptions::new().write(true).open(&play.path).unwrap();
    file.write_all_at(&junk[..content.len() - cut], BEFORE_FRAME_11).unwrap();
    let left = &frames()[..10];
    play.plays(left);
    play.warns("could not read frame 11 at byte 200050: expected its length in five digits");
    play.plays_again(left);
}

#[test]
fn a_movie_that_is_replaced_plays_to_its_end_and_the_new_one_in_the_next_session() {
    let mut play = Play::begin();
    let new: Vec<_> = (101..=105).map(|number| made_frame(number, 500)).collect();
    let beside = play.path.with_file_name("new");
    fs::write(&beside, lab_format(&new)).unwrap();
    fs::rename(&beside, &play.path).unwrap();
    play.plays(&frames());
    let next = RawClient::playing(play.server.address());
    assert_frames(&next.packets(5), &new, 1);
    drop(next);
    play.plays_again(&frames());
}

#[test]
fn a_movie_that_is_deleted_or_closed_to_readers_plays_to_its_end() {
    use std::os::unix::fs::PermissionsExt;
    let mut play = Play::begin();
    fs::set_permissions(&play.path, fs::Permissions::from_mode(0o000)).unwrap();
    fs::remove_file(&play.path).unwrap();
    play.plays(&frames());
    let mut next = RawClient::connect(play.server.address());
    next.answered("SETUP", "404 File Not Found");
    drop(next);
    play.plays_again(&frames());
}

#[test]
fn a_movie_that_grows_plays_to_its_new_end() {
    let mut play = Play::begin();
    let more: Vec<_> = (31..=35).map(|number| made_frame(number, 500)).collect();
    let mut file = OpenOptions::new().append(true).open(&play.path).unwrap();
    file.write_all(&lab_format(&more)).unwrap();
    let all = [frames(), more].concat();
    play.plays(&all);
    play.plays_again(&all);
}

#[test]
fn what_is_no_file_is_no_movie_and_nobody_waits_for_it() {
    let folder = folder_with(&lab_format(&frames()));
    let inside = |name: &str| folder.path().join(name);
    let pipe = std::process::Command::new("mkfifo").arg(inside("pipe")).status();
    assert!(pipe.is_ok_and(|status| status.success()), "mkfifo");
    let _socket = std::os::unix::net::UnixListener::bind(inside("socket")).unwrap();
    fs::create_dir(inside("folder")).unwrap();
    symlink("/dev/zero", inside("zero")).unwrap();
    symlink("/dev/tty", inside("tty")).unwrap();
    symlink("pipe", inside("link")).unwrap();
    let server = ServerProcess::start(folder.path(), &[]);
    let witness = Witness::start(&server, folder.path());
    for name in ["pipe", "link", "socket", "folder", "zero", "tty"] {
        let mut lab = RawClient::of(name, server.address());
        lab.answered("SETUP", "404 File Not Found");
        lab.answered("DESCRIBE", "404 File Not Found");
        let mut standard = StandardClient::of(name, server.address()); // wing
        let url = standard.url.clone(); // wing
        assert_eq!(standard.ask("DESCRIBE", &url, &[]).status, "404 Not Found", "{name}"); // wing
    }
    witness.lost_nothing_and_all_is_as_before(&server);
}
