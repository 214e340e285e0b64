//! The states of a session, with both rows of buttons; what the mouse points at; the dialog.

use rtsp_lab::rtsp::{Method, State};
use rtsp_lab::window::{Buttons, PanelKind, Target, Tone};

use super::example::Example;
use super::views::{Open, Scene};
use crate::harness::tests;

tests![a_button_that_is_off_does_not_answer_the_mouse,];

pub(crate) fn examples() -> Vec<Example> {
    [states(), three_buttons(), hovers(), dialogs()].concat()
}

fn states() -> Vec<Example> {
    vec![
        Example::ordinary("init", Scene::init()),
        Example::ordinary("ready", Scene::ready()),
        Example::ordinary("playing-no-frame", Scene { state: State::Playing, ..Scene::ready() }),
        Example::ordinary("playing", Scene::playing()),
        Example::ordinary("paused", paused()),
        Example::ordinary("torn-down", torn_down()),
        Example::ordinary("no-frames-decoded", Scene { undecoded: 42, ..not_decoded() }),
        Example::ordinary("no-data", ended(false)),
        Example::ordinary("ended", ended(true)),
        Example::ordinary("ended-panel", Scene { panel: Some(Open::Statistics), ..ended(false) }),
        Example::ordinary("movie-only", Scene { movie_only: true, ..Scene::playing() }),
        Example::ordinary("scale-told", scale_told()),
        Example::ordinary("page-told", page_told()),
        Example::ordinary("buffering", buffering()),
    ]
}

fn three_buttons() -> Vec<Example> {
    let three = |scene| Scene { buttons: Buttons::Three, ..scene };
    vec![
        Example::ordinary("three-init", three(Scene::init())),
        Example::ordinary("three-ready", three(paused())),
        Example::ordinary("three-playing", three(Scene::playing())),
        Example::ordinary("three-torn-down", three(torn_down())),
    ]
}

fn hovers() -> Vec<Example> {
    let over = |method, scene| Scene { hover: Some(Target::Button(method)), ..scene };
    vec![
        Example::ordinary("hover-next", over(Method::Setup, Scene::init())),
        Example::ordinary("hover-on", over(Method::Teardown, Scene::ready())),
        Example::ordinary(
            "hover-tab",
            Scene { hover: Some(Target::Tab(PanelKind::RtpHeader)), ..Scene::playing() },
        ),
    ]
}

fn dialogs() -> Vec<Example> {
    let close = |scene| Scene { asks_to_close: true, ..scene };
    let over = |target, scene| Scene { hover: Some(target), ..scene };
    vec![
        Example::ordinary("close-init", close(Scene::init())),
        Example::ordinary("close-ready", close(paused())),
        Example::ordinary("close-playing", close(Scene::playing())),
        Example::ordinary("close-hover-continue", over(Target::Continue, close(Scene::ready()))),
        Example::ordinary("close-hover-close", over(Target::Close, close(Scene::ready()))),
    ]
}

/// After PAUSE, the last picture still there.
pub(crate) fn paused() -> Scene {
    Scene { state: State::Ready, ..Scene::playing() }
}

/// The movie is over; whether the server has said so.
pub(crate) fn ended(is_told: bool) -> Scene {
    let how = if is_told { "PAUSE, and PLAY from 0:00." } else { "TEARDOWN, SETUP and PLAY." };
    let pill = if is_told { "END" } else { "NO DATA" };
    Scene { end: Some((is_told, how)), pills: vec![(pill, Tone::Warning)], ..Scene::playing() }
}

/// The playout buffer fills after it has run empty.
pub(crate) fn buffering() -> Scene {
    let pills = vec![("BUFFERING 180 of 500 ms", Tone::Warning)];
    Scene { pills, buffer: Some(["180 of 500 ms", "1", "12"]), ..Scene::playing() }
}

/// Frames come, and none of them can be shown.
pub(crate) fn not_decoded() -> Scene {
    Scene { picture: None, ..Scene::playing() }
}

/// Just after a press on `+`.
fn scale_told() -> Scene {
    let pills = vec![("LOSS 5 %", Tone::Warning), ("scale 1", Tone::Plain)];
    Scene { pills, ..Scene::playing() }
}

/// Just after a press on `R`.
fn page_told() -> Scene {
    let pills = vec![("LOSS 5 %", Tone::Warning), ("wrote session_12.html", Tone::Plain)];
    Scene { pills, ..Scene::playing() }
}

/// After TEARDOWN in a window that stays open.
pub(crate) fn torn_down() -> Scene {
    Scene { state: State::Init, session: None, ..Scene::playing() }
}

fn a_button_that_is_off_does_not_answer_the_mouse() {
    let scene = Scene { hover: Some(Target::Button(Method::Setup)), ..Scene::ready() };
    let shot = |scene| Example::ordinary("ready", scene).shot();
    assert!(shot(scene) == shot(Scene::ready()));
}
