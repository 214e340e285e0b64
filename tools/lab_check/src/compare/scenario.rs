//! What the clients do. Each scenario has a newly started server, so that none suffers from what
//! another has left; none lasts longer than `CASE_LIMIT`.

use std::net::{Ipv4Addr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use crate::deadline::{CASE_LIMIT, Deadline};
use crate::usage::Usage;

use super::control::{Control, REPLY_LIMIT};
use super::receiver::{Arrival, LARGEST_DATAGRAM, Received, Receiver};
use super::trial::Trial;

/// The times of one client that sets up, plays, sees a packet and tears down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialogue {
    /// From the request to its reply.
    pub(crate) setup: Duration,
    /// From the request to its reply.
    pub(crate) play: Duration,
    /// From the reply to PLAY to the first packet.
    pub(crate) first_packet: Duration,
    /// From the request to its reply.
    pub(crate) teardown: Duration,
}

/// What was seen of sessions that play.
#[derive(Debug)]
pub(crate) struct Stream {
    /// When it was looked at.
    pub(crate) window: [Instant; 2],
    /// The packets of each session.
    pub(crate) sessions: Vec<Vec<Arrival>>,
    /// What the server used at both ends of the window.
    pub(crate) used: [Option<Usage>; 2],
    /// What it used, and when, from one end of the window to the other, for what is drawn.
    pub(crate) over_time: Vec<(Instant, Usage)>,
}

/// How clients leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Departure {
    /// With TEARDOWN; then they close the connection.
    Teardown,
    /// They close the connection. Their RTP ports stay open.
    Close,
    /// They are killed: the system closes everything that they have.
    Kill,
}

/// Clients one after another, as many as there is time for.
///
/// # Errors
/// One of them was not served: why, in one line. Those before it are in the list.
pub(crate) fn one_after_another(
    trial: &Trial,
    movie: &str,
    dialogues: &mut Vec<Dialogue>,
) -> Result<(), String> {
    let deadline = Deadline::after(CASE_LIMIT);
    while dialogues.len() < CLIENTS && !deadline.is_over() {
        dialogues.push(dialogue(trial, movie, deadline)?);
    }
    Ok(())
}

fn dialogue(trial: &Trial, movie: &str, deadline: Deadline) -> Result<Dialogue, String> {
    let (rtp, rtp_port) = open_rtp_port()?;
    let mut datagram = vec![0; LARGEST_DATAGRAM];
    let mut control = connect(trial, movie, rtp_port, deadline)?;
    let setup = control.ask("SETUP", deadline)?;
    let play = control.ask("PLAY", deadline)?;
    let answered = Instant::now();
    let could_not = |error| format!("no packet came after PLAY: {error}");
    rtp.set_read_timeout(Some(deadline.left().min(PACKET_LIMIT))).map_err(could_not)?;
    rtp.recv(&mut datagram).map_err(could_not)?;
    let first_packet = answered.elapsed();
    let teardown = control.ask("TEARDOWN", deadline)?;
    Ok(Dialogue { setup, play, first_packet, teardown })
}

fn connect(
    trial: &Trial,
    movie: &str,
    rtp_port: u16,
    deadline: Deadline,
) -> Result<Control, String> {
    let tcp = trial.connect(deadline.left().min(REPLY_LIMIT))?;
    Control::on(tcp, movie, rtp_port)
}

/// So many sessions that play at once, watched for some seconds.
///
/// # Errors
/// One of them does not begin: in one line.
pub(crate) fn at_once(trial: &Trial, movie: &str, sessions: usize) -> Result<Stream, String> {
    let deadline = Deadline::after(CASE_LIMIT);
    let viewers = seat(trial, movie, sessions, deadline)?;
    let used_before = trial.usage();
    let from = Instant::now();
    let mut over_time: Vec<_> = used_before.map(|usage| (from, usage)).into_iter().collect();
    let limit = Deadline::after(WATCHED.min(deadline.left()));
    while !limit.is_over() {
        thread::sleep(LOOK_AT_USAGE.min(limit.left()));
        over_time.extend(trial.usage().map(|usage| (Instant::now(), usage)));
    }
    let (to, used_after) = (Instant::now(), trial.usage());
    stop_all(&viewers);
    let received = viewers.into_iter().filter_map(|viewer| viewer.receiver.finish());
    let sessions = received.map(|received| received.arrivals).collect();
    Ok(Stream { window: [from, to], sessions, used: [used_before, used_after], over_time })
}

/// A few clients that play and leave in that way; then the server is watched for a second.
///
/// # Errors
/// They can't play, or can't leave in that way: in one line.
pub(crate) fn leave(trial: &Trial, movie: &str, departure: Departure) -> Result<Stream, String> {
    let deadline = Deadline::after(CASE_LIMIT.saturating_sub(DRAIN_LIMIT + GRACE + AFTERWARDS));
    let viewers = seat(trial, movie, LEAVERS, deadline)?;
    stop_all(&viewers);
    let mut ports = Vec::new();
    for viewer in viewers {
        ports.push(viewer.go(departure, deadline)?);
    }
    thread::sleep(GRACE);
    let mut receivers = Vec::new();
    for (number, port) in (1..).zip(ports) {
        receivers.push(Receiver::start(port.open()?, number)?);
    }
    let used_before = trial.usage();
    let from = Instant::now();
    thread::sleep(AFTERWARDS);
    let (to, used_after) = (Instant::now(), trial.usage());
    let received = receivers.into_iter().filter_map(Receiver::finish);
    let sessions = received.map(|received| received.arrivals).collect();
    Ok(Stream {
        window: [from, to],
        sessions,
        used: [used_before, used_after],
        over_time: Vec::new(),
    })
}

