//! What the thread `send_rtp` does in the standard dialect: RTP as in RFC 2435, and RTCP.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{fmt, io};

use super::recoder::Recoder;
use super::survey::SurveyedMovie;
use super::way::Way;
use crate::event::Event;
use crate::impairment::Pushed;
use crate::rtp_packet::{HEADER_SIZE, RtpPacket};
use crate::server::shared::Settings;
use crate::server_worker::bad_network::BadNetwork;
use crate::server_worker::pace::{FRAME_INTERVAL, after_standstill, next_deadline, spread};
use crate::server_worker::transcript::{Obstacle, Transcript};
use crate::standard::jpeg_payload::{CannotCarry, JpegFrame};
use crate::standard::reported;
use crate::standard::rtcp::{Compound, RtpClock, SenderReport, report_interval};
use crate::standard::sdp::JPEG_CLOCK_HZ;
use crate::trace::Departures;
use crate::video_stream::MovieError;

/// All that the thread needs and brings back.
pub(super) struct StandardStream {
    movie: SurveyedMovie,
    /// The number of the last frame to send; `None` plays to the end.
    last_frame: Option<u64>,
    /// Whether the movie begins anew after its end, if it is to play to there.
    looping: bool,
    /// When the next frame may leave: neither PAUSE nor a seek brings it forward.
    due: Instant,
    /// Set as the last frame leaves.
    over: Arc<Event>,
    packets: Packets,
}

impl StandardStream {
    /// A movie's frames on their way to the client, in packets as large as the settings say.
    pub(super) fn new(
        movie: SurveyedMovie,
        way: Way,
        settings: &Settings,
        cname: String,
        transcript: Transcript<Trouble>,
    ) -> Self {
        let (from, to) = way.ends();
        let packets = Packets {
            departures: Departures::new(transcript.trace(), from, to, way.is_reliable()),
            frame: 0,
            way,
            network: BadNetwork::of(settings),
            stood_aside: false,
            told_recoded: false,
            ssrc: rand::random(),
            sequence_number: rand::random(),
            timestamp: rand::random(),
            mtu: settings.mtu,
            cname,
            count: 0,
            octets: 0,
            datagram: Vec::with_capacity(HEADER_SIZE + settings.mtu),
            transcript,
        };
        let (due, over, looping) = (Instant::now(), Arc::default(), settings.looping);
        Self { movie, last_frame: None, looping, due, over, packets }
    }

    /// Where the packets go from now on.
    pub(super) fn set_way(&mut self, way: Way) {
        self.packets.departures.go(way.ends(), way.is_reliable());
        self.packets.way = way;
    }

    pub(super) const fn ssrc(&self) -> u32 {
        self.packets.ssrc
    }

    /// How many frames lie before the next one.
    pub(super) const fn position(&self) -> u64 {
        self.movie.video.frame_number()
    }

    /// How many frames the open file has: if it has changed, it is looked at once more, as long as
    /// somebody waits for that.
    pub(super) fn frames(&mut self, is_awaited: &dyn Fn() -> bool) -> u64 {
        self.movie.look_again(is_awaited);
        self.movie.frames()
    }

    /// Whether it has no end, and begins anew instead.
    pub(super) const fn has_no_end(&self) -> bool {
        self.looping && self.last_frame.is_none()
    }

    /// What is set as the last frame that is to be sent leaves.
    pub(super) fn begin(&mut self) -> Arc<Event> {
        self.over = Arc::default();
        Arc::clone(&self.over)
    }

    /// The sequence number and the timestamp of the next packet, for `RTP-Info`.
    pub(super) const fn next_packet(&self) -> (u16, u32) {
        (self.packets.sequence_number, self.packets.timestamp)
    }

    /// Goes to the place after frame `position`, to play as far as `last_frame`; `false` if there
    /// are fewer frames, and then nothing changes.
    ///
    /// # Errors
    /// The movie can't be read that far.
    pub(super) fn seek(
        &mut self,
        position: u64,
        last_frame: Option<u64>,
    ) -> Result<bool, MovieError> {
        let here = self.position();
        let found = self.movie.video.seek(position);
        if matches!(found, Ok(true)) {
            self.last_frame = last_frame;
        } else {
            // If that place is gone too by now, the movie is at its end.
            self.movie.video.seek(here).ok();
        }
        found
    }

