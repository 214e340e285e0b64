//! The lab "Video Streaming with RTSP and RTP" of Kurose and Ross in Rust: an RTSP server and an
//! RTSP/RTP client that stream an MJPEG movie, with blocking sockets and threads.
//!
//! The six classes of the Python lab are six files, with the names that they have there. In reading
//! order:
//!
//! | module | what it is | Python |
//! |---|---|---|
//! | [`rtp_packet`] | `RtpPacket`: encode and decode | `RtpPacket.py` |
//! | [`video_stream`] | `VideoStream`: the frames of a movie file | `VideoStream.py` |
//! | [`server`] | `Server`: accepts, one worker a connection | `Server.py` |
//! | `server_worker` | `ServerWorker`: requests in, replies and RTP out | `ServerWorker.py` |
//! | [`client`] | `Client`: requests out, replies and RTP in | `Client.py` |
//! | `bin/client_launcher` | the command line, then the window | `ClientLauncher.py` |
//! | [`event`] | `Event`: a flag to wait for | `threading.Event` |
//! | [`rtsp`] | messages, states, where a message ends | string splitting |
//! | [`rtsp::standard`] | the messages of RFC 2326, as players speak it | |
//! | [`sdp`] | session descriptions, as players read them | |
//! | [`rtcp`] | reports of sender and receiver | |
//! | `connection` | a TCP stream that is read message by message | `socket.recv` |
//! | [`impairment`] | a bad network on purpose | |
//! | [`reorder`] | packets that overtook each other, back in order | |
//! | [`lab_payload`] | frames put together from packets | |
//! | [`jpeg_payload`] | the standard's RTP payload (RFC 2435), both ways | |
//! | [`statistics`] | the report's extension 1 | |
//! | [`jpeg`] | the inside of a JPEG: is the picture whole? | |
//! | [`diagnosis`] | what is wrong with a server's packets, in words | |
//! | [`picture`] | a JPEG to pixels | PIL |
//! | [`window`] | the player's window | Tk |
//! | [`terminal`] | the player without a window | |
//! | [`console`] | prints, and never waits for the terminal | `print` |
//! | `bin/lab_check` | the report card of any lab program | |
//!
//! They lie in four layers, and use only what lies below (`tests/layers.rs` checks it):
//!
//! ```text
//! edge    bin/server   bin/client_launcher   bin/lab_check
//!         window   terminal   console                              printing, pixels
//! shell   server   server_worker   client   connection             sockets and threads
//! tools   event   video_stream   picture                           waiting, files, decoding
//! core    rtsp   sdp   rtp_packet   rtcp   reorder   statistics
//!         lab_payload   jpeg_payload   impairment                  bytes in, values out
//!         jpeg   diagnosis
//! ```

pub mod client;
mod connection;
pub mod console;
pub mod diagnosis;
pub mod event;
pub mod impairment;
pub mod jpeg;
pub mod lab_payload;
pub mod picture;
pub mod reorder;
pub mod rtp_packet;
pub mod rtsp;
pub mod server;
mod server_worker;
pub mod standard;
pub mod statistics;
pub mod terminal;
pub mod video_stream;
pub mod window;
