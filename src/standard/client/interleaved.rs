//! The connection of the standard dialect: replies, and packets between them (RFC 2326 section 10.12).

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crate::client::recv_rtsp_reply::{Answer, FLOOD, Mailbox};
use crate::standard::connection::{Arrival, StandardReader, StandardWriter};
use crate::standard::rtsp::inbox::Item;

/// Both directions of the connection, but for the thread that reads.
#[derive(Debug)]
pub(in crate::client) struct Interleaved {
    /// What requests and reports are written to.
    pub(in crate::client) writer: Arc<StandardWriter>,
    /// Where the thread puts packets.
    pub(in crate::client) packets: SyncSender<Packet>,
    /// Where they wait, until SETUP has agreed on TCP.
    pub(in crate::client) arriving: Option<Receiver<Packet>>,
}

/// A packet of RTP or RTCP.
#[derive(Debug)]
pub(in crate::client) struct Packet {
    /// By which channel it came.
    pub(in crate::client) channel: u8,
    /// The packet itself.
    pub(in crate::client) bytes: Vec<u8>,
}

impl Interleaved {
    /// Starts the thread that reads from `stream`.
    ///
    /// # Errors
    /// The stream is broken already, or the system has no room for another thread.
    pub(in crate::client) fn start(
        stream: &TcpStream,
        link: u32,
        mailbox: Mailbox,
    ) -> io::Result<(Self, JoinHandle<()>)> {
        let reader = StandardReader::new(stream.try_clone()?, Vec::new())?;
        let writer = Arc::new(StandardWriter::new(stream.try_clone()?)?);
        let (packets, arriving) = sync_channel(PACKETS_WAITING);
        let leaving = packets.clone();
        let thread = thread::Builder::new()
            .name("recv_rtsp_reply".to_owned())
            .spawn(move || recv_rtsp_reply(reader, link, &mailbox, &leaving))?;
        Ok((Self { writer, packets, arriving: Some(arriving) }, thread))
    }
}

/// Passes on every message and every packet until the connection ends.
fn recv_rtsp_reply(
    mut reader: StandardReader,
    link: u32,
    mailbox: &Mailbox,
    packets: &SyncSender<Packet>,
) {
    let why = loop {
        match reader.receive() {
            Arrival::Item(Item::Message(text)) => {
                if !mailbox.put(Answer::Message { link, text, arrival: Instant::now() }) {
                    break FLOOD.to_owned();
                }
            }
            // Where nobody takes packets, they are lost, as they would be over UDP.
            Arrival::Item(Item::Packet { channel, bytes }) => {
                packets.try_send(Packet { channel, bytes }).ok();
            }
            Arrival::Nothing => {}
            Arrival::TooLong(too_long) => break format!("could not {too_long}"),
            Arrival::Ended(None) => break "the server has closed it".to_owned(),
            Arrival::Ended(Some(error)) => break error.to_string(),
        }
    };
    mailbox.put(Answer::Ended { link, why });
}

/// Packets that may wait for `listen_rtp`, which takes them at once while the movie plays.
const PACKETS_WAITING: usize = 512;
