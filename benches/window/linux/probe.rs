//! Reads the screen as fast as possible: one pixel at a time, over a connection to the X server
//! that stays open.

use std::thread;
use std::time::{Duration, Instant};

use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    ConnectionExt, CreateGCAux, CreateWindowAux, Gcontext, ImageFormat, Screen, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

use super::common::LIMIT;
use super::desktop::player::Player;
use super::desktop::xvfb::Desktop;

/// Red, green, blue.
pub(crate) type Color = [u8; 3];

/// Looks at the screen, or at the part of it where a window is.
pub(crate) struct Probe {
    connection: RustConnection,
    screen: Screen,
    origin: (i32, i32),
}

impl Probe {
    pub(crate) fn of_screen(desktop: &Desktop) -> Self {
        let (connection, number) = RustConnection::connect(Some(desktop.display())).unwrap();
        let screen = connection.setup().roots[number].clone();
        Self { connection, screen, origin: (0, 0) }
    }

    pub(crate) fn of_window(desktop: &Desktop, player: &Player<'_>) -> Self {
        let place = player.place();
        Self { origin: (place.x, place.y), ..Self::of_screen(desktop) }
    }

    /// Looks until the pixel there has that colour, apart from JPEG's rounding.
    #[track_caller]
    pub(crate) fn wait_for(&self, at: (i32, i32), color: Color) {
        let start = Instant::now();
        while !is_like(self.pixel(at), color) {
            assert!(start.elapsed() < LIMIT, "{color:02X?} at {at:?}: not within {LIMIT:?}");
            // Looking without a pause would take half of the X server's time.
            thread::sleep(PAUSE);
        }
    }

    fn pixel(&self, (x, y): (i32, i32)) -> Color {
        let (format, root) = (ImageFormat::Z_PIXMAP, self.screen.root);
        let [x, y] = [(self.origin.0, x), (self.origin.1, y)]
            .map(|(origin, offset)| i16::try_from(origin + offset).unwrap());
        let image = self.connection.get_image(format, root, x, y, 1, 1, !0).unwrap();
        let data = image.reply().unwrap().data;
        [data[2], data[1], data[0]]
    }
}

fn is_like(found: Color, wanted: Color) -> bool {
    found.iter().zip(wanted).all(|(found, wanted)| found.abs_diff(wanted) <= 8)
}

/// A window of the bench's own, without a frame, at the screen's upper left.
pub(crate) struct BareWindow {
    connection: RustConnection,
    window: Window,
    gc: Gcontext,
    depth: u8,
}

impl BareWindow {
    pub(crate) fn open(desktop: &Desktop) -> Self {
        let Probe { connection, screen, .. } = Probe::of_screen(desktop);
        let window = connection.generate_id().unwrap();
        let class = WindowClass::INPUT_OUTPUT;
        let (depth, visual) = (COPY_DEPTH_FROM_PARENT, screen.root_visual);
        let look = CreateWindowAux::new().override_redirect(1).background_pixel(0);
        let (width, height) = SIZE;
        connection
            .create_window(depth, window, screen.root, 0, 0, width, height, 0, class, visual, &look)
            .unwrap();
        let gc = connection.generate_id().unwrap();
        connection.create_gc(gc, window, &CreateGCAux::new()).unwrap();
        connection.map_window(window).unwrap().check().unwrap();
        Self { connection, window, gc, depth: screen.root_depth }
    }

    /// An image as large as the window, ready to be put there.
    pub(crate) fn image(color: Color) -> Vec<u8> {
        let [red, green, blue] = color;
        [blue, green, red, 0].repeat(usize::from(SIZE.0) * usize::from(SIZE.1))
    }

    pub(crate) fn put(&self, image: &[u8]) {
        let (format, (width, height)) = (ImageFormat::Z_PIXMAP, SIZE);
        self.connection
            .put_image(format, self.window, self.gc, width, height, 0, 0, 0, self.depth, image)
            .unwrap();
        self.connection.flush().unwrap();
    }
}

/// As large as the client's window is at first.
const SIZE: (u16, u16) = (640, 560);
/// Between two looks.
const PAUSE: Duration = Duration::from_micros(100);