/// A client that plays.
struct Viewer {
    control: Control,
    receiver: Receiver,
}

impl Viewer {
    fn play(trial: &Trial, movie: &str, number: usize, deadline: Deadline) -> Result<Self, String> {
        let (rtp, rtp_port) = open_rtp_port()?;
        let mut control = connect(trial, movie, rtp_port, deadline)?;
        control.ask("SETUP", deadline)?;
        let receiver = Receiver::start(rtp, number)?;
        control.ask("PLAY", deadline)?;
        Ok(Self { control, receiver })
    }

    fn go(self, departure: Departure, deadline: Deadline) -> Result<RtpPort, String> {
        let Self { mut control, receiver } = self;
        if departure == Departure::Teardown {
            control.ask("TEARDOWN", deadline)?;
        }
        let Some(Received { socket, .. }) = receiver.finish() else {
            return Err("could not receive packets: the thread has panicked".to_owned());
        };
        drop(control);
        Ok(match departure {
            Departure::Teardown | Departure::Close => RtpPort::Open(socket),
            Departure::Kill => RtpPort::closed(socket)?,
        })
    }
}

/// The RTP port of a client that has gone.
enum RtpPort {
    Open(UdpSocket),
    /// The system answers each packet that there is no such port.
    Closed(u16),
}

impl RtpPort {
    fn closed(socket: UdpSocket) -> Result<Self, String> {
        let address = socket.local_addr();
        drop(socket);
        address.map(|address| Self::Closed(address.port())).map_err(|error| error.to_string())
    }

    fn open(self) -> Result<UdpSocket, String> {
        match self {
            // Packets that came while nobody read are from before.
            Self::Open(socket) => {
                socket.set_nonblocking(true).map_err(|error| error.to_string())?;
                let mut datagram = vec![0; LARGEST_DATAGRAM];
                let limit = Deadline::after(DRAIN_LIMIT);
                while socket.recv(&mut datagram).is_ok() && !limit.is_over() {}
                socket.set_nonblocking(false).map_err(|error| error.to_string())?;
                Ok(socket)
            }
            Self::Closed(port) => UdpSocket::bind((Ipv4Addr::LOCALHOST, port))
                .map_err(|error| format!("could not open RTP port {port} again: {error}")),
        }
    }
}

/// Clients that have all seen a few packets.
fn seat(
    trial: &Trial,
    movie: &str,
    count: usize,
    deadline: Deadline,
) -> Result<Vec<Viewer>, String> {
    let mut viewers = Vec::new();
    for number in 1..=count {
        let viewer = Viewer::play(trial, movie, number, deadline);
        viewers.push(viewer.map_err(|why| format!("client {number} of {count}: {why}"))?);
    }
    let limit = Deadline::after(PACKET_LIMIT.min(deadline.left()));
    while let Some(index) = viewers.iter().position(|viewer| viewer.receiver.count() < FEW) {
        if limit.is_over() {
            let number = index + 1;
            return Err(format!("client {number} of {count}: no {FEW} packets came after PLAY"));
        }
        thread::sleep(LOOK_INTERVAL);
    }
    Ok(viewers)
}

/// Ends their threads at the same time, instead of waiting for one after another.
fn stop_all(viewers: &[Viewer]) {
    for viewer in viewers {
        viewer.receiver.stop();
    }
}

fn open_rtp_port() -> Result<(UdpSocket, u16), String> {
    let could_not = |error| format!("could not open an RTP port: {error}");
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(could_not)?;
    let port = socket.local_addr().map_err(could_not)?.port();
    Ok((socket, port))
}

/// How many clients come one after another, and how many play at once.
pub(crate) const CLIENTS: usize = 20;
/// How many are a few that play at once.
pub(crate) const A_FEW: usize = 5;
/// How many clients leave together.
pub(crate) const LEAVERS: usize = 3;
/// How long a stream is watched.
pub(crate) const WATCHED: Duration = Duration::from_secs(8);
/// How often to look at what the server uses meanwhile: its time is counted in hundredths.
const LOOK_AT_USAGE: Duration = Duration::from_secs(1);
/// How long a server has to tidy up before it is watched.
pub(crate) const GRACE: Duration = Duration::from_secs(1);
/// How long it is watched after the clients have gone.
pub(crate) const AFTERWARDS: Duration = Duration::from_secs(1);
/// Within this a packet must have come.
const PACKET_LIMIT: Duration = Duration::from_secs(2);
/// How many packets show that a session plays.
const FEW: usize = 5;
/// How long packets from before are discarded, even if new ones never stop.
const DRAIN_LIMIT: Duration = Duration::from_millis(100);
/// How often to check whether they have come.
const LOOK_INTERVAL: Duration = Duration::from_millis(5);
