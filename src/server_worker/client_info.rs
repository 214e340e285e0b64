//! What the server keeps of a session. Python: the dictionary `clientInfo`.

use std::ops::Range;
use std::time::Instant;

use super::rtp_socket::RtpSocket;
use crate::errand::Errand;
use crate::rtp_packet::HEADER_SIZE;
use crate::rtsp::State;
use crate::server::shared::SessionId;
use crate::video_stream::VideoStream;

/// What a session owns in each state. Python: the dictionary `clientInfo` and `state`.
#[derive(Default)]
#[doc(alias = "clientInfo")]
pub(super) enum ClientInfo {
    #[default]
    Init,
    Ready {
        session: SessionId,
        movie: String,
        stream: Box<RtpStream>,
    },
    Playing {
        session: SessionId,
        movie: String,
        sender: Errand<Box<RtpStream>>,
    },
}

/// What the thread `send_rtp` takes along at PLAY and brings back at PAUSE.
pub(super) struct RtpStream {
    pub(super) video_stream: VideoStream,
    pub(super) packets: Packets,
    pub(super) rtp_socket: RtpSocket,
    /// When the next frame may leave.
    pub(super) due: Instant,
}

/// What a packet has in common with those before it.
pub(super) struct Packets {
    pub(super) ssrc: u32,
    pub(super) sequence_number: u16,
    /// The most payload bytes of one packet.
    fragment: Option<usize>,
    /// Whether the last packet of every frame is marked, pieces or not.
    marker: bool,
}

/// A part of a frame that one packet carries. Before the frame in its buffer is room for a header.
pub(super) struct Piece {
    /// Where its packet lies in the buffer, with its header. The header overwrites the end of the
    /// piece before, which has been sent by then.
    pub(super) place: Range<usize>,
    /// The last piece of a frame is marked; a whole frame is not, unless that is asked for.
    pub(super) is_marked: bool,
}

impl ClientInfo {
    pub(super) const fn state(&self) -> State {
        match self {
            Self::Init => State::Init,
            Self::Ready { .. } => State::Ready,
            Self::Playing { .. } => State::Playing,
        }
    }

    /// The session's id, 0 if there is none.
    pub(super) fn session(&self) -> u32 {
        self.of_session().map_or(0, |(id, _)| id)
    }

    /// The session's id and movie, if there is one.
    pub(super) fn of_session(&self) -> Option<(u32, &str)> {
        match self {
            Self::Init => None,
            Self::Ready { session, movie, .. } | Self::Playing { session, movie, .. } => {
                Some((session.get(), movie))
            }
        }
    }
}

impl RtpStream {
    /// Prepares for PLAY: after its end the movie begins anew, and no frame comes before its time. Says
    /// whether it can be played.
    pub(super) fn begin(&mut self) -> bool {
        self.due = Instant::now().max(self.due);
        let begun = self.video_stream.rewind_if_over();
        if let Err(error) = &begun {
            self.rtp_socket.warn(format!("could not {error}"));
        }
        begun.is_ok()
    }
}

impl Packets {
    /// None yet.
    pub(super) fn new(fragment: Option<usize>, marker: bool) -> Self {
        Self { ssrc: rand::random(), sequence_number: 0, fragment, marker }
    }

    /// The pieces of a frame; `length` counts its bytes and the room before it.
    pub(super) fn pieces_of(&self, length: usize) -> impl Iterator<Item = Piece> + use<> {
        let payload = length.saturating_sub(HEADER_SIZE);
        let size = self.fragment.unwrap_or(payload.max(1));
        let has_mark = self.marker || self.fragment.is_some();
        (0..payload).step_by(size).map(move |start| {
            let end = payload.min(start + size);
            Piece { place: start..end + HEADER_SIZE, is_marked: has_mark && end == payload }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_carry_all_of_a_frame_and_the_last_one_is_marked() {
        let marked = Packets::new(None, true).pieces_of(HEADER_SIZE + 10);
        assert!(marked.map(|piece| (piece.place, piece.is_marked)).eq([(0..22, true)]));
        for (fragment, expected) in [
            (None, vec![(0..22, false)]),
            (Some(10), vec![(0..22, true)]),
            (Some(9), vec![(0..21, false), (9..22, true)]),
            (Some(5), vec![(0..17, false), (5..22, true)]),
            (Some(4), vec![(0..16, false), (4..20, false), (8..22, true)]),
        ] {
            let pieces = Packets::new(fragment, false).pieces_of(HEADER_SIZE + 10);
            let found: Vec<_> = pieces.map(|piece| (piece.place, piece.is_marked)).collect();
            assert_eq!(found, expected, "{fragment:?}");
        }
    }
}
