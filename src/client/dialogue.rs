//! The client's side of RTSP: one connection, one request at a time, and the buttons that are
//! pressed in the meantime.

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::link::{Connected, Connecting, Link};
use super::mailbox::{Mailbox, News, Slot};
use super::message::Message;
use super::settings::Settings;
use crate::connection::address;
use crate::rtsp::reply::what_is_wrong;
use crate::rtsp::request::Manner;
use crate::rtsp::{Method, Reply, Request};

/// Everything that is waiting: for a connection, for a reply, or for its turn.
#[derive(Debug)]
pub(crate) struct Dialogue {
    /// What the threads of the connection have reported.
    pub(crate) mailbox: Mailbox,
    link: Link,
    request_sent: Option<RequestSent>,
    /// How requests are written, if there is a choice, and where they go.
    manner: Option<Manner>,
    server: (String, u16),
    /// The server has sent the client to another, which happens once.
    has_moved: bool,
    /// What is to be noted in the log.
    note: Option<String>,
    /// What came last since that was sent.
    last_message: Option<String>,
    wishes: VecDeque<Method>,
    /// The movie is to be played once more, in a session of its own.
    again: bool,
}

/// The request that waits for its reply. Python: `requestSent`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestSent {
    /// What was asked for.
    pub(crate) method: Method,
    /// When it was sent.
    pub(crate) at: Duration,
    cseq: u32,
    /// Its time is up, so the user may try again; a reply that comes after all still counts.
    is_overdue: bool,
}

/// Both ends of a connection: the server's, and this one, if the system tells it.
pub(crate) type Ends = (SocketAddr, Option<SocketAddr>);

/// What is to be dealt with.
#[derive(Debug)]
pub(crate) enum Next {
    /// A button's request that was put off.
    Wish(Method),
    /// Something to note in the log.
    Note(String),
    /// What a thread has reported.
    News(News),
}

impl Dialogue {
    /// Without a connection.
    pub(crate) fn new() -> Self {
        let (mailbox, link, wishes) = (Mailbox::new(), Link::Down, VecDeque::new());
        let (manner, server, note) = (None, Default::default(), None);
        let (request_sent, last_message, has_moved) = (None, None, false);
        Self {
            mailbox,
            link,
            request_sent,
            manner,
            server,
            has_moved,
            note,
            last_message,
            wishes,
            again: false,
        }
    }

    /// The same with a lab server: one that does not understand the lab's requests is tried in other
    /// manners.
    pub(crate) fn of_lab() -> Self {
        Self { manner: Some(Manner::Lab), ..Self::new() }
    }

    // ---- The connection -----------------------------------------------------------------------------

    /// The server's address, while there is a connection.
    pub(crate) const fn peer(&self) -> Option<SocketAddr> {
        match &self.link {
            Link::Up(connected) => Some(connected.peer),
            Link::Down | Link::Connecting(_) => None,
        }
    }

    /// Whether a connection is being made.
    pub(crate) const fn is_connecting(&self) -> bool {
        matches!(self.link, Link::Connecting(_))
    }

    /// Begins to connect, in order to send `method`.
    ///
    /// # Errors
    /// The system has no room for another thread.
    pub(crate) fn connect(&mut self, server: (&str, u16), method: Method) -> io::Result<()> {
        self.server = (server.0.to_owned(), server.1);
        self.mailbox.begin_connection();
        self.link = Link::Connecting(Connecting::start(server, method, self.mailbox.slot())?);
        Ok(())
    }

    /// Joins the thread that connects, which has answered. Returns the method that the connection
    /// is wanted for; `None` if the attempt has been given up.
    pub(crate) fn end_connecting(&mut self) -> Option<Method> {
        match std::mem::take(&mut self.link) {
            Link::Connecting(connecting) => Some(connecting.join()),
            link @ (Link::Down | Link::Up(_)) => {
                self.link = link;
                None
            }
        }
    }

