//! x
pub mod client;
mod connection;
pub mod event;
pub mod lab_payload;
pub mod picture;
pub mod rtp_packet;
pub mod rtsp;
pub mod server;
mod server_worker;
pub mod statistics;
pub mod terminal;
pub mod video_stream;
pub mod window;
