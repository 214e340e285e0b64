//! What many viewers cost: `cargo bench --bench load -- --sessions 1000`, a minute or so.
//!
//! The release server plays a movie to that many clients of the lab, which are two threads of this
//! program: one sends requests, the other takes packets. The least server that does the job, the
//! baseline, then plays the same frames to the same receiver, and so on in turns. Then the server
//! plays to as many clients of the standard dialect, or to `--standard N`. Each figure is printed
//! beside its goal; the goals are meant for a machine with two processors and nothing else to do.

#![allow(clippy::print_stdout, reason = "the figures are the purpose")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "without a server there is no figure"
)]

#[cfg(target_os = "linux")]
mod linux;

fn main() {
    #[cfg(target_os = "linux")]
    linux::main();
    #[cfg(not(target_os = "linux"))]
    println!("skipped: it needs Linux, which tells in /proc what a process uses");
}