    /// Takes a new connection: starts the thread that runs `receive`, which returns why the
    /// connection has ended. Returns the address that answered, and that of this end.
    ///
    /// # Errors
    /// The server has gone already, or the system has no room for another thread.
    pub(crate) fn connected(
        &mut self,
        stream: TcpStream,
        receive: impl FnOnce(&Slot) -> String + Send + 'static,
    ) -> io::Result<Ends> {
        let connected = Connected::start(stream, self.mailbox.slot(), receive)?;
        let ends = (connected.peer, connected.local);
        self.link = Link::Up(connected);
        Ok(ends)
    }

    /// Ends the connection, and all that waits for it, but not what is to be begun anew.
    pub(crate) fn end(&mut self) {
        self.link = Link::Down;
        self.request_sent = None;
        self.wishes.clear();
        self.wishes.extend(self.again.then_some(Method::Play));
    }

    // ---- The request --------------------------------------------------------------------------------

    /// A request as it is to be written now.
    pub(crate) fn encode(&self, request: &Request) -> String {
        request.encode_in(self.manner.unwrap_or_default())
    }

    /// Whether there is another manner of writing requests, which is taken from now on. After the last,
    /// all begins with the lab's again.
    pub(crate) fn changes_manner(&mut self) -> bool {
        let Some(manner) = self.manner else { return false };
        let next = manner.next();
        self.manner = next.or(Some(Manner::Lab));
        self.note = next.map(|next| format!("the server may want another form: trying {next}"));
        next.is_some()
    }

    /// Whether what the reply refuses is to be tried once more: PLAY in another manner of writing, and
    /// SETUP where a reply of 3xx points, but only once.
    pub(crate) fn tries_again(
        &mut self,
        method: Method,
        reply: &Reply,
        settings: &mut Settings,
    ) -> bool {
        if method == Method::Play {
            return reply.code == 500 && self.changes_manner();
        }
        let place = reply.points_to((&settings.server, settings.server_port));
        let can_follow = method == Method::Setup && !self.has_moved;
        let Some((server, server_port, movie)) = place.filter(|_| can_follow) else { return false };
        self.has_moved = true;
        let to = address(&server, server_port);
        self.note = Some(format!("the movie has moved: asking for {movie} at {to}"));
        *settings = Settings { server, server_port, movie, ..settings.clone() };
        true
    }

    /// After a SETUP that was answered by the end of the connection and nothing else: connects once
    /// more, to write it in another manner, and says whether it does.
    fn begins_anew(&mut self) -> bool {
        let is_setup = |sent: RequestSent| sent.method == Method::Setup && !sent.is_overdue;
        if self.last_message.is_some() || !self.request_sent.is_some_and(is_setup) {
            return false;
        }
        let (host, port) = self.server.clone();
        let connects = self.changes_manner() && self.connect((&host, port), Method::Setup).is_ok();
        self.request_sent.take_if(|_| connects);
        connects
    }

