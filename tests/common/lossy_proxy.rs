//! A proxy between a client and a server of the standard dialect that treats RTP badly: it drops,
//! doubles and swaps packets, and records what it did to each.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

/// What happens to one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Passed,
    Dropped,
    /// It is sent twice, at once.
    Doubled,
    /// It is sent after the next one, which passes; or before the goodbye, if there is no next one.
    Swapped,
}

/// A packet that the server has sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Met {
    pub(crate) number: u16,
    pub(crate) timestamp: u32,
    pub(crate) fate: Fate,
}

/// What the server has sent, and what the client was sent of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// All packets, in the server's order.
    pub(crate) met: Vec<Met>,
    /// The packets as they went on: places in `met`.
    pub(crate) sent: Vec<usize>,
    /// Whether the goodbye has come.
    pub(crate) ended: bool,
}

/// What a client must make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) packets: u64,
    pub(crate) lost: u64,
    pub(crate) late: u64,
    pub(crate) duplicates: u64,
    pub(crate) damaged: u64,
    /// The frames that come whole, counted from 0.
    pub(crate) whole: Vec<usize>,
}

impl Record {
    /// The number of packets with that fate.
    pub(crate) fn count(&self, fate: Fate) -> usize {
        self.met.iter().filter(|met| met.fate == fate).count()
    }

    /// The places in `met` of each frame's packets.
    pub(crate) fn frames(&self) -> Vec<Vec<usize>> {
        let places: Vec<_> = (0..self.met.len()).collect();
        let frames =
            places.chunk_by(|&one, &next| self.met[one].timestamp == self.met[next].timestamp);
        frames.map(<[usize]>::to_vec).collect()
    }

    /// Packets that overtake one another do not count as lost; but of what lies before the first
    /// that came, or after the last, no number tells.
    pub(crate) fn expected(&self) -> Expected {
        let count = |number: usize| u64::try_from(number).unwrap();
        let first = *self.sent.first().expect("a packet that came");
        let last = *self.sent.iter().max().unwrap();
        let taken: BTreeSet<_> = self.sent.iter().copied().filter(|&at| at >= first).collect();
        let (mut whole, mut damaged) = (Vec::new(), 0);
        for (number, frame) in self.frames().into_iter().enumerate() {
            let came = frame.iter().filter(|at| taken.contains(at)).count();
            if came == frame.len() {
                whole.push(number);
            } else if came > 0 {
                damaged += 1;
            }
        }
        let all: BTreeSet<_> = self.sent.iter().copied().collect();
        Expected {
            packets: count(self.sent.len()),
            lost: count(last - first + 1 - taken.len()),
            late: count(all.len() - taken.len()),
            duplicates: count(self.sent.len() - all.len()),
            damaged,
            whole,
        }
    }
}

/// Decides on every packet.
struct Fates {
    random: u64,
    held: Option<(usize, Vec<u8>)>,
    record: Record,
}

impl Fates {
    /// What goes on to the client now that `packet` has come.
    fn take(&mut self, packet: &[u8]) -> Vec<Vec<u8>> {
        let place = self.record.met.len();
        // A packet that was overtaken, or that comes after the goodbye, is left alone.
        let is_spared = self.held.is_some() || self.record.ended;
        let fate = if is_spared { Fate::Passed } else { self.next_fate() };
        let number = u16::from_be_bytes([packet[2], packet[3]]);
        let timestamp = u32::from_be_bytes(packet[4..8].try_into().unwrap());
        self.record.met.push(Met { number, timestamp, fate });
        let mut leaving = match fate {
            Fate::Dropped => Vec::new(),
            Fate::Passed => vec![(place, packet.to_vec())],
            Fate::Doubled => vec![(place, packet.to_vec()); 2],
            Fate::Swapped => {
                self.held = Some((place, packet.to_vec()));
                return Vec::new();
            }
        };
        leaving.extend(self.held.take());
        self.note(leaving)
    }

    /// The goodbye has come: what is held goes on before it.
    fn end(&mut self) -> Vec<Vec<u8>> {
        self.record.ended = true;
        let held = self.held.take();
        self.note(held.into_iter().collect())
    }

    fn note(&mut self, leaving: Vec<(usize, Vec<u8>)>) -> Vec<Vec<u8>> {
        self.record.sent.extend(leaving.iter().map(|(place, _)| *place));
        leaving.into_iter().map(|(_, packet)| packet).collect()
    }

