//! One run: a server and a client of this project, and a movie between them whose frames have exactly
//! so many packets. The network's seed tells beforehand what must come out.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use jpeg_encoder::{ColorType, Encoder};
use rtsp_lab::client::{self, Client, Player};
use rtsp_lab::impairment::{Fate, Impairment};
use rtsp_lab::playout::{Figures, Target};
use rtsp_lab::rtsp::Method;
use rtsp_lab::server::{self, Network, Server, ServerEvent};

/// What a run is about.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// Packets of each frame, 1 to 60.
    pub(crate) packets: u32,
    /// Frames of the movie.
    pub(crate) frames: u32,
    /// What happens to them.
    pub(crate) network: Impairment,
    /// The client's playout buffer.
    pub(crate) buffer: Option<Target>,
}

/// What came out.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// Frames that the client has shown.
    pub(crate) shown: u64,
    /// Damaged frames, as the client prints them.
    pub(crate) damaged: u64,
    /// Packets that came to the client.
    pub(crate) received: u64,
    /// Packets lost, as the client prints them.
    pub(crate) lost: u64,
    /// Packets that the server had to send, and those of them that the network lost, as it prints them.
    pub(crate) sent: (u64, u64),
    /// The playout buffer's figures, if there was one.
    pub(crate) playout: Option<Figures>,
    /// The times from one picture on the screen to the next.
    pub(crate) intervals: Vec<Duration>,
}

/// What the seed says of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prediction {
    /// Frames of which no packet is lost.
    pub(crate) shown: u64,
    /// Packets that are lost.
    pub(crate) lost: u64,
    /// Those of them that a client can miss: after the first that comes, and before the last.
    pub(crate) missed: u64,
}

impl Setup {
    /// What must come out, from the network's random numbers alone.
    pub(crate) fn prediction(&self) -> Prediction {
        let count = u64::from(self.packets) * u64::from(self.frames);
        let is_lost: Vec<_> =
            (1..=count).map(|number| self.network.fate(number) == Fate::Lost).collect();
        let size = usize::try_from(self.packets).unwrap_or(1);
        let whole = |frame: &&[bool]| !frame.contains(&true);
        let shown = is_lost.chunks(size).filter(whole).count() as u64;
        let all = |part: &[bool]| part.iter().filter(|lost| **lost).count() as u64;
        let first = is_lost.iter().position(|lost| !lost).unwrap_or(0);
        let last = is_lost.iter().rposition(|lost| !lost).unwrap_or(0);
        let missed = is_lost.get(first..last).map_or(0, all);
        Prediction { shown, lost: all(&is_lost), missed }
    }
}

impl Outcome {
    /// Whether all counts of server and client are those that the seed says.
    pub(crate) const fn agrees(&self, of: &Prediction) -> bool {
        self.shown == of.shown
            && self.lost == of.missed
            && self.sent.1 == of.lost
            && self.received == self.sent.0 - self.sent.1
    }
}

/// Writes the movie of `frames` frames of so many packets to `folder`.
pub(crate) fn write_movie(folder: &Path, packets: u32, frames: u32) -> Result<(), Box<dyn Error>> {
    let mut jpeg = Vec::new();
    let pixels: Vec<u8> = (0..=255).collect();
    Encoder::new(&mut jpeg, 50).encode(&pixels, 16, 16, ColorType::Luma)?;
    let size = usize::try_from(packets)? * PIECE;
    // A comment makes it exactly as long as it is to be.
    let comment = size.checked_sub(jpeg.len() + 2).ok_or("the picture is too large")?;
    let head = [[0xFF, 0xFE], u16::try_from(comment)?.to_be_bytes()].concat();
    let (start, rest) = jpeg.split_at_checked(2).ok_or("no JPEG")?;
    let frame = [start, &head, &vec![b' '; comment - 2], rest].concat();
    let frame = [format!("{size:05}").into_bytes(), frame].concat();
    fs::write(folder.join(name(packets)), frame.repeat(usize::try_from(frames)?))?;
    Ok(())
}

fn name(packets: u32) -> String {
    format!("{packets}.Mjpeg")
}

/// Plays the movie of `folder` to its end.
pub(crate) fn run(setup: &Setup, folder: &Path) -> Result<Outcome, Box<dyn Error>> {
    let settings = server::Settings {
        movies: folder.to_owned(),
        fragment: Some(PIECE),
        network: Some(Network::new(setup.network)),
        ..server::Settings::default()
    };
    let server = Server::bind("127.0.0.1", 0, settings)?;
    let (server_port, stopper) = (server.local_addr().port(), server.stopper());
    let over = Arc::new(OnceLock::new());
    let tally = Arc::clone(&over);
    thread::scope(|scope| {
        let serving = scope.spawn(move || {
            server.serve(move |event| {
                if let ServerEvent::Network { text, .. } = event {
                    tally_of(&text).map(|counts| tally.set(counts));
                }
            });
        });
        let settings = client::Settings {
            server: "127.0.0.1".to_owned(),
            server_port,
            rtp_port: 0,
            movie: name(setup.packets),
        };
        let outcome = play(Client::new(settings, |_| {}), setup, &over);
        stopper.stop();
        serving.join().map_err(|_| "the server has failed")?;
        outcome.map_err(Into::into)
    })
}

/// Presses Play, and Teardown when everything has come that was sent.
fn play(
    mut client: Client,
    setup: &Setup,
    over: &OnceLock<(u64, u64)>,
) -> Result<Outcome, &'static str> {
    client.buffer().set_target(setup.buffer);
    client.press(Method::Play);
    let limit = Instant::now() + FRAME * setup.frames + PATIENCE;
    let (mut shown, mut times) = (0, Vec::new());
    loop {
        client.wait(TURN);
        let (statistics, _) = client.statistics();
        let new = statistics.frames_shown.saturating_sub(shown);
        shown = statistics.frames_shown;
        times.extend((0..new).map(|_| Instant::now()));
        let has_come =
            over.get().is_some_and(|(sent, lost)| statistics.reception.packets >= sent - lost);
        let waits = statistics.playout.is_some_and(|playout| playout.frames > 0);
        if has_come && !waits || Instant::now() > limit {
            break;
        }
    }
    client.press(Method::Teardown);
    while client.is_waiting() {
        client.wait(TURN);
    }
    let sent = *over.get().ok_or("the movie has not come to its end")?;
    let (statistics, _) = client.statistics();
    let reception = &statistics.reception;
    let pairs = times.iter().zip(times.iter().skip(1));
    Ok(Outcome {
        shown: statistics.frames_shown,
        damaged: statistics.damaged_frames(),
        received: reception.packets,
        lost: reception.lost,
        sent,
        playout: statistics.playout,
        intervals: pairs.map(|(one, next)| next.duration_since(*one)).collect(),
    })
}

/// The server's last words on a session: `of 500 packets 25 lost, ...`.
fn tally_of(text: &str) -> Option<(u64, u64)> {
    let words: Vec<_> = text.split_whitespace().collect();
    let ["of", packets, _, lost, ..] = words.as_slice() else { return None };
    Some((packets.parse().ok()?, lost.parse().ok()?))
}

/// Bytes of a packet.
const PIECE: usize = 1000;
/// The lab's frames.
pub(crate) const FRAME: Duration = Duration::from_millis(50);
/// How much longer than its movie a run may take.
const PATIENCE: Duration = Duration::from_secs(10);
const TURN: Duration = Duration::from_millis(20);
