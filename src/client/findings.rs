//! What the thread that receives has found out, and its way to the window.

use std::net::SocketAddr;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use super::latest_packet::LatestPacket;
use crate::statistics::Reception;

/// What has been found out about the packets of a session. Nothing is forgotten: it goes along with
/// every frame, for any of them may be left out on its way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// What has been counted.
    pub(crate) reception: Reception,
    /// The packet that came last, whatever was in it.
    pub(crate) latest: Option<LatestPacket>,
    /// Who else than the server has sent something, the first of them.
    pub(crate) stranger: Option<SocketAddr>,
    /// Why frames of which all has come can't be put together, each reason once.
    pub(crate) flaws: Vec<String>,
    /// Whether the server has said that nothing more will come.
    pub(crate) has_ended: bool,
}

/// A frame, or figures alone, on the way to the decoder.
#[derive(Debug)]
pub(crate) struct Frame {
    /// A whole JPEG; `None` if there is only something to tell.
    pub(crate) jpeg: Option<Vec<u8>>,
    /// What is known as of this frame.
    pub(crate) findings: Findings,
}

/// Where frames go.
#[derive(Debug)]
pub(crate) struct Frames {
    frames: SyncSender<Frame>,
    /// When findings were sent last; `None` if they are to be sent at once.
    last_told: Option<Duration>,
}

impl Frames {
    /// Frames go there.
    pub(crate) const fn new(frames: SyncSender<Frame>) -> Self {
        Self { frames, last_told: None }
    }

    /// Passes a frame on. It may be left out when decoding does not keep up; receiving never waits.
    pub(crate) fn pass_on(&mut self, jpeg: Vec<u8>, findings: &mut Findings, now: Duration) {
        if !self.send(Some(jpeg), findings, now) {
            findings.reception.overruns += 1;
        }
    }

    /// Tells what is known, now and then, when no frame does.
    pub(crate) fn tell(&mut self, findings: &Findings, now: Duration) {
        if self.last_told.is_none_or(|last| now >= last + TELLING_INTERVAL) {
            self.send(None, findings, now);
        }
    }

    /// Something has been found out that is to be told at once.
    pub(crate) const fn hurry(&mut self) {
        self.last_told = None;
    }

    fn send(&mut self, jpeg: Option<Vec<u8>>, findings: &Findings, now: Duration) -> bool {
        let sent = self.frames.try_send(Frame { jpeg, findings: findings.clone() }).is_ok();
        if sent {
            self.last_told = Some(now);
        }
        sent
    }
}

/// How often findings are told when no frame tells them.
const TELLING_INTERVAL: Duration = Duration::from_millis(100);
