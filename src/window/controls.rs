//! What keys, clicks and the close button do. Python: the commands of the buttons, and `handler`.

use std::time::Instant;

use embedded_graphics::geometry::Point;

use super::buttons::Buttons;
use super::page::{self, PageWriter};
use super::scroll::{Page, Scroll};
use super::target::{Drawn, PanelKind, Target};
use super::zoom::{Zoom, ZoomStep};
use crate::client::{Buffer, Player, Seek};
use crate::impairment::Network;
use crate::impairment::Percent;
use crate::playout::Target as Amount;
use crate::rtsp::{Method, State};

/// The keys that mean something, whatever they are called in the windowing library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Press {
    /// The key of a button.
    Button(Method),
    /// Space: plays, pauses, plays again.
    Space,
    /// Opens a panel, or closes it.
    Panel(PanelKind),
    /// Nothing but the movie, and back.
    Movie,
    /// R: the page of the session so far.
    Page,
    /// Through what is in the panel.
    Scroll(Scroll),
    /// The scale.
    Zoom(ZoomStep),
    /// An arrow: through the movie, where it has a length.
    Seek(Seek),
    /// A bracket: the embedded server loses more, or less.
    Loss(Step),
    /// Comma or full stop: the playout buffer is to hold less, or more.
    Buffer(Step),
    /// Enter: go on watching.
    Continue,
    /// Q: close.
    Close,
    /// Esc: away with what is open, one at a time.
    Dismiss,
}

/// One percent, or 100 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Up,
    Down,
}

/// What the user has opened and chosen, and whether the program is about to end.
#[derive(Debug, Default)]
pub(super) struct Controls {
    buttons: Buttons,
    stay_open: bool,
    /// The network of the embedded server, if there is one.
    network: Option<Network>,
    zoom: Zoom,
    page: page::Page,
    movie_only: bool,
    panel: Option<PanelKind>,
    /// The first entry that the panel shows; `None` for the newest, or for the beginning.
    first_shown: Option<usize>,
    /// The window as it was drawn last.
    drawn: Drawn,
    hover: Option<Target>,
    dialog: Option<Dialog>,
    leaving: bool,
}

/// "Close the player?"
#[derive(Clone, Copy, Debug)]
struct Dialog {
    /// Whether the movie played before it was asked.
    resume: bool,
}

impl Controls {
    /// With these buttons; `stay_open` keeps the window after TEARDOWN.
    pub(super) fn new(buttons: Buttons, stay_open: bool, network: Option<Network>) -> Self {
        Self { buttons, stay_open, network, ..Self::default() }
    }

    /// The same at a scale that is chosen; `None` follows the window.
    #[must_use]
    pub(super) fn at_scale(mut self, scale: Option<usize>) -> Self {
        self.zoom = Zoom::new(scale);
        self
    }

    /// With who writes the page of the session.
    #[must_use]
    pub(super) fn with_page(mut self, writer: Option<Box<dyn PageWriter>>) -> Self {
        self.page = page::Page::of(writer);
        self
    }

    /// Looks at the size of the window, and for news of the page; says whether anything has changed.
    pub(super) fn look(&mut self, size: (usize, usize), now: Instant) -> bool {
        let has_news = self.page.look(now);
        self.zoom.look(size, now) || has_news
    }

    /// Takes what is known of the window as it has been drawn.
    pub(super) fn has_drawn(&mut self, drawn: Drawn) {
        self.drawn = drawn;
        // Whoever has come to the end follows what comes next.
        let is_log = self.panel == Some(PanelKind::RtspLog);
        let is_at_end = |page: Page| page.later() == 0;
        if is_log && self.drawn.page.is_some_and(is_at_end) {
            self.first_shown = None;
        }
    }

    /// What is known of it, for the next drawing.
    pub(super) fn take_drawn(&mut self) -> Drawn {
        std::mem::take(&mut self.drawn)
    }

    pub(super) const fn scale(&self) -> usize {
        self.zoom.scale()
    }

    /// What the user is told for a while of what a key has done.
    pub(super) fn told(&self) -> impl Iterator<Item = &str> {
        [self.zoom.told(), self.page.told()].into_iter().flatten()
    }

    pub(super) const fn movie_only(&self) -> bool {
        self.movie_only
    }

    pub(super) const fn first_shown(&self) -> Option<usize> {
        self.first_shown
    }

