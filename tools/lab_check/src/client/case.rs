//! One run of the client: the server that it plays from, and that watches it.

use std::net::Ipv4Addr;
use std::thread;
use std::time::{Duration, Instant};

use rtsp_lab::rtsp::{Method, State};

use crate::deadline::{CASE_LIMIT, Deadline};
use crate::program::Program;
use crate::stage::Stage;
use crate::story::Side;

use super::connection::Connection;
use super::departure;
use super::gate::Gate;
use super::hands::{Hands, Place};
use super::limits::{
    BIND_LIMIT, CLICK_LOOK, END_LIMIT, END_RESERVE, EOF_LOOK, LONG_PLAY, MOST_REQUESTS,
    REFUSAL_LOOK, SESSION_LOOK, SILENCE_LOOK, TURN,
};
use super::movie::{Movie, Sender};
use super::port;
use super::reply::{Question, Step, session_id};
use super::request::Request;
use super::run::{Rest, Run, Seen, Stall};
use super::script::Script;
use super::until::Until;
use super::watch::Watch;

/// A client that runs, and the server that faces it.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    script: Script,
    movie: &'a Movie,
    hands: Hands,
    gate: Gate,
    connection: Option<Connection>,
    sender: Sender,
    watch: Watch,
    state: State,
    /// Since when nothing has changed.
    since: Instant,
    /// Whether the next request came before the reply to the last one.
    next_is_early: bool,
    /// Set when all is over: how long to watch what the client still does.
    last_look: Option<Deadline>,
    deadline: Deadline,
    /// How many packets after PLAY a client that sends by itself would have sent its next request.
    patience: Option<u16>,
    until: Until,
    run: Run,
    // This field is dropped before the folder in which the program runs is removed.
    program: Program,
    stage: Stage,
}

/// Plays `script` to the client of that command.
///
/// # Errors
/// It can't be begun: in one line.
pub(crate) fn play(
    script: Script,
    command: &str,
    movie: &Movie,
    hands: Hands,
    extent: (Option<u16>, Until),
) -> Result<Run, String> {
    let mut case = Case::start(script, command, movie, hands)?;
    (case.patience, case.until) = extent;
    while let Some(request) = case.next_request() {
        case.note(&request);
        if case.is_far_enough() {
            break;
        }
        case.answer(&request);
    }
    Ok(case.look_back())
}

impl<'a> Case<'a> {
    fn start(
        script: Script,
        command: &str,
        movie: &'a Movie,
        hands: Hands,
    ) -> Result<Self, String> {
        let deadline = Deadline::after(CASE_LIMIT);
        let (stage, gate) = (Stage::build()?, Gate::open()?);
        let sender = Sender::new(Ipv4Addr::LOCALHOST.into(), gate.rtp_port(), script)?;
        let places = gate.values();
        let mut values = vec![("movie", movie.name.as_str())];
        values.extend(places.iter().map(|(name, value)| (*name, value.as_str())));
        Ok(Self {
            script,
            movie,
            watch: Watch::new(hands.see()),
            program: Program::start(&hands.command(command), &values, stage.folder())?,
            hands,
            connection: None,
            sender,
            state: State::Init,
            since: Instant::now(),
            next_is_early: false,
            last_look: None,
            deadline,
            patience: None,
            until: Until::End,
            run: Run::of(session_id(), gate.rtp_port()),
            gate,
            stage,
        })
    }

    /// The next request; `None` if the case is over.
    fn next_request(&mut self) -> Option<Request> {
        while !self.is_over() {
            self.turn();
            if let Some(bytes) = self.connection.as_mut().and_then(Connection::take) {
                return Some(Request::new(bytes));
            }
            self.use_hands();
        }
        None
    }

    fn use_hands(&mut self) {
        let (place, group) = (self.place(), self.program.id());
        match (self.last_look, self.script.trial()) {
            (None, _) => self.hands.turn(place, group),
            (Some(_), Some(button)) => {
                if self.hands.try_out(button, place, group) {
                    self.last_look = Some(Deadline::after(CLICK_LOOK));
                }
            }
            (Some(_), None) => {}
        }
    }

