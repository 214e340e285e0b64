//! What is wrong with a lab server's packets, in words.
//!
//! Students meet the client with a half-finished server. What it sends tells most mistakes: the
//! length that is still in front of the JPEG, a header of eight bytes, a number that counts down.
//! [`Diagnosis`] is told of every packet and of every frame, and has at most one finding at a time:
//! what is seen, with the bytes or numbers; what is expected; what most likely to look at. What is
//! odd and plays all the same is a note. It never speaks of a stream that plays.
//!
//! It has no clock: every time is counted from one moment of the caller's. It keeps nothing that grows:
//! a look at each packet goes into counters, and a finding needs some packets or frames alike, over
//! some time. Each part of it looks at one thing: where the JPEG is (`layout`), the numbers, the
//! pieces of frames, the frames, the header's other fields, the pace, and silence.
//!
//! ```
//! use rtsp_lab::diagnosis::{Diagnosis, Frame};
//! use rtsp_lab::jpeg::walk::walk;
//! use rtsp_lab::lab_payload::Assembler;
//! use rtsp_lab::rtp_packet::RtpPacket;
//! use rtsp_lab::statistics::Reception;
//! use std::time::Duration;
//!
//! let (mut reception, mut assembler) = (Reception::default(), Assembler::default());
//! let mut diagnosis = Diagnosis::new(5008, "127.0.0.1");
//! diagnosis.play(Duration::ZERO);
//! diagnosis.play_answered(Duration::from_millis(2));
//!
//! let header = [0x80, 26, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
//! for count in 1..=20 {
//!     let now = Duration::from_millis(50 * count);
//!     // Whoever receives tells of every datagram, and once in a while that none came.
//!     let datagram = [&header[..], b"00009", b"\xFF\xD8\xFF...\xFF\xD9"].concat();
//!     match RtpPacket::decode(&datagram) {
//!         Ok(packet) => {
//!             let continues = assembler.continues(&packet);
//!             let order = reception.record(&packet, continues, now);
//!             diagnosis.packet(&datagram, Some((&packet, order)), now);
//!             assembler.receive(&packet, order, now);
//!         }
//!         Err(_) => diagnosis.packet(&datagram, None, now),
//!     }
//!     // Whoever decodes tells of every frame. A `Frame` can be made in the decoder's thread.
//!     while let Some((jpeg, packets)) = assembler.next_counted() {
//!         diagnosis.frame(&Frame::of(&jpeg, packets, &walk(&jpeg)), now);
//!     }
//!     diagnosis.tick(now);
//! }
//! let finding = diagnosis.finding().unwrap();
//! assert_eq!(finding.title, "The length is still in front of the JPEG");
//! assert_eq!(finding.lines[0], "It begins with 30 30 30 30 39 (\"00009\"), then FF D8.");
//! assert_eq!(diagnosis.next_news().unwrap(), *diagnosis.finding().unwrap());
//! assert_eq!(diagnosis.next_news(), None, "each is told once");
//! ```
//!
//! # What can't be told from packets
//! - Frames in another order or left out under right numbers, a timestamp with its bytes swapped, a
//!   number whose high byte is missing before frame 256.
//! - A constant number, one that is written into other bytes, and one of which only the high byte
//!   arrives: each is 0 or 1 again and again.
//! - Pieces out of order, overlapping, or each short by a byte; and where pieces have the number of
//!   their frame, a piece that is lost.
//! - A port that is another than the one of SETUP, a frame too large for a datagram, a thread that is
//!   dead, a firewall: nothing comes.

use std::collections::VecDeque;
use std::time::Duration;

use crate::rtp_packet::RtpPacket;
use crate::statistics::Order;

mod class;
mod disguise;
mod evidence;
mod fields;
mod finding;
mod frames;
mod layout;
mod look;
mod numbers;
mod pace;
mod pieces;
pub(crate) mod requests;
mod silence;
mod texts;
mod words;

pub use finding::{Finding, Guilty, Weight};
pub use frames::Frame;

use evidence::{ALIKE, Ring};
use fields::Fields;
use frames::Frames;
use layout::Layout;
use look::Look;
use numbers::Numbers;
use pace::Pace;
use pieces::Pieces;
use silence::Silence;