    pub(super) const fn buttons(&self) -> Buttons {
        self.buttons
    }

    /// The share of packets that the embedded server loses; `None` if it is not there.
    pub(super) fn loss(&self) -> Option<Percent> {
        self.network.as_ref().map(Network::loss)
    }

    /// The panel that is open.
    pub(super) const fn panel(&self) -> Option<PanelKind> {
        self.panel
    }

    /// What the mouse points at.
    pub(super) const fn hover(&self) -> Option<Target> {
        self.hover
    }

    /// Whether the dialog is open.
    pub(super) const fn asks_to_close(&self) -> bool {
        self.dialog.is_some()
    }

    /// The button to begin with.
    pub(super) const fn first_step(&self) -> Method {
        match self.buttons {
            Buttons::Five => Method::Setup,
            Buttons::Three => Method::Play,
        }
    }

    /// Whether the button of `method` is there and lit. Play is possible in INIT, since the client
    /// does SETUP first; but where Setup has a button, the class is to see that it comes first.
    pub(super) fn offers(&self, client: &dyn Player, method: Method) -> bool {
        let has_setup = self.has(Method::Setup);
        let too_early = client.state() == State::Init && method == Method::Play && has_setup;
        let is_again = method == Method::Play && end_of(client).is_some();
        self.has(method) && !too_early && (is_again || client.offers(method))
    }

    fn has(&self, method: Method) -> bool {
        self.buttons.all().iter().any(|button| button.method == method)
    }

    /// Whether a push on it does something. While a reply is awaited, which may light any button,
    /// the client keeps the wish and looks at the state after the reply.
    fn takes(&self, client: &dyn Player, method: Method) -> bool {
        self.offers(client, method) || self.has(method) && client.is_waiting()
    }

    /// Whether the program is to end: TEARDOWN has been answered (the report's table 4), or the
    /// user leaves and no answer can be awaited.
    pub(super) fn is_done(&self, client: &dyn Player) -> bool {
        client.is_torn_down() && !self.stay_open || self.leaving && !client.is_waiting()
    }

    /// Does what a key stands for.
    pub(super) fn press(&mut self, press: Press, client: &mut dyn Player) {
        match (press, self.dialog) {
            (Press::Continue | Press::Dismiss, Some(_)) => self.push(Target::Continue, client),
            (Press::Close, Some(_)) => self.push(Target::Close, client),
            (Press::Button(method), None) => self.push(Target::Button(method), client),
            (Press::Space, None) => self.space(client),
            (Press::Panel(kind), None) => self.open_or_close(kind),
            (Press::Page, None) => self.page.ask(Instant::now()),
            (Press::Movie, None) => self.movie_only = !self.movie_only,
            (Press::Scroll(step), None) => self.scroll(step),
            (Press::Zoom(step), _) => self.zoom.change(step, Instant::now()),
            (Press::Seek(direction), None) => client.seek_movie(direction),
            (Press::Loss(step), None) => self.change_loss(step),
            (Press::Buffer(step), None) => change_buffer(client.buffer(), step),
            (Press::Dismiss, None) => self.dismiss(client),
            (
                Press::Button(_)
                | Press::Space
                | Press::Panel(_)
                | Press::Movie
                | Press::Page
                | Press::Scroll(_)
                | Press::Seek(_)
                | Press::Loss(_)
                | Press::Buffer(_),
                Some(_),
            )
            | (Press::Continue | Press::Close, None) => {}
        }
    }

    /// Plays, pauses, or plays again; while a reply is awaited, the other of what is wished for.
    fn space(&mut self, client: &mut dyn Player) {
        let method = match client.state() {
            _ if client.is_waiting() && client.will_play() => Method::Pause,
            _ if client.is_waiting() => Method::Play,
            State::Playing if end_of(client).is_some() => Method::Play,
            State::Playing => Method::Pause,
            State::Init if self.first_step() == Method::Setup => return,
            State::Init | State::Ready => Method::Play,
        };
        self.push_button(method, client);
    }

    fn open_or_close(&mut self, kind: PanelKind) {
        self.panel = if self.panel == Some(kind) { None } else { Some(kind) };
        self.movie_only = false;
        self.first_shown = None;
    }

