//! What there is to say when no packet comes.

use std::time::Duration;

use super::finding::Finding;
use super::texts;

/// What is known besides packets.
#[derive(Clone, Debug)]
pub(super) struct Silence {
    /// Where RTP is awaited.
    rtp_port: u16,
    /// The server's address.
    server: String,
    /// Datagrams before the first PLAY.
    early: u32,
    has_played: bool,
    run: Run,
}

/// Since PLAY.
#[derive(Clone, Debug, Default)]
struct Run {
    play: Option<Duration>,
    answer: Option<Duration>,
    packets: u32,
    /// Somebody else's address, from which datagrams come.
    stranger: Option<String>,
    /// The first bytes on the RTSP connection that are no reply.
    on_rtsp: Option<[u8; 2]>,
}

impl Silence {
    pub(super) fn new(rtp_port: u16, server: String) -> Self {
        Self { rtp_port, server, early: 0, has_played: false, run: Run::default() }
    }

    pub(super) fn play(&mut self, now: Duration) {
        self.run = Run { play: Some(now), ..Run::default() };
        self.has_played = true;
    }

    pub(super) fn pause(&mut self) {
        self.run = Run::default();
        self.early = 0;
    }

    pub(super) fn answer(&mut self, now: Duration) {
        self.run.answer = Some(now);
    }

    /// A packet while the movie plays.
    pub(super) fn packet(&mut self) {
        self.run.packets = self.run.packets.saturating_add(1);
    }

    /// A packet while it does not: after PAUSE it was on its way already.
    pub(super) fn early_packet(&mut self) {
        self.early += u32::from(!self.has_played && self.early < u32::MAX);
    }

    pub(super) fn stranger(&mut self, address: &str) {
        self.run.stranger.get_or_insert_with(|| address.to_owned());
    }

    /// Bytes on the RTSP connection after a reply.
    pub(super) fn bytes_on_rtsp(&mut self, bytes: &[u8]) {
        if let Some(&start) = bytes.first_chunk::<2>().filter(|_| is_media(bytes)) {
            self.run.on_rtsp.get_or_insert(start);
        }
    }

    pub(super) fn finding(&self, now: Duration) -> Option<Finding> {
        let run = &self.run;
        let is_long = |since: Option<Duration>| since.is_some_and(|since| now >= since + WAIT);
        if run.packets > 0 {
            let is_unanswered = run.answer.is_none() && is_long(run.play);
            return is_unanswered.then(|| texts::play_unanswered(run.packets));
        }
        run.answer?;
        match (&run.on_rtsp, &run.stranger) {
            (Some(start), _) => Some(texts::rtp_on_rtsp(start, self.rtp_port)),
            _ if !is_long(run.answer) => None,
            (None, Some(stranger)) => Some(texts::rtp_from(stranger, &self.server)),
            (None, None) if self.early > 0 => Some(texts::rtp_before_play(self.early)),
            (None, None) => Some(texts::nothing_comes(self.rtp_port)),
        }
    }
}

/// Whether bytes look like RTP, in `$` frames or without, or like a JPEG.
fn is_media(bytes: &[u8]) -> bool {
    let start = bytes.get(..40).unwrap_or(bytes);
    matches!(bytes, [0x80 | 0x00, 0x1A | 0x9A, ..] | [b'$', 0..=15, ..])
        || start.windows(3).any(|bytes| bytes == b"\xFF\xD8\xFF")
}

/// After the reply to PLAY, and for the reply.
const WAIT: Duration = Duration::from_secs(2);
