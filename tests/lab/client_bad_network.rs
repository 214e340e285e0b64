//! The server's bad network and the client's figures in the lab's dialect.

use crate::common::bad_network::Client;
use crate::common::jpegs::{Kind, PLAIN, jpegs};
use crate::counted::{FRAMES, PACKETS_A_FRAME, SIZE, play_with_every_seed};

#[test]
fn in_the_labs_dialect_the_client_counts_what_was_done() {
    let jpegs = jpegs(Kind { size: (112, 88), ..PLAIN }, FRAMES);
    let fragment = SIZE.div_ceil(PACKETS_A_FRAME).to_string();
    play_with_every_seed(&jpegs, &["--fragment", &fragment], Client::Lab);
}