    fn scroll(&mut self, step: Scroll) {
        if let Some(page) = self.drawn.page.filter(|_| self.panel.is_some()) {
            self.first_shown = match (self.panel, step) {
                // The end of the description is no newest entry.
                (Some(PanelKind::Description), Scroll::Newest) => Some(page.total),
                _ => page.after(step),
            };
        }
    }

    /// Another server's network is its own.
    fn change_loss(&self, step: Step) {
        let Some(network) = &self.network else { return };
        network.set_loss(match step {
            Step::Up => network.loss().one_more(),
            Step::Down => network.loss().one_less(),
        });
    }

    /// Notes what is under the pointer; says whether that has changed.
    pub(super) fn point(&mut self, at: Option<Point>, client: &dyn Player) -> bool {
        let hover = at.and_then(|at| self.target_at(at, client));
        hover != std::mem::replace(&mut self.hover, hover)
    }

    /// Does what is under the pointer.
    pub(super) fn click(&mut self, at: Point, client: &mut dyn Player) {
        if let Some(target) = self.target_at(at, client) {
            self.push(target, client);
        }
    }

    /// The window's close button: pauses and asks; a second time it closes. Python: `handler`.
    pub(super) fn handler(&mut self, client: &mut dyn Player) {
        if self.dialog.is_some() {
            return self.push(Target::Close, client);
        }
        let resume = client.will_play();
        client.press(Method::Pause);
        self.dialog = Some(Dialog { resume });
    }

    /// What a click there would do something to.
    fn target_at(&self, at: Point, client: &dyn Player) -> Option<Target> {
        let is_off = |target: &Target| matches!(target, Target::Button(method) if !self.takes(client, *method));
        self.drawn.at(at).filter(|target| !is_off(target))
    }

    fn push(&mut self, target: Target, client: &mut dyn Player) {
        match target {
            Target::Button(method) => self.push_button(method, client),
            Target::Continue => self.stay(client),
            Target::Close => self.leave(client),
            Target::Message => client.dismiss_message(),
            Target::Tab(kind) => self.open_or_close(kind),
            Target::Panel => self.panel = None,
            Target::Newest => self.first_shown = None,
            Target::Statistics => self.open_or_close(PanelKind::Statistics),
            Target::Movie => self.movie_only = false,
            Target::Nothing => {}
        }
    }

    fn push_button(&mut self, method: Method, client: &mut dyn Player) {
        if !self.takes(client, method) {
            return;
        }
        match method {
            Method::Play if end_of(client).is_some() => client.play_again(),
            Method::Describe => {
                client.press(method);
                self.panel = Some(PanelKind::Description);
                self.first_shown = None;
            }
            Method::Setup | Method::Play | Method::Pause | Method::Teardown | Method::Options => {
                client.press(method);
            }
        }
    }

    /// One thing at a time, the uppermost first.
    fn dismiss(&mut self, client: &mut dyn Player) {
        if self.movie_only {
            self.movie_only = false;
        } else if client.message().is_some() {
            client.dismiss_message();
        } else {
            self.panel = None;
        }
    }

    /// Goes on with what was paused; a session that has ended meanwhile is not begun anew.
    fn stay(&mut self, client: &mut dyn Player) {
        let resume = self.dialog.take().is_some_and(|dialog| dialog.resume);
        if resume && (client.state() != State::Init || client.is_waiting()) {
            client.press(Method::Play);
        }
    }

    fn leave(&mut self, client: &mut dyn Player) {
        self.dialog = None;
        self.leaving = true;
        client.press(Method::Teardown);
    }
}

/// 100 ms less or more.
fn change_buffer(buffer: &Buffer, step: Step) {
    buffer.set_target(match step {
        Step::Up => Amount::one_more(buffer.target()),
        Step::Down => Amount::one_less(buffer.target()),
    });
}

/// The end of the movie.
#[derive(Clone, Copy, Debug)]
pub struct End<'a> {
    /// The server has said so; otherwise nothing has come for a while.
    pub is_told: bool,
    /// How it is played again.
    pub how: &'a str,
}

/// The end of the movie, if it is there and nothing is being done about it.
pub(super) fn end_of(client: &dyn Player) -> Option<End<'_>> {
    let status = client.status();
    let is_played = status.state == State::Playing && status.awaited.is_none();
    let how = status.again.filter(|_| is_played)?;
    Some(End { is_told: status.has_ended, how })
}
