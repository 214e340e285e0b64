//! Windows and pictures of other sizes.

use rtsp_lab::diagnosis::Guilty;
use rtsp_lab::picture::Picture;
use rtsp_lab::window::{Buttons, Theme};

use super::example::Example;
use super::overlays;
use super::panels::{lab_packet, part_packet, scrolled};
use super::states::{buffering, ended, not_decoded, paused, torn_down};
use super::views::{Open, Scene, dialogue};
use crate::harness::tests;

tests![a_picture_of_any_size_keeps_its_aspect_and_lies_in_the_middle,];

pub(crate) fn examples() -> Vec<Example> {
    [halls(), odd_sizes()].concat()
}

/// What a lecture shows, in every state: on a projector of 1366x768 pixels in both palettes, and on one of
/// 1920x1080.
fn halls() -> Vec<Example> {
    let (small, large) = ((1366, 748), (1920, 1059));
    let named = |group: &str, name: &str| -> &'static str { format!("{group}-{name}").leak() };
    let shown = |(name, scene): (&str, Scene)| {
        let light = Scene { theme: Theme::Light, ..scene.clone() };
        let twice =
            |group, scene| Example::sized(named(group, name), small, Scene { scale: 2, ..scene });
        let thrice =
            Example::sized(named("large", name), large, Scene { scale: 3, ..scene.clone() });
        [twice("hall", scene), twice("light", light), thrice]
    };
    [states(), panels()].concat().into_iter().flat_map(shown).collect()
}

fn states() -> Vec<(&'static str, Scene)> {
    let three = |scene| Scene { buttons: Buttons::Three, ..scene };
    let diagnosed = Scene {
        message: Some(overlays::shifted()),
        packet_hint: Some("shows the packet; the bytes are red there"),
        ..Scene::playing()
    };
    vec![
        ("init", Scene::init()),
        ("ready", Scene::ready()),
        ("playing", Scene::playing()),
        ("paused", paused()),
        ("torn-down", torn_down()),
        ("undecoded", Scene { undecoded: 42, ..not_decoded() }),
        ("ended", ended(false)),
        ("end-told", ended(true)),
        ("buffering", buffering()),
        ("three", three(Scene::playing())),
        ("dialog", Scene { asks_to_close: true, ..paused() }),
        ("movie", Scene { movie_only: true, ..Scene::playing() }),
        ("diagnosis", diagnosed),
    ]
}

fn panels() -> Vec<(&'static str, Scene)> {
    let with = |panel, scene| Scene { panel: Some(panel), ..scene };
    let header = with(Open::RtpHeader(Some(lab_packet())), Scene::playing());
    let guilty = Scene {
        guilty: Guilty::Bits(96..136),
        message: Some(overlays::shifted()),
        ..header.clone()
    };
    let description = Open::Description(Some(overlays::described().to_owned()), None);
    let keys = Scene { can_seek: true, can_lose: true, ..paused() };
    vec![
        ("header", header),
        ("guilty", guilty),
        ("standard", with(Open::RtpHeader(Some(part_packet())), Scene::playing())),
        ("log", scrolled(vec![dialogue(); 4].concat(), 9, 0)),
        ("statistics", with(Open::Statistics, Scene::playing())),
        ("buffer", with(Open::Statistics, buffering())),
        ("keys", with(Open::Keys, keys)),
        ("description", with(description, Scene { has_description: true, ..Scene::playing() })),
        ("message", overlays::everything()),
    ]
}

fn odd_sizes() -> Vec<Example> {
    let doubled = |scene| Scene { scale: 2, ..scene };
    let asks = Scene { asks_to_close: true, ..paused() };
    let keys = Scene { panel: Some(Open::Keys), ..Scene::init() };
    let header = Scene { panel: Some(Open::RtpHeader(Some(lab_packet()))), ..Scene::playing() };
    let message = Scene { message: Some(overlays::warning()), ..Scene::init() };
    vec![
        Example::sized("1024x740", (1024, 740), Scene::playing_with_log()),
        Example::sized("480x420-header", (480, 420), header.clone()),
        Example::sized("480x420-message", (480, 420), overlays::everything()),
        Example::sized("640x400-init", (640, 400), Scene::init()),
        Example::sized("640x333-header", (640, 333), header.clone()),
        Example::sized("640x333-keys", (640, 333), keys),
        Example::sized("640x400-message", (640, 400), message),
        Example::sized("640x400-dialog", (640, 400), asks.clone()),
        Example::sized("380x206", (380, 206), Scene::playing()),
        Example::sized("380x206-header", (380, 206), header),
        Example::sized("379x300", (379, 300), Scene::playing()),
        Example::sized("200x100", (200, 100), asks.clone()),
        Example::sized("1x1", (1, 1), Scene::playing()),
        Example::sized("scale-2-1281x1001", (1281, 1001), doubled(asks)),
        Example::sized("picture-1x1", (640, 560), pictured(1, 1)),
        Example::sized("picture-1x2000", (640, 560), pictured(1, 2000)),
        Example::sized("picture-2000x1", (640, 560), pictured(2000, 1)),
    ]
}

/// A picture of that size: red on its left half and blue on its right one.
fn pictured(width: usize, height: usize) -> Scene {
    let pixel = |x| if x < width / 2 { RED } else { BLUE };
    let pixels = (0..height).flat_map(|_| (0..width).map(pixel)).collect();
    Scene { picture: Some(Picture { width, height, pixels }), ..Scene::playing() }
}

fn a_picture_of_any_size_keeps_its_aspect_and_lies_in_the_middle() {
    let cases = [
        ((3840, 2160), (28, 32, 583, 328)),
        ((2160, 3840), (228, 32, 184, 328)),
        ((65_000, 3), (0, 195, 640, 1)),
        ((2, 65_000), (319, 32, 1, 328)),
        ((20, 20), (156, 32, 328, 328)),
    ];
    for ((width, height), area) in cases {
        let shot = Example::odd("", pictured(width, height)).shot();
        let lit = |x: usize, y: usize| shot.pixels[y * shot.width + x] != BLACK;
        let columns: Vec<usize> = (0..640).filter(|&x| (32..360).any(|y| lit(x, y))).collect();
        let rows: Vec<usize> = (32..360).filter(|&y| (0..640).any(|x| lit(x, y))).collect();
        assert_eq!((columns[0], rows[0], columns.len(), rows.len()), area, "{width}x{height}");
        let row = &shot.pixels[rows[0] * 640..][columns[0]..][..columns.len()];
        if row.len() > 1 {
            assert_eq!((row[0], row[row.len() - 1]), (RED, BLUE), "{width}x{height}");
        }
    }
}

const RED: u32 = 0xC0_2020;
const BLUE: u32 = 0x20_40C0;
/// Where the video area has no picture.
const BLACK: u32 = 0x05_0607;
