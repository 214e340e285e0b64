//! The server at addresses of IPv6, which not every machine has.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::Path;

use crate::common::movies::made_movie;
use crate::common::raw_client::RawClient;
use crate::common::rtp::assert_frames;
use crate::common::server_process::ServerProcess;
use crate::harness::left_out::forbidden;
use crate::harness::tests;

tests![
    bound_to_every_address_it_serves_both_families_each_in_its_own,
    #[cfg(target_os = "linux")]
    a_client_at_a_link_local_address_is_served,
];

fn bound_to_every_address_it_serves_both_families_each_in_its_own() {
    let (folder, frames) = made_movie(3);
    let mut server = server_at_all(folder.path());
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
    let server = server_at_all(folder.path());
    let server = std::net::SocketAddrV6::new(ip, server.port(), 0, scope);
    let client = RawClient::playing(server.into());
    assert_frames(&client.packets(3), &frames, 1);
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

fn server_at_all(folder: &Path) -> ServerProcess {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        forbidden("this machine has no IPv6");
    }
    ServerProcess::start(folder, &["--bind", "::"])
}
