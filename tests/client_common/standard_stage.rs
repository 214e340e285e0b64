//! The library's client and a scripted server of the standard dialect, both played by one test.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rtsp_lab::client::{ClientEvent, Player};
use rtsp_lab::picture::Picture;
use rtsp_lab::rtsp::State;
use rtsp_lab::standard::client::{StandardClient as Client, StandardSettings};
use rtsp_lab::standard::rtsp::{Credentials, RtspUrl};
use rtsp_lab::statistics::Statistics;

use super::LIMIT;
use super::rfc2435::{Form, Sender, frame, payloads};
use super::stage::TURN;
use super::standard_server::{Answers, StandardServer};

/// How RTP is asked for first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum First {
    Udp,
    Tcp,
}

/// Both transports, for a test of each.
pub(crate) const BOTH: [First; 2] = [First::Udp, First::Tcp];

/// The client does nothing by itself: its handlers send, and [`StandardStage::until`] lets it take
/// what came.
pub(crate) struct StandardStage {
    pub(crate) client: Client,
    pub(crate) server: StandardServer,
    pub(crate) sender: Sender,
    events: Rc<RefCell<Vec<ClientEvent>>>,
}

impl StandardStage {
    pub(crate) fn new(first: First) -> Self {
        // Tests do not wait for the silence unless they say so.
        Self::with(first, 3 * LIMIT, Answers::default())
    }

    /// A stage whose client has a name and a password, `name:password`.
    pub(crate) fn of_user(user: &str) -> Self {
        Self::of(&format!("{user}@"), First::Tcp, 3 * LIMIT, Answers::default())
    }

    /// A stage whose client tries TCP after that silence.
    pub(crate) fn with(first: First, silence: Duration, answers: Answers) -> Self {
        Self::of("", first, silence, answers)
    }

    fn of(user: &str, first: First, silence: Duration, answers: Answers) -> Self {
        let mut server = StandardServer::start();
        server.answers = answers;
        let url = server.url().replace("://", &format!("://{user}"));
        let credentials = Credentials::in_url(&url);
        let url = RtspUrl::parse(&url).unwrap();
        let settings = StandardSettings { url, credentials, tcp: first == First::Tcp, silence };
        let events = Rc::new(RefCell::new(Vec::new()));
        let told = Rc::clone(&events);
        let client = Client::new(settings, move |event| told.borrow_mut().push(event));
        Self { client, server, sender: Sender::default(), events }
    }

    /// A stage whose movie plays.
    #[track_caller]
    pub(crate) fn playing(first: First) -> Self {
        let mut stage = Self::new(first);
        stage.setup();
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
        for method in ["OPTIONS", "DESCRIBE", "SETUP"] {
            self.grants(method);
        }
        self.until("READY", |client| client.state() == State::Ready);
    }

    #[track_caller]
    pub(crate) fn play(&mut self) {
        self.client.play_movie();
        self.grants("PLAY");
        self.until("PLAYING", |client| client.state() == State::Playing && !client.is_waiting());
    }

    /// The request comes, and the client has taken the answer.
    #[track_caller]
    pub(crate) fn grants(&mut self, method: &str) {
        let before = self.replies();
        self.server.grants(method);
        self.until_replies(before + 1);
    }

    /// The request comes, gets this answer, and the client has taken it.
    #[track_caller]
    pub(crate) fn answers(&mut self, method: &str, status: &str, headers: &str, body: &str) {
        let before = self.replies();
        self.server.expects(method);
        self.server.answers(status, headers, body);
        self.until_replies(before + 1);
    }

    /// The request that has come gets this answer, and the client has taken it.
    #[track_caller]
    pub(crate) fn answers_now(&mut self, status: &str, headers: &str) {
        let before = self.replies();
        self.server.answers(status, headers, "");
        self.until_replies(before + 1);
    }

    fn replies(&self) -> usize {
        let is_reply = |event: &&ClientEvent| matches!(event, ClientEvent::Received(_));
        self.events.borrow().iter().filter(is_reply).count()
    }

