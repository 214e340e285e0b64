//! The project's movie from its first frame to its last, by `client_launcher --headless` and the server.

use crate::client_common::program::{Program, Server, client_command, rtp_port};
use crate::client_common::{LIMIT, MOVIE};
use crate::common::programs::project;
use crate::harness::tests;

tests![a_500_frame_movie_is_played_in_full];

fn a_500_frame_movie_is_played_in_full() {
    let server = Server::start(project(), &[]);
    let mut command =
        client_command(&["--headless", "127.0.0.1", &server.port, &rtp_port(), MOVIE]);
    Program::start(&mut command).end(4 * LIMIT).assert_played(500);
}
