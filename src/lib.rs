//! The lab "Video Streaming with RTSP and RTP" of Kurose and Ross in Rust: an RTSP server and an
//! RTSP/RTP client that stream an MJPEG movie, with blocking sockets and threads.
//!
//! "The report" in these pages is the students' report on that lab, in Python, which this program
//! reproduces; its tables and figures are quoted by their numbers.
//!
//! The six classes of the Python lab are six files, with the names that they have there; each reads
//! from top to bottom in the order of its Python file. In reading order:
//!
//! | module | what it is | Python |
//! |---|---|---|
//! | [`rtp_packet`] | `RtpPacket`: encode and decode | `RtpPacket.py` |
//! | [`video_stream`] | `VideoStream`: the frames of a movie file | `VideoStream.py` |
//! | [`server`] | `Server`: accepts, one worker a connection | `Server.py` |
//! | `server_worker` | `ServerWorker`: requests in, replies and RTP out | `ServerWorker.py` |
//! | [`client`] | `Client`: requests out, replies and RTP in | `Client.py` |
//! | `bin/client_launcher` | the command line, then the window | `ClientLauncher.py` |
//!
//! What Python took from its libraries, and a bad network on purpose:
//!
//! | module | what it is | Python |
//! |---|---|---|
//! | [`event`] | `Event`: a flag to wait for | `threading.Event` |
//! | `errand` | a thread that takes a value along and brings it back | `threading.Thread` |
//! | [`rtsp`] | messages, states, where a message ends | string splitting |
//! | `connection` | a TCP stream that is read message by message | `socket.recv` |
//! | [`datagram`] | the largest datagram that the system sends | |
//! | [`lab_payload`] | frames put together from packets | |
//! | [`playout`] | the playout buffer: frames in as they come, out when due | |
//! | [`statistics`] | loss and rates, extension 1 of the report | |
//! | [`jpeg`] | the inside of a JPEG: is the picture whole? | |
//! | [`diagnosis`] | what is wrong with a server's packets, in words | |
//! | [`picture`] | a JPEG to pixels | PIL |
//! | [`window`] | the player's window | Tk |
//! | [`terminal`] | the player without a window | |
//! | [`console`] | prints, and never waits for the terminal | `print` |
//! | [`impairment`] | a bad network on purpose | |
//! | [`trace`] | what happened to each packet, written down | |
//!
//! The standard dialect, which common players and servers speak, is one wing: [`standard`]. The
//! lab's files do not use it, and can be read without it.
//!
//! A file uses only what lies below it, and no files use each other in a circle
//! (`tests/house/layers.rs` checks it):
//!
//! ```text
//! programs   bin/server   bin/client_launcher
//!            window   terminal   console                                  printing, pixels
//!            server                        standard::client
//!            server_worker   client        standard::server_worker        sockets and threads
//!            connection   errand   datagram    standard::connection
//!            trace                                                        events to files
//! tools      event   video_stream   picture                               waiting, files, decoding
//! core       rtsp   rtp_packet             standard:: rtsp  sdp  rtcp     bytes in, values out
//!            lab_payload   statistics                 jpeg_payload
//!            playout
//!            diagnosis   jpeg   reorder
//!            impairment
//! ```

pub mod client;
mod connection;
pub mod console;
pub mod datagram;
pub mod diagnosis;
mod errand;
pub mod event;
pub mod impairment;
pub mod jpeg;
pub mod lab_payload;
pub mod picture;
pub mod playout;
pub mod reorder;
pub mod rtp_packet;
pub mod rtsp;
pub mod server;
mod server_worker;
pub mod standard; // wing
pub mod statistics;
pub mod terminal;
pub mod trace;
pub mod video_stream;
pub mod window;
