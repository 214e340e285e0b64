//! The standard dialect: RTSP 1.0 (RFC 2326), RTP/JPEG (RFC 2435), RTCP (RFC 3550), SDP (RFC 4566), as
//! real players and cameras speak them.
//!
//! A wing of the house: the lab is read, built and tested without it.

pub mod client;
pub(crate) mod connection;
pub mod jpeg_payload;
pub mod rtcp;
pub mod rtsp;
pub mod sdp;
pub(crate) mod server_worker;
