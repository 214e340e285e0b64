//! x
pub mod event;
pub mod lab_payload;
pub mod picture;
pub mod rtp_packet;
pub mod rtsp;
pub mod statistics;
pub mod video_stream;