    /// Sends what is due, and takes what comes.
    fn turn(&mut self) {
        if self.program.is_running() {
            // Otherwise it waits for the last words.
            self.program.said();
        }
        if self.connection.as_ref().is_some_and(|it| it.announces(Method::Teardown)) {
            // The client takes no more from now on, though its request may not be whole yet.
            self.sender.pause();
        }
        for number in self.sender.send_due(self.movie) {
            self.run.story.packet(number);
        }
        let plays = self.state == State::Playing && self.sender.since_play() > 0;
        if self.script == Script::Plain && plays && !self.sender.is_over() {
            self.watch.intake.turn(self.run.named_port);
            self.watch.sight.turn(&self.stage, self.movie);
        }
        let is_on_its_way = self.watch.hear(&mut self.hands, self.movie, &mut self.run.story);
        if is_on_its_way && self.run.requests.is_empty() {
            // However slow the machine is.
            self.deadline = Deadline::after(CASE_LIMIT);
        }
        self.watch.turn(self.program.id());
        match &mut self.connection {
            Some(connection) if !connection.is_closed() => {
                connection.listen(TURN);
                if connection.is_closed() {
                    self.run.story.did(Side::Client, "closes the connection");
                }
            }
            // Reading from a closed connection would return at once.
            Some(_) => thread::sleep(TURN),
            None => self.accept(),
        }
        if self.watch.is_time_to_count(self.sender.number()) {
            self.count_threads();
        }
        let closes = self.script.last_packet().is_some_and(|last| self.sender.number() >= last);
        if self.last_look.is_none() && self.state == State::Playing {
            if closes {
                self.close();
                self.look_on(EOF_LOOK);
            } else if self.sender.is_over() {
                self.look_on(SILENCE_LOOK);
            }
        }
    }

    fn accept(&mut self) {
        self.connection = self.gate.accept().filter(|_| self.last_look.is_none());
        if self.connection.is_some() {
            self.run.has_connected = true;
            self.run.story.did(Side::Client, "connects");
        } else {
            thread::sleep(TURN);
        }
    }

