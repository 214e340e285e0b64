//! The player's window. Python: Tk. Only this file names the windowing library.
//!
//! One loop: wait for news of the client (10 ms at most), take keys and clicks, draw if anything
//! has changed. The threads of the network never wait for it. The window must be made and used in
//! the main thread.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use embedded_graphics::geometry::Point;
use minifb::{
    CursorStyle, InputCallback, Key, MouseButton, MouseMode, ScaleMode, Window, WindowOptions,
};

use crate::client::{Player, Seek};
use crate::impairment::Network;
use crate::rtsp::Method;

mod buttons;
mod canvas;
mod controls;
mod curves;
mod draw;
mod figures;
mod keys;
mod layout;
mod movie;
mod no_window;
mod overlays;
mod page;
mod palette;
mod rtp_header;
mod rtsp_log;
mod scroll;
mod tabs;
mod target;
mod view;
mod zoom;

pub use buttons::{Buttons, Look};
pub use canvas::Mark;
pub use controls::End;
use controls::{Controls, Press, Step};
pub use draw::{draw, marks, redraw};
use layout::{FIRST_LOW_HEIGHT, FIRST_SIZE};
use no_window::Displays;
pub use no_window::WindowError;
pub use page::PageWriter;
pub use palette::Theme;
pub use scroll::Page;
use scroll::Scroll;
pub use target::{Drawn, PanelKind, Target};
pub use view::{Column, Curve, Figure, Item, Panel, Tone, View};
use zoom::ZoomStep;

/// The window of one client.
pub struct PlayerWindow {
    window: Window,
    title: String,
    settings: Settings,
    network: Option<Network>,
    page: Option<Box<dyn PageWriter>>,
    keys: Rc<RefCell<Keys>>,
    pixels: Vec<u32>,
    mouse_was_down: bool,
    place: (isize, isize),
    /// When `place` was asked for last.
    size: (usize, usize),
    drawings: u32,
    frame_offset: (isize, isize),
}

/// What a window is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Which buttons there are.
    pub buttons: Buttons,
    /// Pixels for each point of the drawing, across and down; `None` follows the window.
    pub scale: Option<usize>,
    /// Which colours it has.
    pub theme: Theme,
    /// After TEARDOWN the window stays, ready for another SETUP.
    pub stay_open: bool,
}

impl PlayerWindow {
    /// Opens the window.
    ///
    /// # Errors
    /// There is no display.
    pub fn open(title: &str, settings: Settings) -> Result<Self, WindowError> {
        let keys = Rc::default();
        let size = match settings.scale {
            Some(scale @ 2..) => (FIRST_SIZE.0 * scale, FIRST_LOW_HEIGHT * scale),
            Some(_) | None => FIRST_SIZE,
        };
        let window = new_window(title, size, &keys)?;
        Ok(Self {
            window,
            title: title.to_owned(),
            settings,
            network: None,
            page: None,
            keys,
            pixels: Vec::new(),
            mouse_was_down: false,
            place: (0, 0),
            size: (0, 0),
            drawings: 0,
            frame_offset: (0, 0),
        })
    }

    /// The keys `[` and `]` change the loss of this network, the embedded server's.
    pub fn set_network(&mut self, network: Network) {
        self.network = Some(network);
    }

    /// The key R has the page of the session written by that.
    pub fn set_page_writer(&mut self, writer: Box<dyn PageWriter>) {
        self.page = Some(writer);
    }

    /// Shows the client until its session is torn down or its user leaves. Python: `root.mainloop`.
    ///
    /// # Errors
    /// The display has gone.
    pub fn run(&mut self, client: &mut dyn Player) -> Result<(), WindowError> {
        let Settings { buttons, stay_open, scale, .. } = self.settings;
        let controls = Controls::new(buttons, stay_open, self.network.clone());
        let mut controls = controls.at_scale(scale).with_page(self.page.take());
        let mut drawn = None;
        while !controls.is_done(client) {
            let mut changed = client.wait(TURN);
            changed |= controls.look(self.window.get_size(), Instant::now());
            changed |= self.take_input(&mut controls, client)?;
            let due = drawn.is_none_or(|drawn: Instant| drawn.elapsed() >= REDRAW);
            if changed || due {
                let before = controls.take_drawn();
                let known = self.draw(&self.view(client, &controls), before)?;
                controls.has_drawn(known);
                drawn = Some(Instant::now());
                self.remember_place();
            } else {
                self.window.update();
            }
        }
        Ok(())
    }

