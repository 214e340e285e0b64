//! What the server keeps of a session. Python: the dictionary `clientInfo`.

use super::rtp_socket::RtpSocket;
use crate::errand::Errand;
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

/// What the thread `send_rtp` takes along at PLAY, and brings home at PAUSE.
pub(super) struct RtpStream {
    pub(super) video_stream: VideoStream,
    pub(super) packets: Packets,
    pub(super) rtp_socket: RtpSocket,
}

/// What a packet has in common with those before it.
pub(super) struct Packets {
    pub(super) ssrc: u32,
    pub(super) sequence_number: u16,
    /// The packet that was made last.
    pub(super) datagram: Vec<u8>,
    /// The most payload bytes of one packet.
    fragment: Option<usize>,
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
    pub(super) const fn session(&self) -> u32 {
        match self {
            Self::Init => 0,
            Self::Ready { session, .. } | Self::Playing { session, .. } => session.get(),
        }
    }
}

impl Packets {
    /// None yet.
    pub(super) fn new(fragment: Option<usize>) -> Self {
        Self { ssrc: rand::random(), sequence_number: 0, datagram: Vec::new(), fragment }
    }

    /// What a frame's packets carry, and whether they are marked: the last piece of a frame is, a
    /// whole frame is not.
    pub(super) fn pieces_of<'a>(
        &self,
        frame: &'a [u8],
    ) -> impl Iterator<Item = (&'a [u8], bool)> + use<'a> {
        let (size, is_cut) = (self.fragment.unwrap_or(usize::MAX), self.fragment.is_some());
        let count = frame.chunks(size).len();
        (1..).zip(frame.chunks(size)).map(move |(number, piece)| (piece, is_cut && number == count))
    }
}