    #[track_caller]
    fn until_replies(&mut self, count: usize) {
        let events = Rc::clone(&self.events);
        let is_reply = |event: &&ClientEvent| matches!(event, ClientEvent::Received(_));
        self.until("a reply", |_| events.borrow().iter().filter(is_reply).count() >= count);
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

    /// Lets the client work until it shows a message with that title; returns its text.
    #[track_caller]
    pub(crate) fn message(&mut self, title: &str) -> String {
        self.until(title, |client| client.message().is_some_and(|told| told.title == title));
        self.client.message().unwrap().text.clone()
    }

    /// Lets the client work until it has sent this.
    #[track_caller]
    pub(crate) fn until_sent(&mut self, text: &str) {
        let events = Rc::clone(&self.events);
        let is_it = |event: &ClientEvent| matches!(event, ClientEvent::Sent(sent) if sent == text);
        self.until(text, |_| events.borrow().iter().any(is_it));
    }

    /// What the client has told, and what it has ignored.
    pub(crate) fn told(&self) -> Vec<String> {
        let is_told =
            |event: &&ClientEvent| matches!(event, ClientEvent::Told(_) | ClientEvent::Ignored(_));
        self.events.borrow().iter().filter(is_told).map(ToString::to_string).collect()
    }

    /// What the client has noted.
    pub(crate) fn noted(&self) -> Vec<String> {
        let is_noted = |event: &&ClientEvent| matches!(event, ClientEvent::Noted(_));
        self.events.borrow().iter().filter(is_noted).map(ToString::to_string).collect()
    }

    /// Lets the client work until it has told this many things in all.
    #[track_caller]
    pub(crate) fn until_told(&mut self, count: usize) {
        let events = Rc::clone(&self.events);
        let is_told =
            |event: &&ClientEvent| matches!(event, ClientEvent::Told(_) | ClientEvent::Ignored(_));
        self.until("something told", |_| events.borrow().iter().filter(is_told).count() == count);
    }

    /// The packets of frame `number`, to be sent in any way.
    pub(crate) fn packets(&mut self, number: u32) -> Vec<Vec<u8>> {
        self.sender.packets(&payloads(&frame(number, 80), Form::default()))
    }

    /// Sends frame `number`, and lets the client work until it is shown, pixel for pixel.
    #[track_caller]
    pub(crate) fn shows(&mut self, number: u32) {
        for packet in self.packets(number) {
            self.server.sends_rtp(&packet);
        }
        let shown = self.statistics().frames_shown + 1;
        self.until_shown(shown);
        self.assert_shows(&frame(number, 80));
    }

    #[track_caller]
    pub(crate) fn until_shown(&mut self, frames: u64) {
        let what = format!("frame {frames}");
        self.until(&what, |client| client.statistics().0.frames_shown >= frames);
        assert_eq!(self.statistics().frames_shown, frames);
    }

    #[track_caller]
    pub(crate) fn until_packets(&mut self, packets: u64) {
        let what = format!("packet {packets}");
        self.until(&what, |client| client.statistics().0.reception.packets >= packets);
        assert_eq!(self.statistics().reception.packets, packets);
    }

    pub(crate) fn statistics(&self) -> &Statistics {
        self.client.statistics().0
    }

    /// Asserts that the picture is that of the JPEG, pixel for pixel.
    #[track_caller]
    pub(crate) fn assert_shows(&self, jpeg: &[u8]) {
        let expected = Picture::decode(jpeg).unwrap();
        let found = self.client.picture().expect("a picture");
        assert!(found.pixels == expected.pixels, "another picture");
    }

    /// Ends the session, and asserts that the client closes after TEARDOWN.
    #[track_caller]
    pub(crate) fn teardown(&mut self) {
        self.client.exit_client();
        self.server.grants("TEARDOWN");
        self.until("the end", Client::is_torn_down);
        assert_eq!(self.client.state(), State::Init);
        assert!(self.server.is_closed(), "nothing is sent after TEARDOWN");
    }
}