/// What is known of a session, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    silence: Silence,
    is_playing: bool,
    /// How often PLAY was sent.
    runs: u32,
    seen: Seen,
    /// Whole frames since PLAY, and those in a row without an odd packet between them.
    shown: u32,
    shown_in_a_row: u32,
    standing: Option<Finding>,
    told: Vec<&'static str>,
    news: VecDeque<Finding>,
}

/// What has been seen since PLAY.
#[derive(Clone, Debug, Default)]
struct Seen {
    layout: Layout,
    numbers: Numbers,
    pieces: Pieces,
    frames: Frames,
    fields: Fields,
    pace: Pace,
    /// Of the last packets: which were pieces of frames.
    in_pieces: Ring,
}

impl Diagnosis {
    /// A session with the server at this address, which is to send RTP to this port.
    pub fn new(rtp_port: u16, server: impl Into<String>) -> Self {
        Self {
            silence: Silence::new(rtp_port, server.into()),
            is_playing: false,
            runs: 0,
            seen: Seen::default(),
            shown: 0,
            shown_in_a_row: 0,
            standing: None,
            told: Vec::new(),
            news: VecDeque::new(),
        }
    }

    /// PLAY is sent, for the first time, after PAUSE, or to go on elsewhere: what was seen before says
    /// nothing of what comes. What is said stands until it gets better. Whoever sees no replies tells
    /// at once that it was answered.
    pub fn play(&mut self, now: Duration) {
        self.is_playing = true;
        self.runs = self.runs.saturating_add(1);
        self.forget();
        self.silence.play(now);
    }

    /// PLAY was answered with 200.
    pub fn play_answered(&mut self, now: Duration) {
        self.silence.answer(now);
    }

    /// PAUSE or TEARDOWN was answered: that nothing comes says nothing.
    pub fn pause(&mut self) {
        self.is_playing = false;
        self.silence.pause();
    }

