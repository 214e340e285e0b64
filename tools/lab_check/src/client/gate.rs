//! The ports of one run: where the client connects, and the RTP port that it is given.

use std::net::{Ipv4Addr, TcpListener};

use super::connection::Connection;
use super::port::RtpPort;

/// Where the client comes in.
#[derive(Debug)]
pub(crate) struct Gate {
    listener: TcpListener,
    rtsp_port: u16,
    /// Kept so that no other client gets the same port.
    rtp_port: RtpPort,
}

impl Gate {
    /// Opens one.
    ///
    /// # Errors
    /// No port is free: in one line.
    pub(crate) fn open() -> Result<Self, String> {
        let could_not = |error| format!("could not open a port for the client: {error}");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(could_not)?;
        listener.set_nonblocking(true).map_err(could_not)?;
        let rtsp_port = listener.local_addr().map_err(could_not)?.port();
        Ok(Self { listener, rtsp_port, rtp_port: RtpPort::find()? })
    }

    /// The RTP port that the client is given.
    pub(crate) const fn rtp_port(&self) -> u16 {
        self.rtp_port.number()
    }

    /// The words that stand for places in the client's command.
    pub(crate) fn values(&self) -> [(&'static str, String); 3] {
        [
            ("host", Ipv4Addr::LOCALHOST.to_string()),
            ("port", self.rtsp_port.to_string()),
            ("rtp", self.rtp_port().to_string()),
        ]
    }

    /// The client's connection, if it has come.
    pub(crate) fn accept(&self) -> Option<Connection> {
        self.listener.accept().ok().and_then(|(stream, _)| Connection::new(stream).ok())
    }
}
