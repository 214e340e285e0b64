//! The server at addresses of IPv6, which not every machine has.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::Path;

use crate::client_common::jpeg::folder_with_movie;
use crate::client_common::program::{rtp_port, run_client};
use crate::common::jpeg_pieces::assert_carry;
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::left_out::forbidden;
use crate::common::movies::{MOVIE, folder_with, lab_format, made_movie};
use crate::common::raw_client::RawClient;
use crate::common::rtp::assert_frames;
use crate::common::server_process::ServerProcess;
use crate::common::standard_client::StandardClient;
use crate::harness::tests;

tests![
    bound_to_every_address_it_serves_both_families_each_in_its_own,
    #[cfg(target_os = "linux")]
    a_client_at_a_link_local_address_is_served,
    ipv6_and_names_lead_to_the_server_too,
    over_ipv6_everything_is_the_same,
];

fn bound_to_every_address_it_serves_both_families_each_in_its_own() {
    let (folder, frames) = made_movie(3);
    let mut server = server_at("::", folder.path());
    for ip in [IpAddr::from(Ipv6Addr::LOCALHOST), IpAddr::from(Ipv4Addr::LOCALHOST)] {
        let client = RawClient::playing(SocketAddr::new(ip, server.port()));
        let (packet, from) = client.packet_from();
        assert_eq!(from.ip(), ip, "RTP comes from the address that the client knows");
        assert_frames(&[packet], frames.get(..1).unwrap(), 1);
        let address = client.address();
        drop(client);
        assert_eq!(address.ip(), ip, "the client's own address");
        server.transcript_of(address);
    }
}

#[cfg(target_os = "linux")]
fn a_client_at_a_link_local_address_is_served() {
    let (ip, scope) = link_local()
        .unwrap_or_else(|| forbidden("no interface of this machine has a link-local address"));
    let (folder, frames) = made_movie(3);
    let server = server_at("::", folder.path());
    let server = std::net::SocketAddrV6::new(ip, server.port(), 0, scope);
    let client = RawClient::playing(server.into());
    assert_frames(&client.packets(3), &frames, 1);
}

fn ipv6_and_names_lead_to_the_server_too() {
    let folder = folder_with_movie(10);
    let server = server_at("::", folder.path());
    for host in ["::1", "[::1]", "localhost", "127.0.0.1"] {
        let port = server.port().to_string();
        run_client(&["--headless", host, &port, &rtp_port(), MOVIE]).assert_played(10);
    }
}

fn over_ipv6_everything_is_the_same() {
    let frames = jpegs(PLAIN, 5);
    let folder = folder_with(&lab_format(&frames));
    let server = server_at("::1", folder.path());
    let address = (Ipv6Addr::LOCALHOST, server.port()).into();
    for mut client in StandardClient::ready_both(address) {
        let body = client.granted("DESCRIBE", &[]).body;
        for line in [" IN IP6 ::1\r\n", "\r\nc=IN IP6 ::\r\n"] {
            assert!(body.contains(line), "{body}");
        }
        client.play(None);
        assert_carry(&client.frames(5), &frames);
    }
}

/// The first link-local address of this machine, and the number of its interface.
#[cfg(target_os = "linux")]
fn link_local() -> Option<(Ipv6Addr, u32)> {
    let table = std::fs::read_to_string("/proc/net/if_inet6").ok()?;
    let line = table.lines().find(|line| line.starts_with("fe80"))?;
    let mut fields = line.split_whitespace();
    let ip = u128::from_str_radix(fields.next()?, 16).ok()?;
    let scope = u32::from_str_radix(fields.next()?, 16).ok()?;
    Some((ip.into(), scope))
}

fn server_at(address: &str, folder: &Path) -> ServerProcess {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        forbidden("this machine has no IPv6");
    }
    ServerProcess::start(folder, &["--bind", address])
}
