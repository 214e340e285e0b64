//! What the window looks like, drawn without a display.

mod drawing {
    pub(crate) mod views;
}

use drawing::views::Scene;
use rtsp_lab::window::draw;

#[test]
fn what_was_there_before_does_not_show() {
    let (width, height) = (640, 560);
    let drawn_over = |garbage: u32| {
        let mut pixels = vec![garbage; width * height];
        draw(&mut pixels, width, height, &Scene::playing_with_log().view());
        pixels
    };
    assert!(drawn_over(0) == drawn_over(0xDEAD_BEEF), "every pixel is drawn");
}
