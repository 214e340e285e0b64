//! RTSP as the lab speaks it (RFC 2326, much simplified): methods, states, status codes, messages.
//!
//! Everything about the state of a session is in one table, [`State::after`]. The server, the
//! client and the buttons of the window share it, so the screen can't disagree with the protocol.
//! Messages are in [`request`] and [`reply`]; [`inbox`] finds where one ends in a stream of bytes.
//!
//! ```text
//! C: SETUP movie.Mjpeg RTSP/1.0                      S: RTSP/1.0 200 OK
//!    CSeq: 1                                            CSeq: 1
//!    Transport: RTP/UDP; client_port= 5008              Session: 571600
//! ```

pub(crate) mod header;
pub mod inbox;
pub mod reply;
pub mod request;
mod state;

pub use inbox::Inbox;
pub use reply::{Reply, Status};
pub use request::{BadRequest, Request};
pub use state::{Method, State};