    /// 5 % each; `SplitMix64`.
    fn next_fate(&mut self) -> Fate {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        match (mixed ^ mixed >> 31) % 100 {
            0..5 => Fate::Dropped,
            5..10 => Fate::Doubled,
            10..15 => Fate::Swapped,
            _ => Fate::Passed,
        }
    }
}

/// A proxy for one connection.
pub(crate) struct LossyProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    fates: Mutex<Fates>,
    /// Where the server and the client have their two ports each.
    ports: Mutex<Option<Ports>>,
    is_over: AtomicBool,
}

#[derive(Clone, Copy, Debug)]
struct Ports {
    client: [u16; 2],
    own: [u16; 2],
    /// Zeroes until SETUP has been answered.
    server: [u16; 2],
}

impl LossyProxy {
    /// A proxy before that server; everything that it does follows from `seed`.
    pub(crate) fn start(server: SocketAddr, seed: u64) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let fates = Fates { random: seed, held: None, record: Record::default() };
        let shared = Arc::new(Shared {
            fates: Mutex::new(fates),
            ports: Mutex::new(None),
            is_over: AtomicBool::new(false),
        });
        let with = Arc::clone(&shared);
        thread::spawn(move || {
            let (client, _) = listener.accept().unwrap();
            let server = TcpStream::connect(server).unwrap();
            for stream in [&client, &server] {
                stream.set_nodelay(true).unwrap();
            }
            let (to_server, to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            thread::scope(|scope| {
                scope.spawn(|| relay(client, to_server, |item| with.of_client(item)));
                relay(server, to_client, |item| with.of_server(item));
            });
            with.is_over.store(true, Ordering::Relaxed);
        });
        Self { address, shared }
    }

    /// Where a client finds it.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// All that it has done so far.
    pub(crate) fn record(&self) -> Record {
        self.shared.fates().record.clone()
    }
}

impl Drop for LossyProxy {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn fates(&self) -> MutexGuard<'_, Fates> {
        self.fates.lock().unwrap()
    }

    /// What goes on to the server.
    fn of_client(self: &Arc<Self>, item: Item) -> Vec<u8> {
        let item = match item {
            Item::Message(text) if text.starts_with("SETUP ") => Item::Message(self.setup(text)),
            item @ (Item::Message(_) | Item::Packet(..)) => item,
        };
        item.into_bytes()
    }

    /// SETUP with the proxy's ports, if it names any.
    fn setup(self: &Arc<Self>, text: String) -> String {
        let Some(client) = ports(&text, "client_port") else { return text };
        with_ports(&text, "client_port", client, self.open(client))
    }

    /// What goes on to the client.
    fn of_server(&self, item: Item) -> Vec<u8> {
        match item {
            Item::Message(mut text) => {
                let mut known = self.ports.lock().unwrap();
                if let (Some(known), Some(server)) = (known.as_mut(), ports(&text, "server_port")) {
                    known.server = server;
                    text = with_ports(&text, "server_port", server, known.own);
                    text = with_ports(&text, "client_port", known.own, known.client);
                }
                text.into_bytes()
            }
            // Clients ask for the channels 0 and 1.
            Item::Packet(0, packet) => frames(self.fates().take(&packet)),
            Item::Packet(channel, packet) => {
                let mut bytes =
                    if is_goodbye(&packet) { frames(self.fates().end()) } else { Vec::new() };
                bytes.extend(Item::Packet(channel, packet).into_bytes());
                bytes
            }
        }
    }

    /// Opens two ports that stand for the server's and for the client's.
    fn open(self: &Arc<Self>, client: [u16; 2]) -> [u16; 2] {
        let pair = pair();
        let own = pair.each_ref().map(|socket| socket.local_addr().unwrap().port());
        *self.ports.lock().unwrap() = Some(Ports { client, own, server: [0; 2] });
        let pair = Arc::new(pair);
        for which in [0, 1] {
            let (with, pair) = (Arc::clone(self), Arc::clone(&pair));
            thread::spawn(move || with.forward(&pair, which));
        }
        own
    }

    /// Forwards datagrams in both directions, RTP from the server as fate will have it.
    fn forward(&self, pair: &[UdpSocket; 2], which: usize) {
        let socket = &pair[which];
        let send = |socket: &UdpSocket, datagram: &[u8], port| {
            socket.send_to(datagram, (Ipv4Addr::LOCALHOST, port)).unwrap();
        };
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut buffer = vec![0; 65_535];
        while !self.is_over.load(Ordering::Relaxed) {
            let Ok((count, from)) = socket.recv_from(&mut buffer) else { continue };
            let datagram = &buffer[..count];
            let Ports { client, server, .. } = self.ports.lock().unwrap().unwrap();
            if from.port() == client[which] {
                send(socket, datagram, server[which]);
                continue;
            }
            // Both threads send RTP; the lock keeps one from overtaking the other between fate and
            // socket.
            let mut fates = self.fates();
            let leaving = match which {
                0 => fates.take(datagram),
                _ if is_goodbye(datagram) => fates.end(),
                _ => Vec::new(),
            };
            for packet in leaving {
                send(&pair[0], &packet, client[0]);
            }
            drop(fates);
            if which == 1 {
                send(socket, datagram, client[1]);
            }
        }
    }
}

