//! What is said when no packet comes.

use super::sentence::mistake;
use crate::diagnosis::finding::{Finding, Guilty};
use crate::diagnosis::words::{hex, packets};

pub(in crate::diagnosis) fn nothing_comes(port: u16) -> Finding {
    mistake(
        "nothing_comes",
        Guilty::Nothing,
        format!("Nothing comes to UDP port {port}"),
        [
            "Is that the port of SETUP, and does the sender run?".into(),
            "Frames above 65,495 bytes can't be sent whole.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn rtp_on_rtsp(start: &[u8], port: u16) -> Finding {
    mistake(
        "rtp_on_rtsp",
        Guilty::Nothing,
        "RTP comes on the RTSP connection",
        [
            format!("After the reply: {} ... It belongs into a UDP datagram,", hex(start)),
            format!("sent with sendto to port {port}."),
        ],
    )
}

pub(in crate::diagnosis) fn play_unanswered(count: u32) -> Finding {
    mistake(
        "play_unanswered",
        Guilty::Nothing,
        "RTP comes, but PLAY was not answered",
        [format!("{} came.", packets(count)), "The reply RTSP/1.0 200 OK goes first.".into()],
    )
}

pub(in crate::diagnosis) fn rtp_from(stranger: &str, server: &str) -> Finding {
    // An address of IPv6 may leave no room for words.
    let title = format!("RTP comes from {stranger}");
    let (title, first) = match title.len() {
        ..=45 => (title, format!("The server is {server}: those packets are left out.")),
        _ => ("RTP comes from another address".into(), format!("from {stranger}")),
    };
    let first = if first.len() <= 60 { first } else { "The server has another address.".into() };
    mistake(
        "rtp_from",
        Guilty::Nothing,
        title,
        [first, "Is the sending socket bound to another address?".into()],
    )
}

pub(in crate::diagnosis) fn rtp_before_play(count: u32) -> Finding {
    mistake(
        "rtp_before_play",
        Guilty::Nothing,
        "RTP came before PLAY, then no more",
        [format!("{} came after SETUP.", packets(count)), "Sending begins with PLAY.".into()],
    )
}
