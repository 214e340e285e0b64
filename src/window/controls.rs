//! What keys, clicks and the close button do. Python: the commands of the buttons, and `handler`.

use embedded_graphics::geometry::Point;

use super::buttons::Buttons;
use super::keys::PanelKind;
use super::layout::{Layout, corner};
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
    /// Opens a panel, or closes it.
    Panel(PanelKind),
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
    /// Esc: away with what covers the video.
    Dismiss,
}

/// One percent, or 100 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Up,
    Down,
}

/// What can be clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A button below the video.
    Button(Method),
    /// The dialog's "Continue watching".
    Continue,
    /// The dialog's "Close".
    Close,
    /// The message.
    Message,
    /// The corner of the description.
    Description,
    /// The corner of the panel.
    Panel,
}

/// What the user has opened and chosen, and whether the program is about to end.
#[derive(Debug, Default)]
pub(super) struct Controls {
    buttons: Buttons,
    stay_open: bool,
    /// The network of the embedded server, if there is one.
    network: Option<Network>,
    panel: Option<PanelKind>,
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
        self.has(method) && !too_early && client.offers(method)
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
            (Press::Panel(kind), None) => {
                self.panel = if self.panel == Some(kind) { None } else { Some(kind) };
            }
            (Press::Seek(direction), None) => client.seek_movie(direction),
            (Press::Loss(step), None) => self.change_loss(step),
            (Press::Buffer(step), None) => change_buffer(client.buffer(), step),
            (Press::Dismiss, None) => self.dismiss(client),
            (
                Press::Button(_)
                | Press::Panel(_)
                | Press::Seek(_)
                | Press::Loss(_)
                | Press::Buffer(_),
                Some(_),
            )
            | (Press::Continue | Press::Close, None) => {}
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
    pub(super) fn point(
        &mut self,
        at: Option<Point>,
        layout: &Layout,
        client: &dyn Player,
    ) -> bool {
        let hover = at.and_then(|at| self.target_at(at, layout, client));
        hover != std::mem::replace(&mut self.hover, hover)
    }

    /// Does what is under the pointer.
    pub(super) fn click(&mut self, at: Point, layout: &Layout, client: &mut dyn Player) {
        if let Some(target) = self.target_at(at, layout, client) {
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

    /// What a click there would do something to. What is above hides what is below.
    fn target_at(&self, at: Point, layout: &Layout, client: &dyn Player) -> Option<Target> {
        if self.asks_to_close() {
            let targets = [Target::Continue, Target::Close].into_iter();
            let mut buttons = targets.zip(layout.dialog_buttons());
            return buttons.find(|(_, area)| area.contains(at)).map(|(target, _)| target);
        }
        let (message, panel) = (client.message().is_some(), self.panel.is_some());
        let description = client.description().is_some();
        let above = [
            (message, layout.message, Target::Message),
            (description, corner(layout.description(message, panel)), Target::Description),
            (panel, corner(layout.panel(message)), Target::Panel),
        ];
        let methods = self.buttons.all().iter().map(|button| Target::Button(button.method));
        let takes = |target: &Target| match target {
            Target::Button(method) => self.takes(client, *method),
            Target::Continue
            | Target::Close
            | Target::Message
            | Target::Description
            | Target::Panel => true,
        };
        let buttons = layout.buttons(self.buttons).into_iter().zip(methods);
        let shown = above.into_iter().filter(|(shown, ..)| *shown);
        let mut targets = shown.map(|(_, area, target)| (area, target)).chain(buttons);
        targets.find(|(area, _)| area.contains(at)).map(|(_, target)| target).filter(takes)
    }

    fn push(&mut self, target: Target, client: &mut dyn Player) {
        match target {
            Target::Button(method) => self.push_button(method, client),
            Target::Continue => self.stay(client),
            Target::Close => self.leave(client),
            Target::Message => client.dismiss_message(),
            Target::Description => client.dismiss_description(),
            Target::Panel => self.panel = None,
        }
    }

    fn push_button(&self, method: Method, client: &mut dyn Player) {
        if self.takes(client, method) {
            client.press(method);
        }
    }

    /// One thing at a time, the uppermost first.
    fn dismiss(&mut self, client: &mut dyn Player) {
        if client.message().is_some() {
            client.dismiss_message();
        } else if client.description().is_some() {
            client.dismiss_description();
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