    fn view<'a>(&self, client: &'a dyn Player, controls: &'a Controls) -> View<'a> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // Its low 32 bits, as RTP has them.
        let clock = u32::try_from(since.as_secs() & u64::from(u32::MAX)).unwrap_or_default();
        View::of(client, controls, self.settings.theme, clock)
    }

    fn take_input(
        &mut self,
        controls: &mut Controls,
        client: &mut dyn Player,
    ) -> Result<bool, WindowError> {
        let mut changed = false;
        if !self.window.is_open() {
            controls.handler(client);
            self.reopen(&self.view(client, controls))?;
            // The pixels show something else now.
            controls.has_drawn(Drawn::default());
            changed = true;
        }
        loop {
            let Some(press) = self.keys.borrow_mut().pressed.pop_front() else { break };
            controls.press(press, client);
            changed = true;
        }
        if let Some((_, turns)) = self.window.get_scroll_wheel().filter(|(_, turns)| *turns != 0.0)
        {
            let step = if turns > 0.0 { Scroll::Up } else { Scroll::Down };
            controls.press(Press::Scroll(step), client);
            changed = true;
        }
        Ok(self.take_mouse(controls, client) || changed)
    }

    /// Acts when the left mouse button goes down; what is under the pointer is highlighted.
    fn take_mouse(&mut self, controls: &mut Controls, client: &mut dyn Player) -> bool {
        let scale = controls.scale().max(1);
        let at = self.window.get_mouse_pos(MouseMode::Discard).map(|(x, y)| point(x, y, scale));
        let down = self.window.get_mouse_down(MouseButton::Left);
        let was_down = std::mem::replace(&mut self.mouse_was_down, down);
        let clicked = at.filter(|_| down && !was_down);
        if let Some(at) = clicked {
            controls.click(at, client);
        }
        let moved = controls.point(at, client);
        let hand = controls.hover().is_some();
        self.window.set_cursor_style(if hand { CursorStyle::OpenHand } else { CursorStyle::Arrow });
        clicked.is_some() || moved
    }

    /// Draws into a buffer as large as the window, so that text stays sharp.
    fn draw(&mut self, view: &View<'_>, before: Drawn) -> Result<Drawn, WindowError> {
        let (width, height) = self.window.get_size();
        let (width, height) = (width.max(1), height.max(1));
        self.pixels.resize(width * height, 0);
        let drawn = redraw(&mut self.pixels, (width, height), view, before);
        let shown = self.window.update_with_buffer(&self.pixels, width, height);
        shown.map(|()| drawn).map_err(|error| no_window(&error))
    }

    /// Replaces the window by a new one. On some systems a window can no longer be used after a
    /// click on its close button, and the next click on that button would not be seen.
    fn reopen(&mut self, view: &View<'_>) -> Result<(), WindowError> {
        let new = new_window(&self.title, self.window.get_size(), &self.keys)?;
        let old = std::mem::replace(&mut self.window, new);
        self.mouse_was_down = false;
        self.settle(self.place, view)?;
        drop(old);
        Ok(())
    }

    /// Draws the new window, and moves it until it is where it should be. X11 counts a window's
    /// frame twice when asked where the window is; how large that error is shows where the window
    /// went.
    fn settle(&mut self, wanted: (isize, isize), view: &View<'_>) -> Result<(), WindowError> {
        self.move_to(wanted);
        let (mut before, mut turns_there) = (wanted, 0);
        for turn in 0..SETTLING_TURNS {
            self.draw(view, Drawn::default())?;
            let found = self.window.get_position();
            // If windows can't be moved, there is nothing to wait for.
            if turn >= DRAWING_TURNS && (found == wanted || wanted == (0, 0)) {
                break;
            }
            turns_there = if found == before { turns_there + 1 } else { 0 };
            before = found;
            if turns_there >= DRAWING_TURNS && found != wanted {
                self.frame_offset.0 += found.0 - wanted.0;
                self.frame_offset.1 += found.1 - wanted.1;
                self.move_to(wanted);
                turns_there = 0;
            }
            thread::sleep(TURN);
        }
        Ok(())
    }

    fn move_to(&mut self, (x, y): (isize, isize)) {
        self.window.set_position(x - self.frame_offset.0, y - self.frame_offset.1);
    }

    /// Some systems no longer know where a window was once it is closed. To ask the display at every
    /// drawing would cost more than some of the drawings; but a window that gets another size is often
    /// moved as well, so that it stays on the screen.
    fn remember_place(&mut self) {
        self.drawings = self.drawings.wrapping_add(1);
        let size = self.window.get_size();
        let resized = std::mem::replace(&mut self.size, size) != size;
        if (resized || self.drawings % PLACE_INTERVAL == 1) && self.window.is_open() {
            self.place = self.window.get_position();
        }
    }
}

impl fmt::Debug for PlayerWindow {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("PlayerWindow").field("title", &self.title).finish_non_exhaustive()
    }
}

/// The point of the drawing at a pixel of the window.
fn point(x: f32, y: f32, scale: usize) -> Point {
    #[expect(clippy::cast_possible_truncation, reason = "a position inside the window")]
    let (x, y) = (x as i32, y as i32);
    let scale = i32::try_from(scale).unwrap_or(1);
    Point::new(x / scale, y / scale)
}

