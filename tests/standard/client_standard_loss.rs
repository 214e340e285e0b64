//! The client and the server in the standard dialect, and a proxy between them that drops, doubles
//! and swaps packets: what is whole is shown, and every figure is exact.

use std::thread;
use std::time::{Duration, Instant};

use crate::common::LIMIT;
use crate::common::lossy_proxy::{Expected, Fate, LossyProxy, Record};
use crate::common::movies::{MOVIE, folder_with, lab_format, real_frames};
use crate::common::server_process::ServerProcess;
use rtsp_lab::client::Player;
use rtsp_lab::picture::Picture;
use rtsp_lab::rtsp::State;
use rtsp_lab::standard::client::{StandardClient as Client, StandardSettings};
use rtsp_lab::standard::rtsp::RtspUrl;
use rtsp_lab::statistics::Reception;

#[test]
fn over_udp_every_whole_frame_is_shown_and_every_figure_is_exact() {
    watch_all(false);
}

#[test]
fn over_tcp_every_whole_frame_is_shown_and_every_figure_is_exact() {
    watch_all(true);
}

/// Every seed is a connection with other losses.
fn watch_all(tcp: bool) {
    let mut frames = real_frames();
    frames.truncate(FRAMES);
    let folder = folder_with(&lab_format(&frames));
    let server = ServerProcess::start(folder.path(), &[]);
    let pictures: Vec<_> = frames.iter().map(|jpeg| Picture::decode(jpeg).unwrap()).collect();
    thread::scope(|scope| {
        for (seed, first, last) in SEEDS {
            let proxy = LossyProxy::start(server.address(), seed);
            let pictures = &pictures;
            scope.spawn(move || {
                Viewer::new(&proxy, tcp, pictures).watch(seed, &proxy);
                let Record { met, .. } = proxy.record();
                assert_eq!((met[0].fate, met[met.len() - 1].fate), (first, last), "seed {seed}");
            });
        }
    });
}

/// A client, and what it has shown.
struct Viewer<'a> {
    client: Client,
    /// The frames of the file.
    pictures: &'a [Picture],
    /// Frames shown so far, and which one was on screen then.
    seen: Vec<(u64, usize)>,
}

impl<'a> Viewer<'a> {
    fn new(proxy: &LossyProxy, tcp: bool, pictures: &'a [Picture]) -> Self {
        let url = format!("rtsp://{}/{MOVIE}", proxy.address());
        // Nobody here waits for the silence.
        let (url, silence) = (RtspUrl::parse(&url).unwrap(), 3 * LIMIT);
        let settings = StandardSettings { tcp, silence, ..StandardSettings::of_url(url) };
        Self { client: Client::new(settings, |_| {}), pictures, seen: Vec::new() }
    }

    fn watch(mut self, seed: u64, proxy: &LossyProxy) {
        self.client.setup_movie();
        self.until("READY", |client| client.state() == State::Ready);
        self.client.play_movie();
        self.until("the end", Client::has_ended);
        let record = proxy.record();
        let expected = record.expected();
        let handled = u64::try_from(expected.whole.len()).unwrap();
        self.until("the last picture", |client| {
            let statistics = client.statistics().0;
            statistics.frames_shown + statistics.frames_left_out() >= handled
        });
        self.client.exit_client();
        self.until("TEARDOWN", Client::is_torn_down);

        // The server has sent all of the movie, and the proxy has not been idle.
        assert!(record.ended);
        assert_eq!(record.frames().len(), FRAMES, "seed {seed}");
        let is_next = |pair: &[_; 2]| pair[0] == u16::wrapping_sub(pair[1], 1);
        let numbers: Vec<_> = record.met.iter().map(|met| met.number).collect();
        assert!(numbers.windows(2).all(|pair| is_next(pair.try_into().unwrap())), "seed {seed}");
        for fate in [Fate::Dropped, Fate::Doubled, Fate::Swapped] {
            assert!(record.count(fate) >= 10, "{fate:?}: {} times", record.count(fate));
        }
        assert_eq!(proxy.record().sent.len(), record.sent.len(), "nothing comes after the end");

        let statistics = self.client.statistics().0;
        let Reception { packets, lost, late, duplicates, malformed, .. } = statistics.reception;
        let damaged = statistics.damaged_frames();
        let whole = expected.whole.clone();
        let found = Expected { packets, lost, late, duplicates, damaged, whole };
        assert_eq!(found, expected, "seed {seed}");
        assert_eq!((malformed, statistics.undecodable), (0, 0), "seed {seed}");
        // A computer that is too slow leaves frames out, and says so.
        let left_out = statistics.frames_left_out();
        assert_eq!(statistics.frames_shown + left_out, handled, "seed {seed}");
        for &(shown, frame) in &self.seen {
            let at = expected.whole.iter().position(|&whole| whole == frame);
            let at = at.unwrap_or_else(|| panic!("seed {seed}: frame {frame} is not whole"));
            let before = u64::try_from(at).unwrap() + 1 - shown;
            assert!(before <= left_out, "seed {seed}: frame {frame} is shown as number {shown}");
        }
    }

    /// Lets the client work until that is so; whatever it shows must be a frame after the last.
    #[track_caller]
    fn until(&mut self, what: &str, is_so: impl Fn(&Client) -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !is_so(&self.client) {
            let message = self.client.message();
            assert!(Instant::now() < deadline, "waited for {what}; the client says {message:?}");
            self.client.wait(TURN);
            self.look();
        }
    }

    #[track_caller]
    fn look(&mut self) {
        let shown = self.client.statistics().0.frames_shown;
        let (before, next) = self.seen.last().map_or((0, 0), |&(count, frame)| (count, frame + 1));
        if shown > before {
            let pixels = &self.client.picture().expect("a picture").pixels;
            let mut after = next..self.pictures.len();
            let found = after.find(|&frame| self.pictures[frame].pixels == *pixels);
            let frame = found.unwrap_or_else(|| panic!("no frame from {next} on looks so"));
            self.seen.push((shown, frame));
        }
    }
}

/// 3 s of the movie, some hundreds of packets.
const FRAMES: usize = 60;
/// Seeds, and what they do to the first packet and to the last.
const SEEDS: [(u64, Fate, Fate); 4] = [
    (1, Fate::Passed, Fate::Swapped),
    (2, Fate::Swapped, Fate::Passed),
    (42, Fate::Swapped, Fate::Dropped),
    (220, Fate::Dropped, Fate::Doubled),
];
/// How long the client may wait for anything at a time.
const TURN: Duration = Duration::from_millis(100);
