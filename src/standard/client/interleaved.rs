//! The connection of the standard dialect: replies, and packets between them (RFC 2326 section
//! 10.12).

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use crate::client::mailbox::{FLOOD, News, Slot};
use crate::standard::connection::{Arrival, StandardReader, StandardWriter};
use crate::standard::rtsp::inbox::Item;

/// What the connection's users share with the thread that reads.
#[derive(Debug)]
pub(super) struct Interleaved {
    /// Where requests and reports are written.
    pub(super) writer: Arc<StandardWriter>,
    /// Where the thread puts packets.
    pub(super) packets: SyncSender<Packet>,
    /// Where they wait, until SETUP has agreed on TCP.
    pub(super) arriving: Option<Receiver<Packet>>,
}

/// A packet of RTP or RTCP.
#[derive(Debug)]
pub(super) struct Packet {
    /// The channel that it came by.
    pub(super) channel: u8,
    /// The packet itself.
    pub(super) bytes: Vec<u8>,
}

/// What the thread `recv_rtsp_reply` takes along.
#[derive(Debug)]
pub(super) struct Reading {
    reader: StandardReader,
    packets: SyncSender<Packet>,
}

impl Interleaved {
    /// Splits the connection into both halves.
    ///
    /// # Errors
    /// The stream is broken already.
    pub(super) fn of(stream: &TcpStream) -> io::Result<(Self, Reading)> {
        let reader = StandardReader::new(stream.try_clone()?, Vec::new())?;
        let writer = Arc::new(StandardWriter::new(stream.try_clone()?)?);
        let (packets, arriving) = sync_channel(PACKETS_WAITING);
        let reading = Reading { reader, packets: packets.clone() };
        Ok((Self { writer, packets, arriving: Some(arriving) }, reading))
    }
}

impl Reading {
    /// Passes on every message and every packet until the connection ends; returns why it has
    /// ended.
    pub(super) fn receive(mut self, client: &Slot) -> String {
        let put = |text| client.put(News::Message { text, arrival: Instant::now() });
        let why = loop {
            let message = match self.reader.receive() {
                Arrival::Item(Item::Message(text)) => Some(text),
                // Packets that nobody takes are lost, as they would be over UDP.
                Arrival::Item(Item::Packet { channel, bytes }) => {
                    self.packets.try_send(Packet { channel, bytes }).ok();
                    None
                }
                Arrival::Nothing => self.reader.take_foreign(),
                Arrival::TooLong(too_long) => return format!("could not {too_long}"),
                Arrival::Ended(None) => break "the server has closed it".to_owned(),
                Arrival::Ended(Some(error)) => break error.to_string(),
            };
            if !message.is_none_or(put) {
                return FLOOD.to_owned();
            }
        };
        // Web servers and those of TLS end what they say as they like.
        self.reader.take_unfinished().map(put);
        why
    }
}

/// Packets that may wait for the thread `listen_rtp`, which takes them at once while the movie
/// plays.
const PACKETS_WAITING: usize = 512;