fn new_window(
    title: &str,
    (width, height): (usize, usize),
    keys: &Rc<RefCell<Keys>>,
) -> Result<Window, WindowError> {
    let scale_mode = ScaleMode::UpperLeft;
    let options = WindowOptions { resize: true, scale_mode, ..WindowOptions::default() };
    let mut window =
        Window::new(title, width, height, options).map_err(|error| no_window(&error))?;
    // The loop waits for news of the client; the library's own waiting would come on top.
    window.set_target_fps(0);
    keys.borrow_mut().down.clear();
    window.set_input_callback(Box::new(Keyboard(Rc::clone(keys))));
    Ok(window)
}

fn no_window(error: &minifb::Error) -> WindowError {
    WindowError::of(&error.to_string(), &Displays::of_environment())
}

/// The keys that went down since the last turn. Asking which are down would miss short taps.
#[derive(Debug, Default)]
struct Keys {
    pressed: VecDeque<Press>,
    /// The character that is held down, if it means something.
    character: Option<u32>,
    down: Vec<Key>,
}

struct Keyboard(Rc<RefCell<Keys>>);

impl InputCallback for Keyboard {
    /// Signs are on different keys of different keyboards, so these go by character.
    fn add_char(&mut self, character: u32) {
        let Some(press) = meaning_of_character(character) else { return };
        let mut keys = self.0.borrow_mut();
        if keys.character.replace(character) != Some(character) {
            keys.pressed.push_back(press);
        }
    }

    fn set_key_state(&mut self, key: Key, is_down: bool) {
        let mut keys = self.0.borrow_mut();
        let was_down = keys.down.contains(&key);
        keys.down.retain(|&other| other != key);
        if is_down {
            keys.down.push(key);
        }
        keys.character = keys.character.filter(|_| is_down);
        // A key that is held down repeats; only the first time counts.
        if is_down && !was_down {
            keys.pressed.extend(meaning_of(key));
        }
    }
}

fn meaning_of_character(character: u32) -> Option<Press> {
    match char::from_u32(character)? {
        '?' => Some(Press::Panel(PanelKind::Keys)),
        '[' => Some(Press::Loss(Step::Down)),
        ']' => Some(Press::Loss(Step::Up)),
        ',' => Some(Press::Buffer(Step::Down)),
        '.' => Some(Press::Buffer(Step::Up)),
        '+' | '=' => Some(Press::Zoom(ZoomStep::In)),
        '-' => Some(Press::Zoom(ZoomStep::Out)),
        '0' => Some(Press::Zoom(ZoomStep::Automatic)),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library knows a hundred keys")]
const fn meaning_of(key: Key) -> Option<Press> {
    match key {
        Key::S => Some(Press::Button(Method::Setup)),
        Key::P => Some(Press::Button(Method::Play)),
        Key::U => Some(Press::Button(Method::Pause)),
        Key::Space => Some(Press::Space),
        Key::T => Some(Press::Button(Method::Teardown)),
        Key::D => Some(Press::Button(Method::Describe)),
        Key::L => Some(Press::Panel(PanelKind::RtspLog)),
        Key::H => Some(Press::Panel(PanelKind::RtpHeader)),
        Key::I => Some(Press::Panel(PanelKind::Statistics)),
        Key::F => Some(Press::Movie),
        Key::R => Some(Press::Page),
        Key::Up => Some(Press::Scroll(Scroll::Up)),
        Key::Down => Some(Press::Scroll(Scroll::Down)),
        Key::PageUp => Some(Press::Scroll(Scroll::PageUp)),
        Key::PageDown => Some(Press::Scroll(Scroll::PageDown)),
        Key::Home => Some(Press::Scroll(Scroll::First)),
        Key::End => Some(Press::Scroll(Scroll::Newest)),
        Key::Left => Some(Press::Seek(Seek::Back)),
        Key::Right => Some(Press::Seek(Seek::Forward)),
        Key::F1 => Some(Press::Panel(PanelKind::Keys)),
        Key::Enter | Key::NumPadEnter => Some(Press::Continue),
        Key::Q => Some(Press::Close),
        Key::Escape => Some(Press::Dismiss),
        _ => None,
    }
}

/// How long one turn of the loop may wait for news. A hand holds a button or a key for longer.
const TURN: Duration = Duration::from_millis(15);
/// How often it draws when nothing happens: an uncovered window stays black until then.
const REDRAW: Duration = Duration::from_millis(100);
/// After how many drawings it asks where the window is: two or three times a second.
const PLACE_INTERVAL: u32 = 6;
/// For how many turns a new window is drawn before the old one goes, and must have stayed in one
/// place before it is moved again.
const DRAWING_TURNS: u32 = 5;
/// After this many turns it stays where it is.
const SETTLING_TURNS: u32 = 60;
