//! What happens to a movie's file while it plays in the standard dialect.

#![cfg(unix)]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;

use crate::common::jpeg_pieces::assert_carry;
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::movies::{MOVIE, folder_with, lab_format};
use crate::common::server_process::ServerProcess;
use crate::common::standard_client::StandardClient;
use crate::common::witness::Witness;

#[test]
fn in_the_standard_dialect_a_movie_that_is_cut_ends_with_a_line_and_a_goodbye() {
    let frames = jpegs(PLAIN, 60);
    let folder = folder_with(&lab_format(&frames));
    let mut server = ServerProcess::start(folder.path(), &[]);
    let witness = Witness::start(&server, folder.path());
    for mut client in StandardClient::ready_both(server.address()) {
        fs::write(folder.path().join(MOVIE), lab_format(&frames)).unwrap();
        client.play(None);
        client.frame();
        let left = lab_format(&frames[..40]).len();
        let file = OpenOptions::new().write(true).open(folder.path().join(MOVIE)).unwrap();
        file.set_len(left as u64).unwrap();
        for _ in 1..40 {
            client.frame();
        }
        while !client.report().goodbye {}
        let start = format!("[{}] warning: ", client.address());
        let warning = server.wait_for(|line| line.starts_with(&start));
        assert!(warning.contains("the file was cut after it was opened"), "{warning}");
        client.granted("PAUSE", &[]);
        client.play(Some("npt=0-"));
        client.frame();
        client.granted("TEARDOWN", &[]);
    }
    witness.lost_nothing_and_all_is_as_before(&server);
}

#[test]
fn in_the_standard_dialect_a_movie_that_is_cut_has_no_place_after_its_new_end() {
    let frames = jpegs(PLAIN, 100);
    let folder = folder_with(&lab_format(&frames));
    let server = ServerProcess::start(folder.path(), &[]);
    let path = folder.path().join(MOVIE);
    for ready in [StandardClient::ready_udp, StandardClient::ready_tcp] {
        fs::write(&path, lab_format(&frames)).unwrap();
        let mut client = ready(server.address());
        client.play(None);
        let mut played = client.frames(2);
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(lab_format(&frames[..60]).len() as u64).unwrap();
        client.refused("PLAY", &["Range: npt=4-"], "457 Invalid Range");
        played.extend(client.frames(3));
        client.granted("PAUSE", &[]);
        played.extend(client.waiting_frames());
        assert_carry(&played, &frames[..played.len()]);
        let (reply, ..) = client.play(Some("npt=2-"));
        assert_eq!(reply.header("Range"), Some("npt=2.000-3.000"));
        assert_carry(&client.frames(2), &frames[40..42]);
        // Now the place where the movie is has gone.
        file.set_len(lab_format(&frames[..10]).len() as u64).unwrap();
        client.granted("PAUSE", &[]);
        client.waiting_frames();
        let (reply, ..) = client.play(None);
        assert_eq!(reply.header("Range"), Some("npt=0-0.500"));
        assert_carry(&client.frames(10), &frames[..10]);
        client.granted("TEARDOWN", &[]);
    }
}

#[test]
fn in_the_standard_dialect_a_movie_that_grows_goes_on_after_its_old_end() {
    let frames = jpegs(PLAIN, 24);
    let folder = folder_with(&lab_format(&frames));
    let server = ServerProcess::start(folder.path(), &[]);
    let path = folder.path().join(MOVIE);
    for ready in [StandardClient::ready_udp, StandardClient::ready_tcp] {
        fs::write(&path, lab_format(&frames[..4])).unwrap();
        let mut client = ready(server.address());
        let (reply, ..) = client.play(None);
        assert_eq!(reply.header("Range"), Some("npt=0-0.200"));
        let mut played = client.frames(4);
        while !client.report().goodbye {}
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(&lab_format(&frames[4..])).unwrap();
        let (reply, ..) = client.play(None);
        assert_eq!(reply.header("Range"), Some("npt=0.200-1.200"));
        played.extend(client.frames(2));
        client.granted("PAUSE", &[]);
        played.extend(client.waiting_frames());
        assert_carry(&played, &frames[..played.len()]);
        let (reply, ..) = client.play(Some("npt=1-"));
        assert_eq!(reply.header("Range"), Some("npt=1.000-1.200"));
        assert_carry(&client.frames(4), &frames[20..]);
        client.granted("TEARDOWN", &[]);
    }
}

#[test]
fn in_the_standard_dialect_a_movie_that_is_replaced_keeps_its_own_length() {
    let frames = jpegs(PLAIN, 60);
    let folder = folder_with(&lab_format(&frames));
    let server = ServerProcess::start(folder.path(), &[]);
    let path = folder.path().join(MOVIE);
    let mut client = StandardClient::ready_udp(server.address());
    let beside = path.with_file_name("new");
    fs::write(&beside, lab_format(&frames[..20])).unwrap();
    fs::rename(&beside, &path).unwrap();
    let (reply, ..) = client.play(Some("npt=2-"));
    assert_eq!(reply.header("Range"), Some("npt=2.000-3.000"));
    assert_carry(&client.frames(2), &frames[40..42]);
    let mut next = StandardClient::ready_udp(server.address());
    next.refused("PLAY", &["Range: npt=2-"], "457 Invalid Range");
}

#[test]
fn in_the_standard_dialect_a_place_that_cannot_be_read_is_refused_and_changes_nothing() {
    let frames = jpegs(PLAIN, 100);
    let folder = folder_with(&lab_format(&frames));
    let server = ServerProcess::start(folder.path(), &[]);
    let path = folder.path().join(MOVIE);
    let whole = fs::read(&path).unwrap();
    let half = lab_format(&frames[..60]).len();
    let junk = b"hello, world. ".repeat(whole.len() / 14);
    for mut client in StandardClient::ready_both(server.address()) {
        client.play(None);
        let mut played = client.frames(2);
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        // Like a failing disk: nothing tells that the file has changed.
        let modified = file.metadata().unwrap().modified().unwrap();
        file.write_all_at(&junk[..whole.len() - half], half as u64).unwrap();
        file.set_modified(modified).unwrap();
        client.refused("PLAY", &["Range: npt=4-"], "500 Internal Server Error");
        played.extend(client.frames(3));
        client.granted("PAUSE", &[]);
        played.extend(client.waiting_frames());
        client.refused("PLAY", &["Range: npt=4-"], "500 Internal Server Error");
        client.play(None);
        played.extend(client.frames(2));
        assert_carry(&played, &frames[..played.len()]);
        client.granted("TEARDOWN", &[]);
        file.write_all_at(&whole, 0).unwrap();
    }
}