    /// Sends a request, which waits for its reply from now on.
    ///
    /// # Errors
    /// The server has gone.
    pub(crate) fn send(
        &mut self,
        request: (Method, u32),
        text: &str,
        at: Duration,
    ) -> io::Result<()> {
        self.sent(request, at);
        match &mut self.link {
            Link::Up(connected) => connected.send(text),
            Link::Down | Link::Connecting(_) => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Notes that a request of that method and number has been sent and waits for its reply.
    pub(crate) fn sent(&mut self, (method, cseq): (Method, u32), at: Duration) {
        self.request_sent = Some(RequestSent { method, at, cseq, is_overdue: false });
        self.again &= method != Method::Play;
        self.last_message = None;
    }

    /// If something came instead of the reply that is awaited: what is wrong with it.
    pub(crate) fn what_is_wrong(&self) -> Option<String> {
        let (sent, message) = (self.request_sent?, self.last_message.as_ref()?);
        Some(what_is_wrong(message, sent.cseq))
    }

    /// The same message, with what is known besides: what is wrong with what came, and what can't be done
    /// therefore.
    pub(crate) fn explain(&mut self, why: Message) -> Message {
        why.unless_wrong(self.what_is_wrong()).not_again(std::mem::take(&mut self.again))
    }

    /// The request that is answered by a reply with that number, if it still waits.
    pub(crate) fn answered(&mut self, cseq: Option<u32>) -> Option<RequestSent> {
        self.request_sent.take_if(|sent| cseq == Some(sent.cseq))
    }

    /// What has just become overdue: it has had no reply for `wait`.
    pub(crate) fn overdue(&mut self, now: Duration, wait: Duration) -> Option<Method> {
        let is_late = |sent: &&mut RequestSent| !sent.is_overdue && now >= sent.at + wait;
        let sent = self.request_sent.as_mut().filter(is_late)?;
        sent.is_overdue = true;
        Some(sent.method)
    }

    /// Whether a request that was given up may still get its reply.
    pub(crate) fn is_overdue(&self) -> bool {
        self.request_sent.is_some_and(|sent| sent.is_overdue)
    }

    /// Whether TEARDOWN waits for its reply.
    pub(crate) fn is_leaving(&self) -> bool {
        self.request_sent.is_some_and(|sent| sent.method == Method::Teardown)
    }

    /// What is being done for the user: what the connection is wanted for, or the request that
    /// waits and is not yet overdue.
    pub(crate) fn awaited(&self) -> Option<Method> {
        match &self.link {
            Link::Connecting(connecting) => Some(connecting.wanted_for),
            Link::Down | Link::Up(_) => {
                self.request_sent.filter(|sent| !sent.is_overdue).map(|sent| sent.method)
            }
        }
    }

    // ---- The wishes ---------------------------------------------------------------------------------

    /// Keeps the wish for later if a reply or a connection is awaited, and returns whether it did:
    /// a lab server must never receive two requests at once.
    pub(crate) fn put_off(&mut self, method: Method) -> bool {
        let waits = self.awaited().is_some();
        // TEARDOWN always has a place in the queue, so that a user can leave at any time.
        let most = if method == Method::Teardown { MOST_WISHES + 1 } else { MOST_WISHES };
        if waits && self.wishes.len() < most {
            self.wishes.push_back(method);
        }
        waits
    }

    /// Puts a wish before all others.
    pub(crate) fn wish_first(&mut self, method: Method) {
        self.wishes.push_front(method);
    }

    /// After TEARDOWN the movie is to be played once more, in a new session.
    pub(crate) const fn wish_again(&mut self) {
        self.again = true;
    }

    /// Whether it is, and PLAY has not been sent yet.
    pub(crate) const fn is_again(&self) -> bool {
        self.again
    }

    /// Whether `method` is among the wishes.
    pub(crate) fn is_wished_for(&self, method: Method) -> bool {
        self.wishes.contains(&method)
    }

    /// What is to be dealt with next: a wish, if nothing is awaited any more, or else what the
    /// threads of the connection have reported.
    pub(crate) fn next(&mut self) -> Option<Next> {
        if let Some(note) = self.note.take() {
            return Some(Next::Note(note));
        }
        let wish = if self.awaited().is_some() { None } else { self.wishes.pop_front() };
        let next = wish.map(Next::Wish).or_else(|| self.mailbox.next().map(Next::News));
        match &next {
            Some(Next::News(News::Message { text, .. })) => {
                self.last_message = self.request_sent.map(|_| text.clone());
            }
            Some(Next::News(News::Ended(_))) if self.begins_anew() => return self.next(),
            _ => {}
        }
        next
    }

    /// Drops all wishes, since each would only fail in the same way.
    pub(crate) fn forget_wishes(&mut self) {
        self.wishes.clear();
    }

    /// Whether the movie will play once all pressed buttons have been answered; `plays` is whether
    /// it plays now.
    pub(crate) fn will_play(&self, plays: bool) -> bool {
        let pressed = self.awaited().into_iter().chain(self.wishes.iter().copied());
        pressed.fold(plays, |plays, method| match method {
            Method::Play => true,
            Method::Pause | Method::Teardown => false,
            Method::Setup | Method::Describe | Method::Options => plays,
        })
    }
}

/// Wishes that may wait for a reply.
const MOST_WISHES: usize = 8;
