//! Tells the server's datagrams from those of anybody else who sends to our ports.

use std::net::{IpAddr, SocketAddr};

use super::recv_rtsp_reply::{Answer, Mailbox};

/// Whose datagrams are listened to. A lab's server sends from any port, so only addresses count.
#[derive(Debug)]
pub(super) struct Strangers {
    server: Vec<IpAddr>,
    mailbox: Mailbox,
    link: u32,
    told: bool,
}

impl Strangers {
    /// All but the server at these addresses; the first of them is told, as of the connection with
    /// the number `link`.
    pub(super) fn to(
        server: impl IntoIterator<Item = IpAddr>,
        mailbox: Mailbox,
        link: u32,
    ) -> Self {
        let server = server.into_iter().map(|address| address.to_canonical()).collect();
        Self { server, mailbox, link, told: false }
    }

    /// Whether a datagram from there is none of the server's.
    pub(super) fn include(&mut self, from: SocketAddr) -> bool {
        let is_stranger = !self.server.contains(&from.ip().to_canonical());
        if is_stranger && !self.told {
            self.told = self.mailbox.put(Answer::Stranger { link: self.link, from });
        }
        is_stranger
    }
}
