//! The server's bad network and the client's figures in the standard dialect.

use crate::common::bad_network::Client;
use crate::common::jpegs::{Kind, PLAIN, jpegs};
use crate::counted::{FRAMES, PACKETS_A_FRAME, play_with_every_seed};
use rtsp_lab::standard::jpeg_payload::JpegFrame;

#[test]
fn in_the_standard_dialect_the_client_counts_what_was_done() {
    let mut jpegs = jpegs(Kind { size: (112, 88), ..PLAIN }, 2 * FRAMES);
    // Most have as many packets; their headers and tables count, too.
    jpegs.retain(|jpeg| JpegFrame::of(jpeg).unwrap().packets(256).count() == PACKETS_A_FRAME);
    play_with_every_seed(&jpegs, &["--mtu", "256"], Client::Standard);
}
