//! Why there is no window, and what helps: the windowing library tells it in its own words.

use std::fmt;

/// No window can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowError {
    /// Nobody has said where a display is: a login over ssh, or a container.
    NoDisplay,
    /// There is a display, but only Wayland's, which this program does not speak.
    OnlyWayland,
    /// It is said where the display is, and nobody there lets us in.
    NobodyAnswers {
        /// As `DISPLAY` has it.
        display: String,
    },
    /// A library that is loaded when a window is opened.
    NoLibrary {
        /// Its file.
        file: &'static str,
        /// Debian's package that has it.
        package: &'static str,
    },
    /// Whatever else, as the windowing library tells it.
    Other(String),
}

/// Where the system says that windows are to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Displays {
    /// X11's: `DISPLAY`.
    x11: String,
    /// `WAYLAND_DISPLAY`.
    wayland: String,
}

impl Displays {
    /// As the variables `DISPLAY` and `WAYLAND_DISPLAY` have it.
    pub(super) fn of_environment() -> Self {
        let value =
            |name| std::env::var_os(name).unwrap_or_default().to_string_lossy().into_owned();
        Self { x11: value("DISPLAY"), wayland: value("WAYLAND_DISPLAY") }
    }
}

impl WindowError {
    /// The reason for what the windowing library told.
    pub(super) fn of(told: &str, displays: &Displays) -> Self {
        let other = || Self::Other(told.to_owned());
        // On Windows and macOS a display needs no name.
        if cfg!(any(windows, target_os = "macos")) {
            return other();
        }
        // Without a display no library would help.
        if displays.x11.is_empty() {
            return if displays.wayland.is_empty() { Self::NoDisplay } else { Self::OnlyWayland };
        }
        if told.contains("XOpenDisplay failed") {
            return Self::NobodyAnswers { display: displays.x11.clone() };
        }
        missing_library(told).unwrap_or_else(other)
    }

    /// What helps, if that is known.
    pub fn cure(&self) -> Option<String> {
        match self {
            Self::NoDisplay => Some("ssh -X".to_owned()),
            Self::OnlyWayland => Some("apt install xwayland".to_owned()),
            Self::NobodyAnswers { .. } => Some("start an X server there, ssh -X".to_owned()),
            Self::NoLibrary { package, .. } => Some(format!("apt install {package}")),
            Self::Other(_) => None,
        }
    }
}

/// The loader tries several names; the first one that it tells is what was wanted.
fn missing_library(told: &str) -> Option<WindowError> {
    if !told.contains("opening library failed") {
        return None;
    }
    let place = |(file, package): &(&'static str, &'static str)| {
        Some((told.find(file)?, WindowError::NoLibrary { file, package }))
    };
    let first = LIBRARIES.iter().filter_map(place).min_by_key(|(place, _)| *place);
    first.map(|(_, error)| error)
}

impl fmt::Display for WindowError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDisplay => write!(out, "there is no display (DISPLAY is not set)"),
            Self::OnlyWayland => write!(out, "there is no X11 display, only Wayland's"),
            Self::NobodyAnswers { display } => {
                write!(out, "nobody answers at the display DISPLAY={}", display.escape_debug())
            }
            Self::NoLibrary { file, .. } => write!(out, "{file} is missing"),
            Self::Other(told) => write!(out, "no window can be shown: {told}"),
        }
    }
}

impl std::error::Error for WindowError {}

/// What is loaded, what that needs in turn, and Debian's packages of them.
const LIBRARIES: [(&str, &str); 7] = [
    ("libX11.so.6", "libx11-6"),
    ("libXcursor.so.1", "libxcursor1"),
    ("libXrender.so.1", "libxrender1"),
    ("libXfixes.so.3", "libxfixes3"),
    ("libxcb.so.1", "libxcb1"),
    ("libXau.so.6", "libxau6"),
    ("libXdmcp.so.6", "libxdmcp6"),
];

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// What minifb tells when the loader finds neither of a library's names.
    fn not_found(file: &str, short: &str, missing: &str) -> String {
        let line = |name: &str| {
            format!("{name}: cannot open shared object file: No such file or directory")
        };
        let lines = [line(missing), line(short), line(&format!("/usr/lib/{file}"))].join("; ");
        format!(
            "Failed to create window: failed to load Xlib: OpenError {{ kind: Library, detail: \
             \"opening library failed ({lines})\" }}"
        )
    }

    fn said(told: &str, x11: &str, wayland: &str) -> String {
        let displays = Displays { x11: x11.to_owned(), wayland: wayland.to_owned() };
        let error = WindowError::of(told, &displays);
        error.cure().map_or(error.to_string(), |cure| format!("{error}: {cure}"))
    }

    #[test]
    fn what_is_missing_is_said_in_one_line_with_what_helps() {
        let no_cursor = not_found("libXcursor.so.1", "libXcursor.so", "libXcursor.so.1");
        let no_render = not_found("libXcursor.so.1", "libXcursor.so", "libXrender.so.1");
        let no_x11 = not_found("libX11.so.6", "libX11.so", "libX11.so.6");
        let deaf = "Failed to create window: XOpenDisplay failed";
        for (told, x11, wayland, expected) in [
            (&*no_cursor, ":0", "", "libXcursor.so.1 is missing: apt install libxcursor1"),
            (&no_render, ":0", "", "libXrender.so.1 is missing: apt install libxrender1"),
            (&no_x11, ":0", "wayland-0", "libX11.so.6 is missing: apt install libx11-6"),
            (deaf, "", "", "there is no display (DISPLAY is not set): ssh -X"),
            (&no_x11, "", "", "there is no display (DISPLAY is not set): ssh -X"),
            (deaf, "", "w", "there is no X11 display, only Wayland's: apt install xwayland"),
            (
                deaf,
                "far:\n1",
                "",
                "nobody answers at the display DISPLAY=far:\\n1: start an X server there, ssh -X",
            ),
            ("no 32 bits", ":0", "", "no window can be shown: no 32 bits"),
        ] {
            assert_eq!(said(told, x11, wayland), expected, "{told}");
        }
    }
}
