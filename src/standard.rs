//! The standard dialect: RTSP 1.0 (RFC 2326), RTP/JPEG (RFC 2435), RTCP (RFC 3550), SDP (RFC 4566),
//! as real players and cameras speak them.
//!
//! It is a wing of its own: the lab can be read, built and tested without it.

pub mod client;
pub(crate) mod connection;
pub mod jpeg_payload;
mod reported;
pub mod rtcp;
pub mod rtsp;
pub mod sdp;
pub(crate) mod server_worker;