    /// A datagram from the server; its packet, if it could be decoded, and where that stands.
    pub fn packet(
        &mut self,
        datagram: &[u8],
        decoded: Option<(&RtpPacket<'_>, Order)>,
        arrival: Duration,
    ) {
        if !self.is_playing {
            return self.silence.early_packet();
        }
        self.silence.packet();
        let look = Look::at(datagram, decoded, arrival);
        let pace = self.seen.packet(&look);
        let is_odd = look.class.is_telling()
            || !matches!(look.header, Some(header) if header.order.goes_on());
        if is_odd {
            self.shown_in_a_row = 0;
        }
        self.judge(arrival);
        self.take_notes(&look, pace);
    }

    /// A frame that was put together and has been through the decoder, in the order of the movie.
    pub fn frame(&mut self, frame: &Frame, now: Duration) {
        if !self.is_playing {
            return;
        }
        self.seen.frames.frame(frame, now);
        if frame.is_shown() {
            self.seen.layout.frame_shown();
            self.shown = self.shown.saturating_add(1);
            self.shown_in_a_row += 1;
            if self.shown_in_a_row >= GOOD_AGAIN {
                self.get_better();
            }
        } else {
            self.shown_in_a_row = 0;
        }
        self.judge(now);
    }

    /// Nothing has come for a while. Twice a second is enough.
    pub fn tick(&mut self, now: Duration) {
        self.judge(now);
        // Later runs may begin just before the end of the movie.
        if self.is_playing && self.standing.is_none() && self.runs == 1 {
            let note = self.seen.pace.silence(now, self.shown > 0);
            self.tell(note);
        }
        if self.is_playing && self.standing.is_none() && self.seen.pace.is_silent(now) {
            self.tell(self.seen.numbers.silence());
        }
    }

    /// A datagram that came from another address than the server's.
    pub fn stranger(&mut self, address: &str) {
        self.silence.stranger(address);
    }

    /// Bytes on the RTSP connection that are no message.
    pub fn bytes_on_rtsp(&mut self, bytes: &[u8], now: Duration) {
        self.silence.bytes_on_rtsp(bytes);
        self.judge(now);
    }

    /// What is wrong at present.
    pub const fn finding(&self) -> Option<&Finding> {
        self.standing.as_ref()
    }

    /// The next finding or note that has not been told yet; each is told once a session.
    pub fn next_news(&mut self) -> Option<Finding> {
        self.news.pop_front()
    }

    /// Looks at all that is known. What is said stands, unless something says more.
    fn judge(&mut self, now: Duration) {
        if !self.is_playing {
            return;
        }
        let last = self.seen.pace.last_arrival();
        let is_silent = self.shown == 0 && last.is_some_and(|last| now >= last + SILENCE);
        let fitting = self.seen.findings(is_silent);
        let silence = self.silence.finding(now);
        let gives_way = match &self.standing {
            None => true,
            Some(standing) if SILENT.contains(&standing.id) => {
                silence.as_ref().is_none_or(|silence| silence.id != standing.id)
            }
            Some(standing) => {
                let fits = fitting.iter().any(|finding| finding.id == standing.id);
                let has_better =
                    fitting.first().is_some_and(|finding| !BLUNT.contains(&finding.id));
                has_better && (!fits || BLUNT.contains(&standing.id))
            }
        };
        if gives_way {
            self.standing = fitting.into_iter().next().or(silence);
            if self.standing.is_some() {
                self.shown_in_a_row = 0;
            }
            self.tell(self.standing.clone());
        }
    }

    fn take_notes(&mut self, look: &Look, pace: Option<Finding>) {
        if self.standing.is_some() {
            return;
        }
        self.tell(pace);
        // Before anything is shown, what looks odd may be part of a mistake.
        if self.shown >= ALIKE {
            for note in self.seen.notes(look) {
                self.tell(note);
            }
        }
    }

    fn tell(&mut self, finding: Option<Finding>) {
        if let Some(finding) = finding.filter(|finding| !self.told.contains(&finding.id)) {
            self.told.push(finding.id);
            self.news.push_back(finding);
        }
    }

    /// Ten frames in a row are right: what was wrong is right now.
    fn get_better(&mut self) {
        if self.standing.take().is_some() {
            let pace = std::mem::take(&mut self.seen.pace);
            self.forget();
            self.seen.pace = pace;
        }
    }

    fn forget(&mut self) {
        self.seen = Seen::default();
        (self.shown, self.shown_in_a_row) = (0, 0);
    }
}

impl Seen {
    fn packet(&mut self, look: &Look) -> Option<Finding> {
        self.layout.packet(look);
        self.pieces.packet(look);
        self.in_pieces.push(look.is_piece());
        if let Some(header) = &look.header {
            self.numbers.packet(look, header);
            self.fields.packet(look, header);
        }
        self.pace.packet(look)
    }

    /// Every rule that fits, the most telling first.
    fn findings(&self, is_silent: bool) -> Vec<Finding> {
        let come_in_pieces = self.in_pieces.yes(64) > 0;
        let frames = self.frames.findings(&self.pieces, come_in_pieces);
        self.layout
            .findings(is_silent)
            .chain(self.numbers.findings())
            .chain(self.pieces.findings())
            .chain(frames)
            .chain(self.numbers.jumps())
            .chain(self.nothing_shown())
            .collect()
    }

    /// What would be no mistake if frames were shown.
    fn nothing_shown(&self) -> Option<Finding> {
        let rules = || {
            let order = self.pieces.backwards().or_else(|| self.pieces.endless());
            order.or_else(|| self.numbers.wide_steps_in_pieces())
        };
        if self.frames.is_last_shown() { None } else { rules() }
    }

    fn notes(&self, look: &Look) -> [Option<Finding>; 4] {
        let numbers = self.numbers.notes(look);
        let frames = self.frames.notes(self.pieces.are_numbered());
        [self.fields.notes(look), numbers, frames, self.layout.notes()]
    }
}

/// Findings that say little: a better one takes their place.
const BLUNT: [&str; 3] = ["not_jpeg", "broken", "number_jumps"];
/// Findings that are over as soon as packets come, or an answer.
const SILENT: [&str; 5] =
    ["nothing_comes", "rtp_on_rtsp", "play_unanswered", "rtp_from", "rtp_before_play"];
/// So many frames in a row take a finding back.
const GOOD_AGAIN: u32 = 10;
/// After so long one packet is evidence enough.
const SILENCE: Duration = Duration::from_secs(1);