    /// Python: `sendRtp`, for the second time; here each frame is cut into packets of RFC 2435.
    pub(super) fn send_rtp(&mut self, stop: &Event) {
        let has_no_end = self.has_no_end();
        let Self { movie, last_frame, due, over, packets, .. } = self;
        let (last, frames) = (last_frame.unwrap_or(u64::MAX), movie.frames());
        let end = if has_no_end { u64::MAX } else { last.min(frames) };
        let (video, recoder) = movie.parts();
        packets.begin();
        video.repeat(has_no_end);
        *due = Instant::now().max(*due);
        let mut next_report = *due;
        while !packets.wait_for_frame(stop, due) {
            if *due >= next_report {
                packets.report(*due, false);
                next_report = *due + report_interval(rand::random());
            }
            if video.frame_number() >= last {
                break;
            }
            // The client may ask for more as soon as it has the last frame.
            if video.frame_number() + 1 >= end {
                over.set();
            }
            packets.frame = video.frame_number() % frames.max(1) + 1;
            match video.next_frame() {
                Ok(Some(frame)) => {
                    if let Err(trouble) = packets.send_frame(frame, recoder, *due, stop) {
                        packets.transcript.warn_once(&trouble, video.frame_number());
                    }
                }
                Ok(None) => break,
                Err(error) => packets.transcript.warn(format!("could not {error}")),
            }
            video.give_room_back();
            *due = packets.deadline_after(*due);
        }
        // Whoever looks through the movie finds its end.
        video.repeat(false);
        if let Some(stray) = video.tell_stray() {
            packets.transcript.warn(stray);
        }
        packets.finish(stop);
        // Players end the last frame at once if a goodbye comes right after it.
        if !stop.wait(GOODBYE_PAUSE) {
            packets.report(*due, true);
        }
    }
}

/// The packets to one client: their way, and what they are numbered and counted by.
struct Packets {
    way: Way,
    /// What is told of each, and the number of its frame.
    departures: Departures,
    frame: u64,
    network: Option<Box<BadNetwork>>,
    /// Whether the transcript has said that the bad network does nothing here.
    stood_aside: bool,
    /// The same of frames that are coded anew.
    told_recoded: bool,
    ssrc: u32,
    sequence_number: u16,
    /// The next frame's, in ticks of 90 kHz.
    timestamp: u32,
    mtu: usize,
    cname: String,
    count: u32,
    octets: u32,
    datagram: Vec<u8>,
    transcript: Transcript<Trouble>,
}

impl Packets {
    /// Over TCP nothing is lost, doubled or swapped, so the bad network does nothing; tells so
    /// once.
    fn begin(&mut self) {
        if self.network.is_some() && self.way.is_reliable() && !self.stood_aside {
            self.stood_aside = true;
            let text = "left alone, for RTP goes over TCP, which loses nothing";
            self.transcript.network(text.to_owned());
        }
    }

    /// Waits until the next frame is due, or `stop` is set, and says whether it is. Over TCP nothing else
    /// moves what is due.
    fn wait_for_frame(&mut self, stop: &Event, due: &mut Instant) -> bool {
        let began = Instant::now();
        let is_stopped = self.wait(stop, *due);
        if self.way.is_reliable() {
            *due = after_standstill(*due, began, Instant::now());
        }
        is_stopped
    }

    /// Waits for that time, or until `stop` is set, and says whether it is.
    fn wait(&mut self, stop: &Event, due: Instant) -> bool {
        let Self { way, network, transcript, departures, .. } = self;
        match network {
            None => stop.wait(due.saturating_duration_since(Instant::now())),
            Some(network) => {
                let tell = |text| transcript.network(text);
                network.wait(stop, due, tell, |packet| {
                    departures.left(packet);
                    way.send_rtp(packet)
                })
            }
        }
    }

    /// Sends the packets that are still in the line.
    fn finish(&mut self, stop: &Event) {
        let Self { way, network, transcript, departures, .. } = self;
        if let Some(network) = network {
            let tell = |text| transcript.network(text);
            network.finish(stop, tell, |packet| {
                departures.left(packet);
                way.send_rtp(packet)
            });
        }
    }

    fn send(&mut self) -> io::Result<()> {
        let Self { way, network, datagram, departures, frame, .. } = self;
        match network {
            Some(network) if !way.is_reliable() => {
                let tell = |pushed: &Pushed| departures.sent(datagram, *frame, Some(pushed));
                network.send(datagram, tell, |packet| {
                    departures.left(packet);
                    way.send_rtp(packet)
                })
            }
            Some(_) | None => {
                departures.sent(datagram, *frame, None);
                way.send_rtp(datagram)
            }
        }
    }

