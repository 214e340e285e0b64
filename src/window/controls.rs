//! What keys, clicks and the close button do. Python: the commands of the buttons, and `handler`.

use embedded_graphics::geometry::Point;

use super::layout::{BUTTONS, Layout};
use crate::client::Client;
use crate::rtsp::Method;

/// The keys that mean something, whatever they are called in the windowing library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    /// The key of a button.
    Button(Method),
    /// Enter: go on watching.
    Continue,
    /// Q: close.
    Close,
    /// Esc: away with whatever covers the video.
    Dismiss,
}

/// The dialog that the close button opens, and whether the program is about to end.
#[derive(Debug, Default)]
pub(crate) struct Controls {
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
    /// Whether the dialog is open.
    pub(crate) const fn asks_to_close(&self) -> bool {
        self.dialog.is_some()
    }

    /// Whether the program is to end: TEARDOWN has been answered (the report's table 4), or the
    /// user leaves and no answer can be awaited.
    pub(crate) fn is_done(&self, client: &Client) -> bool {
        client.is_torn_down() || self.leaving && !client.is_waiting()
    }

    /// Does what a key stands for.
    pub(crate) fn press(&mut self, press: Press, client: &mut Client) {
        match (press, self.dialog) {
            (Press::Continue | Press::Dismiss, Some(dialog)) => self.stay(dialog, client),
            (Press::Close, Some(_)) => self.leave(client),
            (Press::Button(method), None) => push_button(method, client),
            (Press::Dismiss, None) => {
                client.dismiss_message();
                client.dismiss_description();
            }
            (Press::Button(_), Some(_)) | (Press::Continue | Press::Close, None) => {}
        }
    }

    /// Does what is under the pointer.
    pub(crate) fn click(&mut self, at: Point, layout: &Layout, client: &mut Client) {
        if let Some(dialog) = self.dialog {
            let [stay, close] = layout.dialog_buttons();
            if stay.contains(at) {
                self.stay(dialog, client);
            } else if close.contains(at) {
                self.leave(client);
            }
            return;
        }
        let mut buttons = BUTTONS.into_iter().zip(layout.buttons());
        if let Some(((method, ..), _)) = buttons.find(|(_, area)| area.contains(at)) {
            push_button(method, client);
        } else if layout.message.contains(at) {
            client.dismiss_message();
        }
    }

    /// The window's close button: pauses and asks; a second time it closes. Python: `handler`.
    pub(crate) fn handler(&mut self, client: &mut Client) {
        if self.dialog.is_some() {
            return self.leave(client);
        }
        let resume = client.will_play();
        client.pause_movie();
        self.dialog = Some(Dialog { resume });
    }

    fn stay(&mut self, dialog: Dialog, client: &mut Client) {
        self.dialog = None;
        if dialog.resume {
            client.play_movie();
        }
    }

    fn leave(&mut self, client: &mut Client) {
        self.dialog = None;
        self.leaving = true;
        client.exit_client();
    }
}

/// Only a lit button can be pushed; while a reply is awaited, which may light any, the client keeps
/// the wish and looks at the state after the reply.
fn push_button(method: Method, client: &mut Client) {
    if !client.offers(method) && !client.is_waiting() {
        return;
    }
    match method {
        Method::Setup => client.setup_movie(),
        Method::Play => client.play_movie(),
        Method::Pause => client.pause_movie(),
        Method::Teardown => client.exit_client(),
        Method::Describe => client.describe_movie(),
        Method::Options => {}
    }
}
