//! The library's client and a scripted server, both played by one test.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rtsp_lab::client::{Client, ClientEvent, Player, Settings};
use rtsp_lab::rtsp::State;
use rtsp_lab::statistics::{Reception, Statistics};

use super::jpeg::{Colour, frame, has_colour};
use super::rtp::packet;
use super::scripted_server::ScriptedServer;
use super::{LIMIT, MOVIE};

/// The client does nothing by itself: its handlers send, and [`Stage::until`] lets it process what
/// has come. So the test sees every state in between.
pub(crate) struct Stage {
    pub(crate) client: Client,
    pub(crate) server: ScriptedServer,
    events: Rc<RefCell<Vec<ClientEvent>>>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with_rtp_port(0)
    }

    pub(crate) fn with_rtp_port(rtp_port: u16) -> Self {
        let server = ScriptedServer::start();
        let (client, events) = client_of(server.port(), rtp_port);
        Self { client, server, events }
    }

    /// A stage whose session is set up.
    pub(crate) fn ready() -> Self {
        let mut stage = Self::new();
        stage.setup();
        stage
    }

    /// A stage whose movie plays.
    pub(crate) fn playing() -> Self {
        let mut stage = Self::ready();
        stage.play();
        stage
    }

    /// Presses a button, and lets the client work until it has a connection.
    #[track_caller]
    pub(crate) fn press(&mut self, button: fn(&mut Client)) {
        button(&mut self.client);
        self.until("a connection", |client| !client.is_connecting());
    }

    #[track_caller]
    pub(crate) fn setup(&mut self) {
        self.press(Client::setup_movie);
        self.server.grants("SETUP");
        self.until("READY", |client| client.state() == State::Ready);
    }

    #[track_caller]
    pub(crate) fn play(&mut self) {
        self.client.play_movie();
        self.server.grants("PLAY");
        self.until("PLAYING", |client| client.state() == State::Playing);
    }

    #[track_caller]
    pub(crate) fn pause(&mut self) {
        self.client.pause_movie();
        self.server.grants("PAUSE");
        self.until("READY", |client| client.state() == State::Ready);
    }

    /// Ends the session, and asserts that the client sends nothing after TEARDOWN and closes.
    #[track_caller]
    pub(crate) fn teardown(&mut self) {
        self.client.exit_client();
        self.server.grants("TEARDOWN");
        self.until("the end", Client::is_torn_down);
        assert_eq!(self.client.state(), State::Init);
        assert_eq!(self.server.rest(), "");
    }

    /// The server sends this, and the client takes it for the reply that it awaits.
    #[track_caller]
    pub(crate) fn answered(&mut self, reply: impl AsRef<[u8]>) {
        self.server.says(reply);
        self.until("a reply", |client| !client.is_waiting());
        let told = self.client.message();
        assert!(told.is_none_or(|told| told.title != "No reply"), "the reply was not taken");
    }

    /// Lets the client work until the condition is met.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, mut is_so: impl FnMut(&Client) -> bool) {
        let start = Instant::now();
        while !is_so(&self.client) {
            let message = self.client.message();
            assert!(start.elapsed() < LIMIT, "waited for {what}; the client says {message:?}");
            self.client.wait(TURN);
        }
    }

    /// Lets the client work until it has ignored this many messages in all.
    #[track_caller]
    pub(crate) fn until_ignored(&mut self, count: usize) {
        let events = Rc::clone(&self.events);
        let is_ignored = |event: &&ClientEvent| matches!(event, ClientEvent::Ignored(_));
        self.until("a message to be ignored", |_| {
            events.borrow().iter().filter(is_ignored).count() == count
        });
    }

    /// Lets the client work until it shows a message with that title; returns its text.
    #[track_caller]
    pub(crate) fn message(&mut self, title: &str) -> String {
        self.until(title, |client| client.message().is_some_and(|told| told.title == title));
        self.client.message().unwrap().text.clone()
    }

    /// A frame arrives and is shown, so the client listens.
    #[track_caller]
    pub(crate) fn sends_a_frame(&mut self) {
        let Statistics { frames_shown, reception, .. } = self.statistics();
        let (shown, packets) = (frames_shown + 1, reception.packets + 1);
        self.sends(&packet(u16::try_from(packets).unwrap(), &frame(1)), packets);
        self.until_shown(shown);
    }

    /// Sends a datagram, and lets the client work until it has received `packets` in all.
    #[track_caller]
    pub(crate) fn sends(&mut self, datagram: &[u8], packets: u64) {
        self.server.sends(datagram);
        self.until_packets(packets);
    }

    #[track_caller]
    pub(crate) fn until_packets(&mut self, packets: u64) {
        let what = format!("packet {packets}");
        self.until(&what, |client| client.statistics().0.reception.packets >= packets);
        assert_eq!(self.reception().packets, packets);
    }

    #[track_caller]
    pub(crate) fn until_shown(&mut self, frames: u64) {
        let what = format!("frame {frames}");
        self.until(&what, |client| client.statistics().0.frames_shown >= frames);
        assert_eq!(self.statistics().frames_shown, frames);
    }

    pub(crate) fn statistics(&self) -> &Statistics {
        self.client.statistics().0
    }

    pub(crate) fn reception(&self) -> &Reception {
        &self.statistics().reception
    }

    /// Packets; those of them that were late or duplicates; and lost ones.
    pub(crate) fn counts(&self) -> (u64, u64, u64) {
        let Reception { packets, late, duplicates, lost, .. } = *self.reception();
        (packets, late + duplicates, lost)
    }

    #[track_caller]
    pub(crate) fn assert_shows(&self, colour: Colour) {
        let picture = self.client.picture().expect("a picture");
        let first = picture.pixels.first();
        assert!(has_colour(picture, colour), "{first:08X?} for {colour:02X?}");
    }
}

/// A client of the scripted server at that port, and what it tells.
pub(crate) fn client_of(port: u16, rtp_port: u16) -> (Client, Rc<RefCell<Vec<ClientEvent>>>) {
    let events = Rc::new(RefCell::new(Vec::new()));
    let told = Rc::clone(&events);
    let settings = Settings {
        server: "127.0.0.1".to_owned(),
        server_port: port,
        rtp_port,
        movie: MOVIE.to_owned(),
    };
    (Client::new(settings, move |event| told.borrow_mut().push(event)), events)
}

/// How long one turn of a loop may wait for news.
pub(crate) const TURN: Duration = Duration::from_millis(100);
