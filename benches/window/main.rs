//! How fast the window is: `cargo bench --bench window`, four minutes.
//!
//! The release client plays in a real window, on a desktop of its own under Xvfb, and pixels are
//! read back from the screen. What the display itself can do is measured in the same run. Each
//! figure is printed beside its goal; the goals are those of a machine with nothing else to do.

#![allow(clippy::print_stdout, reason = "the figures are the purpose")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "without a window there is no figure"
)]

#[cfg(target_os = "linux")]
mod linux;

fn main() {
    #[cfg(target_os = "linux")]
    linux::print_all();
    #[cfg(not(target_os = "linux"))]
    println!("skipped: it needs Linux with Xvfb");
}