    fn close(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.close();
            self.run.story.did(Side::Server, "closes the connection");
        }
        self.sender.pause();
    }

    /// Nothing more will happen: watches for that time what the client does then.
    fn look_on(&mut self, time: Duration) {
        self.last_look = Some(Deadline::after(time));
        self.watch.rest();
    }

    fn is_over(&mut self) -> bool {
        let has_bytes = self.connection.as_ref().is_some_and(Connection::has_bytes);
        // What came before the end is still taken, but not for ever, or dripping bytes would never
        // end.
        if !has_bytes && self.has_come_to_an_end() {
            return true;
        }
        self.run.is_cut = self.deadline.is_over() || self.run.requests.len() >= MOST_REQUESTS;
        self.run.is_cut
    }

    fn has_come_to_an_end(&mut self) -> bool {
        let is_closed = self.connection.as_ref().is_some_and(Connection::is_closed);
        // A program that ends closes its connections first; only the silence after that shows
        // whether it ends.
        let may_end = self.script == Script::EndOfMovie && self.last_look.is_some();
        let has_left = is_closed && !may_end;
        let is_torn_down = self.state == State::Init && self.run.has(Method::Teardown);
        let looked = self.last_look.is_some_and(Deadline::is_over);
        let is_tired = self.patience.is_some_and(|limit| self.sender.since_play() > limit);
        let requests = self.run.requests.len();
        let is_stuck = self.hands.have_given_up()
            || self.until.waits_in_vain(&self.hands, self.state, (requests, self.since));
        self.is_far_enough()
            || is_torn_down
            || has_left
            || looked
            || is_tired
            || is_stuck
            || self.program.has_ended()
    }

    fn place(&self) -> Place {
        Place {
            state: self.state,
            time: self.since.elapsed(),
            requests: self.run.requests.len(),
            plays: self.run.count(Method::Play),
            packets: self.sender.since_play(),
        }
    }

    /// Goes on for a time, ignoring requests.
    fn hold(&mut self, time: Duration) {
        let deadline = Deadline::after(time);
        while !deadline.is_over() {
            self.turn();
            if self.connection.as_ref().is_none_or(Connection::is_closed) {
                return;
            }
        }
    }

    /// Notes a request, and what can be seen only now.
    fn note(&mut self, request: &Request) {
        let is_early = std::mem::take(&mut self.next_is_early);
        let (request, before) = (request.clone(), self.state);
        self.run.story.said(Side::Client, request.bytes());
        let method = request.method();
        if self.run.requests.is_empty() || self.hands.are_needed() {
            // A program that is slow to start does not hang, nor does one that waits for a click.
            self.deadline = Deadline::after(CASE_LIMIT.saturating_sub(END_RESERVE));
        }
        if !self.run.requests.is_empty() {
            self.run.longest_gap = self.run.longest_gap.max(self.since.elapsed());
        }
        self.run.requests.push(Seen { request, before, is_early });
        self.run.note_packets(self.sender.number(), self.sender.since_play());
        self.count_threads();
        if self.script == Script::Plain && before == State::Ready && self.watch.is_resting() {
            self.measure_pause();
        }
        if method == Some(Method::Play) && self.run.is_bound.is_none() {
            // The client may have sent it before it looked at the reply to SETUP.
            let deadline = Deadline::after(BIND_LIMIT);
            while !port::is_bound(self.run.named_port) && !deadline.is_over() {
                self.turn();
            }
            self.run.is_bound = Some(port::is_bound(self.run.named_port));
        }
    }

    /// Counts threads now and then: threads come and go, but one that was left over is always
    /// there.
    fn count_threads(&mut self) {
        let is_playing = self.state == State::Playing && self.sender.since_play() >= LONG_PLAY;
        if self.script == Script::Plain && is_playing {
            self.watch.count_threads(&mut self.run, self.program.id(), self.sender.number());
        }
    }

    fn answer(&mut self, request: &Request) {
        let number = u64::try_from(self.run.requests.len()).unwrap_or_default();
        let (script, state, session) = (self.script, self.state, self.run.session.clone());
        let question = Question { script, request, state, session: &session, number };
        if matches!(request.method(), Some(Method::Pause | Method::Teardown)) {
            self.sender.pause();
        }
        if self.run.unusual.is_empty() {
            self.run.unusual = question.unusual().unwrap_or_default();
        }
        for step in question.answer() {
            match step {
                Step::Hold(time) => self.hold(time),
                Step::Say(bytes) => {
                    if let Some(connection) = &mut self.connection {
                        self.next_is_early = connection.has_bytes();
                        connection.say(&bytes);
                        self.run.story.said(Side::Server, &bytes);
                    }
                }
            }
        }
        self.since = Instant::now();
        if let Some(method) = request.method() {
            self.go_on(method, request, question.is_granted());
        }
    }

    /// Does what the reply said.
    fn go_on(&mut self, method: Method, request: &Request, is_granted: bool) {
        let before = self.state;
        if is_granted {
            self.state = before.after(method).unwrap_or(before);
        }
        match method {
            Method::Setup if is_granted => {
                self.run.named_port = request.port().unwrap_or(self.run.rtp_port);
                self.sender.send_to(self.run.named_port);
            }
            Method::Setup if self.script == Script::NotFound => self.look_on(REFUSAL_LOOK),
            Method::Play if is_granted && before == State::Ready => {
                self.watch.work();
                self.sender.play();
            }
            Method::Play if self.script == Script::WrongSession => {
                // A client that believes it is in PLAYING takes them.
                self.sender.play();
                self.look_on(SESSION_LOOK);
            }
            Method::Pause if is_granted => self.watch.rest(),
            Method::Setup
            | Method::Play
            | Method::Pause
            | Method::Teardown
            | Method::Describe
            | Method::Options => {}
        }
    }

    fn is_far_enough(&self) -> bool {
        self.until.is_reached(&self.run, self.sender.since_play())
    }

    /// Holds the reply back until the pause was long enough to be measured.
    fn measure_pause(&mut self) {
        while self.watch.is_measuring() {
            self.turn();
        }
        self.run.paused = self.run.paused.or(self.watch.share(self.program.id()));
        self.watch.work();
    }

    /// Looks at what the client has left over.
    fn look_back(mut self) -> Run {
        let is_torn_down = self.state == State::Init && self.run.has(Method::Teardown);
        let stall = Stall { state: self.state, time: self.since.elapsed() };
        if is_torn_down {
            self.run.rest = Some(self.see_it_end());
        } else if self.last_look.is_none() {
            let is_closed = self.connection.as_ref().is_some_and(Connection::is_closed);
            self.run.broke_off = departure::too_early(&mut self.program, is_closed, self.state);
        }
        let has_gone = is_torn_down || self.run.broke_off.is_some();
        self.run.stall = (!has_gone && !self.run.requests.is_empty()).then_some(stall);
        self.hands.tell(&mut self.run);
        self.run.packets_sent = self.sender.number();
        self.watch.tell(&mut self.run, self.program.id());
        self.run.listen_to(&mut self.program);
        self.run
    }

    /// After TEARDOWN. The end of the connection is read a moment after the program's own.
    fn see_it_end(&mut self) -> Rest {
        let deadline = Deadline::after((self.deadline.left() + END_RESERVE).min(END_LIMIT));
        loop {
            let is_open = self.connection.as_ref().is_some_and(|open| !open.is_closed());
            let port = self.run.named_port;
            let rest = departure::rest(is_open, port, &mut self.program, &self.stage);
            if rest.is_over() || deadline.is_over() {
                return rest;
            }
            self.turn();
        }
    }
}