/// What goes over the connection.
enum Item {
    /// Head and body.
    Message(String),
    /// A packet and its channel (RFC 2326 section 10.12).
    Packet(u8, Vec<u8>),
}

impl Item {
    /// `None` at the end of the connection.
    fn read(stream: &mut impl BufRead) -> Option<Self> {
        if *stream.fill_buf().ok()?.first()? == b'$' {
            let mut head = [0; 4];
            stream.read_exact(&mut head).ok()?;
            let mut packet = vec![0; u16::from_be_bytes([head[2], head[3]]).into()];
            stream.read_exact(&mut packet).ok()?;
            return Some(Self::Packet(head[1], packet));
        }
        let (mut text, mut length) = (String::new(), 0);
        while !text.ends_with("\r\n\r\n") {
            let before = text.len();
            if stream.read_line(&mut text).ok()? == 0 {
                return None;
            }
            if let Some(value) = text[before..].strip_prefix("Content-Length: ") {
                length = value.trim_end().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).ok()?;
        text.push_str(std::str::from_utf8(&body).unwrap());
        Some(Self::Message(text))
    }

    fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Message(text) => text.into_bytes(),
            Self::Packet(channel, packet) => {
                let [high, low] = u16::try_from(packet.len()).unwrap().to_be_bytes();
                [&[b'$', channel, high, low], packet.as_slice()].concat()
            }
        }
    }
}

/// RTP packets, framed for the connection.
fn frames(packets: Vec<Vec<u8>>) -> Vec<u8> {
    packets.into_iter().flat_map(|packet| Item::Packet(0, packet).into_bytes()).collect()
}

/// One direction of the connection, to its end.
fn relay(from: TcpStream, mut to: TcpStream, change: impl Fn(Item) -> Vec<u8>) {
    let mut from = BufReader::new(from);
    while let Some(item) = Item::read(&mut from) {
        if to.write_all(&change(item)).is_err() {
            break;
        }
    }
    // This ends the other direction too.
    to.shutdown(Shutdown::Both).ok();
    from.get_ref().shutdown(Shutdown::Both).ok();
}

/// The two ports of that parameter.
fn ports(text: &str, name: &str) -> Option<[u16; 2]> {
    let (_, value) = text.split_once(&format!("{name}="))?;
    let digits = value.split(|byte: char| !byte.is_ascii_digit());
    let ports: Vec<_> = digits.take(2).map(|port| port.parse().unwrap()).collect();
    Some([ports[0], ports[1]])
}

fn with_ports(text: &str, name: &str, ports: [u16; 2], by: [u16; 2]) -> String {
    let parameter = |[even, odd]: [u16; 2]| format!("{name}={even}-{odd}");
    text.replace(&parameter(ports), &parameter(by))
}

/// Two neighbouring ports, the first even.
fn pair() -> [UdpSocket; 2] {
    let open = |port| UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).ok();
    // Ports that don't fit are kept until the end, or the system would hand them out again.
    let mut unfit = Vec::new();
    while unfit.len() < 64 {
        let one = open(0).expect("a free port");
        let port = one.local_addr().unwrap().port();
        match open(port ^ 1) {
            Some(other) if port % 2 == 0 => return [one, other],
            Some(other) => return [other, one],
            None => unfit.push(one),
        }
    }
    panic!("no two neighbouring ports are free");
}

/// Whether there is a BYE in the compound packet (RFC 3550 section 6.6).
fn is_goodbye(compound: &[u8]) -> bool {
    let mut rest = compound;
    while let [_, kind, high, low, ..] = *rest {
        let length = 4 * (usize::from(u16::from_be_bytes([high, low])) + 1);
        if kind == 203 {
            return true;
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    false
}
