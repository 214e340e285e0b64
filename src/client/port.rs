//! Where RTP comes from: what `listen_rtp` takes along at PLAY and brings home at PAUSE.

use std::sync::mpsc::SyncSender;
use std::{fmt, io};

use super::LatestPacket;
use super::listen_rtp::Frame;
use crate::event::Event;
use crate::statistics::Reception;

/// The lab's UDP port, or what the standard dialect has agreed on in SETUP; and all that is known of
/// the packets from there.
pub(super) trait Port: fmt::Debug + Send {
    /// Takes what has come while nobody listened: packets from before the pause, which say nothing
    /// of what comes after it.
    fn catch_up(&mut self, frames: &SyncSender<Frame>);

    /// Receives packets until it is stopped; then what was in flight is still taken.
    fn listen_rtp(&mut self, stop: &Event, frames: &SyncSender<Frame>);

    /// What ends [`Self::listen_rtp`] at once when its stop event has been raised.
    ///
    /// # Errors
    /// The system has no room for another descriptor.
    fn waker(&self) -> io::Result<Waker>;

    /// What has been counted.
    fn reception(&mut self) -> &mut Reception;

    /// The packet that came last.
    fn latest(&self) -> Option<LatestPacket>;

    /// Tells the server that nobody listens any more, where the dialect has a way to.
    fn say_goodbye(&mut self) {}
}

/// Called once, from the thread that stops the listener.
pub(super) type Waker = Box<dyn Fn() + Send>;
