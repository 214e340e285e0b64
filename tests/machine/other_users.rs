//! The server as another user, who may not do all that root may.

#![cfg(unix)]

use std::fs::{self, File, Permissions};
#[cfg(target_os = "linux")]
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::common::left_out::{forbidden, needs};
use crate::common::movies::{MOVIE, made_movie};
use crate::common::other_user::{AS_ANOTHER, OpenCopy, is_root, open_to_all};
use crate::common::raw_client::RawClient;
use crate::common::server_process::{ServerProcess, server_command};
use crate::harness::tests;

tests![
    a_file_that_may_not_be_read_gets_404,
    #[cfg(target_os = "linux")]
    without_threads_the_server_says_so_once_and_serves_on_when_there_is_room,
];

/// The server where another user can run it.
fn copy_of_the_server() -> OpenCopy {
    needs("setpriv", "util-linux");
    let copy = OpenCopy::of("server");
    if !copy.is_within_reach() {
        forbidden("no other user can be, or look into the folder of temporary files");
    }
    copy
}

fn a_file_that_may_not_be_read_gets_404() {
    let (folder, _) = made_movie(3);
    let secret = folder.path().join("secret");
    fs::copy(folder.path().join(MOVIE), &secret).unwrap();
    fs::set_permissions(&secret, Permissions::from_mode(0o000)).unwrap();
    let (mut command, _copy) = if is_root() {
        assert!(File::open(&secret).is_ok(), "root may read it");
        open_to_all(folder.path());
        let copy = copy_of_the_server();
        let mut command = Command::new(AS_ANOTHER[0]);
        command.current_dir(folder.path()).args(&AS_ANOTHER[1..]).arg(&copy.program);
        (command, Some(copy))
    } else {
        (server_command(folder.path()), None)
    };
    let server = ServerProcess::start_with(command.arg("0")).expect("it starts");
    let mut client = RawClient::of("secret", server.address());
    client.answered("SETUP", "404 File Not Found");
    client.answered("DESCRIBE", "404 File Not Found");
    client.answered("PLAY", "455 Method Not Valid in This State");
}

/// The limit counts a user's threads and is not for root: so a user who has none, if root may.
#[cfg(target_os = "linux")]
fn without_threads_the_server_says_so_once_and_serves_on_when_there_is_room() {
    use crate::common::limited::{limited, ticks_while_it_waits};
    use crate::common::witness::Witness;

    if !is_root() {
        forbidden("only root may run a server as a user who has no other threads");
    }
    needs("prlimit", "util-linux");
    let copy = copy_of_the_server();
    let (folder, _) = made_movie(1);
    open_to_all(folder.path());
    let before = [&AS_ANOTHER[..], &["prlimit", "--nproc=12"]].concat();
    let mut server = limited(&copy.program, folder.path(), &before).expect("it starts");
    let mut paused = RawClient::ready(server.address());
    let witness = Witness::start(&server, folder.path());
    let crowd: Vec<_> = (0..30).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
    let trouble = |line: &str| line.starts_with("could not start a thread: ");
    server.wait_for(trouble);
    paused.answered("PLAY", "500 Connection Error");
    let mut new = RawClient::connect(server.address());
    let request = new.request("SETUP");
    new.send(request);
    let ticks = ticks_while_it_waits(&server, &mut new);
    assert!(ticks < 30, "it computed for {ticks} hundredths of a second");
    drop(crowd);
    let reply = new.reply();
    new.session_opened(&reply);
    paused.granted("PLAY");
    paused.packet();
    drop(new);
    drop(paused);
    witness.lost_nothing();
    let lines = server.kill();
    assert_eq!(lines.iter().filter(|line| trouble(line)).count(), 1, "once");
}
