//! Figures, names and texts such as no lesson has: lost packets, huge numbers, long names, any
//! character that there is, and odd curves.

use std::time::Duration;

use rtsp_lab::client::{ClientEvent, LogEntry, Message, Severity};
use rtsp_lab::statistics::MOST;
use rtsp_lab::window::Tone;

use super::example::Example;
use super::views::{Open, Scene, curves, network_column, picture_column};

pub(crate) fn examples() -> Vec<Example> {
    [figures(), texts(), curve_forms()].concat()
}

fn figures() -> Vec<Example> {
    vec![
        Example::ordinary("losses", losses()),
        Example::ordinary("losses-on-purpose", losses_on_purpose()),
        Example::odd("huge-numbers", huge_numbers()),
        Example::odd("long-names", long_names(Scene::playing())),
        Example::odd("long-names-init", long_names(Scene::init())),
    ]
}

/// In amber what has been lost.
fn losses() -> Scene {
    let mut scene = Scene {
        columns: [
            picture_column(Some(["1431", "1352", "19", "18.9", "5", "1:11.6"])),
            network_column(Some(["5.07 MB", "587", "566", "74", "5.2 %", "13"])),
        ],
        curves: curves(Some([19, 587]), [dips(20, 14, 19), dips(612, 430, 587)]),
        ..Scene::playing()
    };
    scene.columns[0].rows[4].warns = true;
    scene.columns[1].rows[3].warns = true;
    scene.columns[1].rows[4].warns = true;
    scene
}

/// The keys `[` and `]` have been used.
fn losses_on_purpose() -> Scene {
    Scene { pills: vec![("LOSS 5 %", Tone::Warning)], can_lose: true, ..losses() }
}

/// A rate that falls now and then, and what it is now.
fn dips(usual: u64, least: u64, now: u64) -> Vec<u64> {
    let before = (1..MOST).map(|sample| if sample % 29 < 2 { least } else { usual });
    before.chain([now]).collect()
}

fn huge_numbers() -> Scene {
    let most = u64::MAX.to_string();
    let average = format!("{most}.0");
    let time = "307445734561825860:15.0";
    let megabytes = "18446744073709.55 MB";
    Scene {
        last_reply: Some(Duration::MAX),
        columns: [
            picture_column(Some([&most, &most, &most, &average, &most, time])),
            network_column(Some([megabytes, &most, &most, &most, "100.0 %", &most])),
        ],
        curves: curves(Some([u64::MAX; 2]), [vec![u64::MAX; MOST], vec![u64::MAX; 3]]),
        ..Scene::playing()
    }
}

fn long_names(scene: Scene) -> Scene {
    let name = "a-very-long-name-".repeat(20);
    Scene {
        movie: format!("{name}.Mjpeg"),
        address: format!("{name}.example:65535"),
        session: Some("0123456789abcdef".repeat(4)),
        ..scene
    }
}

/// Characters that the fonts do not have, and some that are none, in every text from outside.
fn texts() -> Vec<Example> {
    let names = Scene {
        movie: "ti\u{1EBF}ng Vi\u{1EC7}t.Mjpeg".to_owned(),
        address: "\u{6620}\u{753B}\t\u{1F600}".to_owned(),
        session: Some("ses\ti\u{F3}n \u{1F600}\r\u{202E}!".to_owned()),
        ..Scene::playing()
    };
    let message = Some(foreign_message());
    let panel = Some(Open::RtspLog(foreign_log()));
    let text = format!("{FOREIGN}\r\n{CONTROLS}\n\u{2028}{FOREIGN}");
    let description = Some(Open::Description(Some(text), None));
    vec![
        Example::odd("foreign-message", Scene { message, ..names.clone() }),
        Example::odd("foreign-log", Scene { panel, ..names.clone() }),
        Example::odd("foreign-description", Scene { panel: description, ..names }),
    ]
}

fn foreign_message() -> Message {
    let title = format!("404 {FOREIGN}");
    Message { severity: Severity::Error, title, text: CONTROLS.to_owned() }
}

fn foreign_log() -> Vec<LogEntry> {
    let events = [
        ClientEvent::Sent(format!("SETUP {FOREIGN}\nCSeq:\t1\nTransport: {FOREIGN}\n")),
        ClientEvent::Received(format!("RTSP/1.0 404 {FOREIGN}\r\n{CONTROLS}\r\n")),
        ClientEvent::Ignored(CONTROLS.to_owned()),
        ClientEvent::Ignored(FOREIGN.to_owned()),
        ClientEvent::Told(foreign_message()),
    ];
    events.into_iter().map(|event| LogEntry { at: Duration::from_secs(61), event }).collect()
}

/// Forms that the two curves may have; the upper one and the lower one have nothing in common.
fn curve_forms() -> Vec<Example> {
    let most = MOST as u64;
    let scene = |values, samples| Scene { curves: curves(values, samples), ..Scene::playing() };
    let spikes = (0..most).map(|sample| if sample % 12 == 5 { 24 } else { sample % 3 }).collect();
    let stairs = (0..most).map(|sample| 2_500 * (sample / 20)).collect();
    vec![
        Example::ordinary("curves-one-sample", scene(Some([20, 612]), [vec![20], vec![612]])),
        Example::ordinary("curves-two-samples", scene(Some([7, 0]), [vec![20, 7], vec![612, 0]])),
        Example::ordinary(
            "curves-flat-and-zero",
            scene(Some([20, 0]), [vec![20; MOST], vec![0; MOST]]),
        ),
        Example::ordinary("curves-spikes-and-stairs", scene(Some([1, 15_000]), [spikes, stairs])),
        Example::odd(
            "curves-more-than-a-minute",
            scene(Some([20, 1]), [(0..500).collect(), (0..=most).collect()]),
        ),
    ]
}

/// Vietnamese, Greek, Chinese, Korean, Arabic, a picture of several characters, a combining accent.
const FOREIGN: &str = "Kh\u{F4}ng t\u{EC}m th\u{1EA5}y t\u{1EC7}p phim. \
    \u{3B4}\u{3B5}\u{3BD} \u{627B}\u{4E0D}\u{5230} \u{C5C6}\u{C74C} \u{644}\u{627} \
    \u{1F468}\u{200D}\u{1F469} e\u{301} \u{DF}\u{E9}\u{FF}";
/// What is no letter: controls of both sets, marks of direction, a byte order mark, a soft hyphen.
const CONTROLS: &str = "nul \0 tab \t return \r bell \x07 escape \x1b[31m delete \x7f \
    next \u{85} left \u{202E} mark \u{FEFF} hy\u{AD}phen blank \u{A0} wide \u{3000}end";
