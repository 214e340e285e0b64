//! The message over the movie, and the description beside it, alone and together.

use rtsp_lab::client::{Message, Severity};

use super::example::Example;
use super::panels::lab_packet;
use super::states::paused;
use super::views::{DESCRIPTION, Open, Scene, dialogue};

pub(crate) fn examples() -> Vec<Example> {
    [messages(), descriptions(), together()].concat()
}

fn messages() -> Vec<Example> {
    let shown = |message, scene| Scene { message: Some(message), ..scene };
    let long = error(&"Gone astray ".repeat(20), &"The movie can't be found. ".repeat(20));
    vec![
        Example::ordinary("message-warning", shown(warning(), Scene::init())),
        Example::ordinary("message-error", shown(refused(), Scene::init())),
        Example::ordinary("message-playing", shown(no_reply(), Scene::playing())),
        Example::ordinary("message-paused", shown(no_connection(), paused())),
        Example::ordinary("message-dialog", shown(refused(), close(Scene::ready()))),
        Example::ordinary("message-two-lines", shown(shifted(), Scene::playing())),
        Example::ordinary("message-packet", Scene { panel: None, ..everything() }),
        Example::odd("message-long", shown(long, Scene::init())),
    ]
}

fn descriptions() -> Vec<Example> {
    let opened = |text: Option<&str>, first, scene| Scene {
        has_description: text.is_some(),
        panel: Some(Open::Description(text.map(str::to_owned), first)),
        ..scene
    };
    let shown = |text, scene| opened(Some(text), None, scene);
    let without_session = described().replace("571600", "0").replace("90", "85");
    let many: Vec<String> = (1..=60).map(|line| format!("a=line:{line}\r\n")).collect();
    let long = format!("v=0\na={}\n\ni=end\n", "very long ".repeat(60));
    vec![
        Example::ordinary("description", shown(described(), Scene::playing())),
        Example::ordinary("description-init", shown(&without_session, Scene::init())),
        Example::ordinary("description-paused", shown(described(), paused())),
        Example::odd("description-long-lines", shown(&long, Scene::playing())),
        Example::odd("description-many-lines", shown(&many.concat(), Scene::playing())),
        Example::odd("description-scrolled", opened(Some(&many.concat()), Some(59), paused())),
        Example::ordinary("description-none", opened(None, None, Scene::ready())),
    ]
}

fn together() -> Vec<Example> {
    let panel = Some(Open::RtspLog(dialogue()));
    let header = Some(Open::RtpHeader(Some(lab_packet())));
    let no_description = Scene { panel, message: Some(warning()), ..Scene::init() };
    vec![
        Example::ordinary("header-message", Scene { panel: header, ..everything() }),
        Example::ordinary("everything", everything()),
        Example::ordinary("panel-message", no_description),
        Example::ordinary("everything-dialog", close(everything())),
    ]
}

/// Message and panel at once, and five tabs.
pub(crate) fn everything() -> Scene {
    Scene {
        message: Some(shifted()),
        packet_hint: Some("shows the packet; the bytes are red there"),
        has_description: true,
        ..Scene::playing_with_log()
    }
}

fn close(scene: Scene) -> Scene {
    Scene { asks_to_close: true, ..scene }
}

/// As the client keeps the answer to DESCRIBE.
pub(crate) fn described() -> &'static str {
    DESCRIPTION.trim_end()
}

fn message(severity: Severity, title: &str, text: &str) -> Message {
    Message { severity, title: title.to_owned(), text: text.to_owned() }
}

fn error(title: &str, text: &str) -> Message {
    message(Severity::Error, title, text)
}

/// As long as what is said of packets gets.
pub(crate) fn shifted() -> Message {
    let text = "It begins with 31 32 30 34 37 (\"12047\"), then FF D8. \
                Those digits are read first, and are not sent by any server.";
    error("The length is still in front of the JPEG", text)
}

pub(crate) fn warning() -> Message {
    let text = "RTP port 54321 is already in use on this computer: choose another one.";
    message(Severity::Warning, "Unable to bind PORT=54321", text)
}

fn refused() -> Message {
    let text = "The server has no movie named movie.Mjpeg: check its name and folder.";
    error("404 File Not Found", text)
}

fn no_reply() -> Message {
    error("No reply", "The server has not answered DESCRIBE within 2 s: try again.")
}

/// The longest of those that are told in a lesson.
fn no_connection() -> Message {
    let text = "Is the server running, and is 127.0.0.1:2048 its address? \
                (Connection refused (os error 111))";
    error("Connection failed", text)
}
