//! A network of two: a server's end and a client's, with delay, loss and a cut between them.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::namespaces::Namespace;
use crate::common::left_out::{forbidden, needs_all, python};
use crate::common::programs::project;
use crate::common::said::say;
use crate::common::server_process::Killed;

/// Two namespaces, joined. Packets of RTP are counted where they leave and where they come, and
/// what is lost between is counted, too: by the kernel, not by the programs.
pub(crate) struct Network {
    pub(crate) server: Namespace,
    pub(crate) client: Namespace,
    /// Without netem a program carries the packets; it ends with this.
    _wire: Option<Killed>,
}

impl Network {
    /// The test ends where nobody may make one.
    pub(crate) fn start() -> Self {
        needs_all(&[("ip", "iproute2"), ("nft", "nftables")]);
        let namespaces = (Namespace::new('s'), Namespace::new('c'));
        let (Ok(server), Ok(client)) = namespaces else {
            forbidden("no network namespaces: only root may make them, and not every root")
        };
        Self::between(server, client).expect("a network between two namespaces")
    }

    fn between(server: Namespace, client: Namespace) -> Result<Self, String> {
        let wire = match join(&server, &client) {
            Ok(()) => None,
            Err(why) => {
                say(format_args!("no netem, so a program delays packets: {why}"));
                server.run(&format!("ip link delete {LINK}")).ok();
                Some(carry(&server, &client)?)
            }
        };
        for (namespace, address) in [(&server, SERVER), (&client, CLIENT)] {
            namespace.run(&format!("ip address add {address}/24 dev {LINK}"))?;
            namespace.run("ip link set dev lo up")?;
            namespace.run(&format!("ip link set dev {LINK} mtu 1500 up"))?;
        }
        server.filter(&[
            "add table inet lab",
            "add counter inet lab sent",
            "add chain inet lab leave { type filter hook output priority 0; }",
            &format!("add rule inet lab leave {IS_RTP} counter name sent"),
        ])?;
        client.filter(&[
            "add table inet lab",
            "add counter inet lab received",
            "add counter inet lab lost",
            "add chain inet lab lose",
            &format!("add rule inet lab lose {IS_RTP} counter name lost"),
            "add rule inet lab lose drop",
            "add chain inet lab arrive { type filter hook prerouting priority -300; }",
        ])?;
        let network = Self { server, client, _wire: wire };
        network.lose_one_of(0)?;
        Ok(network)
    }

    /// From now on one of so many packets to the client is lost, of whatever kind; 0 for none.
    /// Counted, not drawn at random: then it is sure which kinds of packets are among them.
    pub(crate) fn lose_one_of(&self, packets: u32) -> Result<(), String> {
        let counted = format!("numgen inc mod {packets} == 0 goto lose");
        let lose = format!("add rule inet lab arrive iifname {LINK} {counted}");
        let count =
            format!("add rule inet lab arrive iifname {LINK} {IS_RTP} counter name received");
        let flush = "flush chain inet lab arrive";
        let rules = if packets == 0 { vec![flush, &count] } else { vec![flush, &lose, &count] };
        self.client.filter(&rules).map(drop)
    }

    /// Pulls the plug at the client's end, or puts it in again.
    pub(crate) fn plug(&self, state: &str) {
        self.client.run(&format!("ip link set dev {LINK} {state}")).unwrap();
    }
}

/// With a cable, whose packets the kernel delays. Each takes its own time, so some overtake others.
fn join(server: &Namespace, client: &Namespace) -> Result<(), String> {
    let other = client.name();
    server.run(&format!("ip link add {LINK} type veth peer name {LINK} netns {other}"))?;
    let delay = format!("delay {DELAY_MS}ms {SPREAD_MS}ms");
    server.run(&format!("tc qdisc add dev {LINK} root netem {delay}")).map(drop)
}

/// With a program between two interfaces.
fn carry(server: &Namespace, client: &Namespace) -> Result<Killed, String> {
    if OpenOptions::new().write(true).open("/dev/net/tun").is_err() {
        forbidden("neither netem nor /dev/net/tun: only root may use them, and not every root");
    }
    let program = project().join("tests/peers/wire.py");
    let mut command = Command::new(python());
    command.arg(program).args([server.name(), client.name(), LINK, DELAY_MS, SPREAD_MS]);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut wire = Killed(piped.spawn().map_err(|error| format!("python3: {error}"))?);
    let mut line = String::new();
    let output = wire.0.stdout.take().ok_or("no output of the wire")?;
    BufReader::new(output).read_line(&mut line).map_err(|error| error.to_string())?;
    if line == "ready\n" { Ok(wire) } else { Err("the wire has not begun".to_owned()) }
}

/// Where the server is.
pub(crate) const SERVER: &str = "10.77.0.1";
const CLIENT: &str = "10.77.0.2";
/// The interface at each end.
const LINK: &str = "wire";
const DELAY_MS: &str = "50";
const SPREAD_MS: &str = "20";
/// A UDP datagram whose second byte is the payload type 26, with or without the marker bit: RTCP
/// has other numbers there.
const IS_RTP: &str = "meta l4proto udp @th,72,8 { 0x1a, 0x9a }";