    /// Sends one frame in packets, the last of which is marked. If `stop` is set meanwhile, the rest of
    /// it leaves at once.
    fn send_frame(
        &mut self,
        jpeg: &[u8],
        recoder: &Recoder,
        due: Instant,
        stop: &Event,
    ) -> Result<(), Trouble> {
        let timestamp = self.timestamp;
        self.timestamp = timestamp.wrapping_add(TICKS_A_FRAME);
        if self.way.is_reliable() && due.elapsed() > MAX_LATENESS {
            return Err(Trouble::Late);
        }
        let mut room = None;
        let frame = self.carried(jpeg, recoder, &mut room).map_err(Trouble::Unfit)?;
        for (index, packet) in frame.packets(self.mtu).enumerate() {
            // TCP spreads its bytes by itself.
            if !self.way.is_reliable() {
                self.wait(stop, due + spread(index * self.mtu, jpeg.len()));
            }
            let header = RtpPacket::jpeg(self.sequence_number, timestamp, self.ssrc, b"");
            RtpPacket { marker: packet.is_last(), ..header }.encode(&mut self.datagram);
            packet.write(&mut self.datagram);
            self.sequence_number = self.sequence_number.wrapping_add(1);
            self.count = self.count.wrapping_add(1);
            let payload = self.datagram.len().saturating_sub(HEADER_SIZE);
            self.octets = self.octets.wrapping_add(u32::try_from(payload).unwrap_or_default());
            self.send().map_err(Trouble::Send)?;
        }
        Ok(())
    }

    /// The frame as RTP carries it: as it is, or coded anew into `room`, which is told once.
    fn carried<'a>(
        &mut self,
        jpeg: &'a [u8],
        recoder: &Recoder,
        room: &'a mut Option<Arc<[u8]>>,
    ) -> Result<JpegFrame<'a>, CannotCarry> {
        let flaw = match JpegFrame::of(jpeg) {
            Ok(frame) => return Ok(frame),
            Err(flaw) => flaw,
        };
        let why = flaw.to_string();
        let anew = room.insert(recoder.recoded(jpeg, flaw)?);
        if !std::mem::replace(&mut self.told_recoded, true) {
            let number = self.frame;
            self.transcript.note(format!("frame {number} is coded anew: could not {why}"));
        }
        JpegFrame::of(anew)
    }

    /// When the next frame is due. Over TCP, which keeps everything, frames must not come later and
    /// later: the deadlines stay as they are, and frames that can't meet them are left out.
    fn deadline_after(&self, due: Instant) -> Instant {
        if self.way.is_reliable() {
            due + FRAME_INTERVAL
        } else {
            next_deadline(due, Instant::now())
        }
    }

    /// Reports which RTP time belongs to which time of day (RFC 3550 section 6.4.1), with a goodbye
    /// at the end. `due` is the instant of the next frame's timestamp.
    fn report(&mut self, due: Instant, goodbye: bool) {
        let now = Instant::now();
        let of_day = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // The time of day when the next frame is due, which is what its timestamp stands for.
        let start = of_day + due.saturating_duration_since(now);
        let start = start.saturating_sub(now.saturating_duration_since(due));
        let clock = RtpClock { start, first: self.timestamp, clock_hz: JPEG_CLOCK_HZ };
        let report = SenderReport::new(self.ssrc, &clock, of_day, self.count, self.octets);
        let compound = Compound { report: report.into(), cname: &self.cname, goodbye };
        let datagram = compound.encode();
        let is_on = self.departures.is_on();
        if let Some(values) = is_on.then(|| reported::values(&datagram)).flatten() {
            self.departures.report(true, values, &datagram);
        }
        // A player plays even without reports.
        self.way.send_rtcp(&datagram).ok();
    }
}

/// Why a frame did not leave, or not all of it.
#[derive(Debug)]
pub(super) enum Trouble {
    Unfit(CannotCarry),
    Late,
    Send(io::Error),
}

impl Obstacle for Trouble {}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfit(flaw) => flaw.fmt(out),
            Self::Late => out.write_str("the client reads too slowly; what is late is left out"),
            Self::Send(error) => error.fmt(out),
        }
    }
}

/// The RTP clock of JPEG is 90 kHz (RFC 3551 section 6), and a frame comes every 50 ms.
const TICKS_A_FRAME: u32 = 4500;
/// How late a frame may be over TCP, where nothing is lost on the way.
const MAX_LATENESS: Duration = Duration::from_millis(500);
/// The time from the last packet to the goodbye.
const GOODBYE_PAUSE: Duration = Duration::from_millis(300);
