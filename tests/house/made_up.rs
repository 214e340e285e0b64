//! The rules of `layers.rs`, each broken in a made-up tree: a rule that never fails proves nothing.

use super::layers::faults;
use super::source::Tree;

/// Every rule that the files break, with what it says.
fn broken(files: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let tree: Tree =
        files.iter().map(|(path, source)| ((*path).into(), (*source).into())).collect();
    let rules = faults(&tree).into_iter();
    rules.flat_map(|(rule, faults)| faults.into_iter().map(move |fault| (rule, fault))).collect()
}

/// Asserts that exactly one rule is broken, once, and what it says.
fn only_fault(rule: &str, files: &[(&str, &str)]) -> String {
    let broken = broken(files);
    let [(found, fault)] = broken.as_slice() else {
        panic!("expected one fault, found {broken:#?}")
    };
    assert!(found.contains(rule), "{found}: {fault}");
    fault.clone()
}

fn assert_good(files: &[(&str, &str)]) {
    assert_eq!(broken(files), []);
}

const CIRCLE: &str = "in a circle";
const DOWN: &str = "arrows point down";
const WING: &str = "the wing is named";
const CORE: &str = "the core has no";
const PACKAGE: &str = "each package";

#[test]
fn what_points_down_is_good() {
    assert_good(&[
        ("src/lib.rs", "pub mod client; pub mod rtsp; mod event;\npub mod standard; // wing"),
        ("src/rtsp.rs", "mod method; pub mod inbox; pub use method::Method;"),
        ("src/rtsp/method.rs", "pub enum Method {}"),
        ("src/rtsp/inbox.rs", "use super::method::Method;"),
        ("src/event.rs", "use std::{sync::Condvar, time::Instant};"),
        ("src/client.rs", "use crate::{event::Event, rtsp::{inbox::Inbox, Method}};"),
        ("src/standard.rs", "pub mod client;"),
        ("src/standard/client.rs", "use crate::client::Client;"),
        (
            "src/bin/client_launcher/main.rs",
            "mod call;\nuse rtsp_lab::standard::client::X; // wing",
        ),
        ("src/bin/client_launcher/call.rs", "use rtsp_lab::client::Client;"),
        ("tools/lab_check/src/main.rs", "mod port; use rtsp_lab::rtsp::Method;"),
        ("tools/lab_check/src/port.rs", "use std::net::UdpSocket;"),
    ]);
}

#[test]
fn a_circle_of_two() {
    let fault = only_fault(
        CIRCLE,
        &[
            ("src/rtsp/inbox.rs", "\nuse crate::rtsp::reply::Reply;"),
            ("src/rtsp/reply.rs", "fn f() { super::inbox::empty_line(); }"),
        ],
    );
    assert_eq!(
        fault,
        "2 files in a circle: src/rtsp/inbox.rs, src/rtsp/reply.rs\n    \
         src/rtsp/inbox.rs:2 uses src/rtsp/reply.rs: rtsp_lab::rtsp::reply::Reply\n    \
         src/rtsp/reply.rs:1 uses src/rtsp/inbox.rs: rtsp_lab::rtsp::inbox::empty_line"
    );
}

#[test]
fn a_circle_of_three_one_of_which_is_a_mod() {
    let fault = only_fault(
        CIRCLE,
        &[
            ("src/client.rs", "mod link;"),
            ("src/client/link.rs", "use super::mailbox::Mailbox;"),
            ("src/client/mailbox.rs", "use crate::client::Client;"),
        ],
    );
    assert!(fault.starts_with("3 files") && fault.contains("src/client.rs:1 uses"), "{fault}");
}

#[test]
fn an_impl_of_the_parents_struct_is_a_circle() {
    only_fault(
        CIRCLE,
        &[
            ("src/client.rs", "mod media; pub struct Client;"),
            ("src/client/media.rs", "impl super::Client {}"),
        ],
    );
}

#[test]
fn what_is_imported_from_a_file_that_only_passes_it_on_is_an_arrow_to_that_file() {
    only_fault(
        CIRCLE,
        &[
            ("src/rtsp.rs", "mod method; mod reply; pub use method::Method;"),
            ("src/rtsp/method.rs", ""),
            ("src/rtsp/reply.rs", "use crate::rtsp::Method;"),
        ],
    );
}

/// However it is written: each of these names `method.rs` in `state.rs`, and nothing else.
#[test]
fn every_way_to_name_a_file_is_seen() {
    for source in [
        "use super::method::Method;",
        "use crate::{rtsp::{method::{self, Method as M}}};",
        "use super::*; fn f() { method::g() }",
        "use crate::rtsp; fn f() { rtsp::method::g() }",
        "use crate::rtsp as own; fn f() { own::method::g() }",
        "fn f(x: &crate::rtsp::method::Method) {}",
        "fn f() { println!(\"{}\", crate::rtsp::method::NAME) }",
        "fn f() { assert!(matches!(x, super::method::A | 3)) }",
        "macro_rules! m { () => { $crate::rtsp::method::NAME } }",
        "mod inner { use super::super::method::Method; }",
        "impl From<super::method::Method> for u8 {}",
        "#[derive(Debug)] struct S { field: Vec<super::method::Method> }",
    ] {
        let files =
            [("src/rtsp/method.rs", "use super::state::State;"), ("src/rtsp/state.rs", source)];
        let broken = broken(&files);
        assert!(
            broken.iter().any(|(_, fault)| fault.starts_with("2 files")),
            "{source}: {broken:?}"
        );
    }
}

#[test]
fn tests_comments_and_visibility_are_no_arrows() {
    assert_good(&[
        ("src/rtsp/method.rs", "use super::state::State;"),
        (
            "src/rtsp/state.rs",
            "//! See [`super::method`].\n// use super::method::Method;\n\
             pub(in crate::rtsp) struct State;\n\
             #[cfg(test)] mod tests { use super::super::method::Method; }\n\
             #[cfg(test)] mod more;",
        ),
        ("src/rtsp/state/more.rs", "use crate::rtsp::method::Method;"),
    ]);
}

#[test]
fn an_arrow_that_points_up() {
    let fault =
        only_fault(DOWN, &[("src/server.rs", ""), ("src/rtsp.rs", "use crate::server::X;")]);
    assert_eq!(fault, "src/rtsp.rs:1 (Core) uses src/server.rs (Server): rtsp_lab::server::X");
    for (from, to, source) in [
        ("src/client.rs", "src/server.rs", "use crate::server::Server;"),
        ("src/server_worker.rs", "src/server.rs", "use crate::server::Server;"),
        ("src/server.rs", "src/client.rs", "use crate::client::Client;"),
        ("src/window/draw.rs", "src/server/workers.rs", "use crate::server::workers::Workers;"),
        ("src/event.rs", "src/connection.rs", "use crate::connection::Connection;"),
        ("src/standard/rtsp.rs", "src/standard/client.rs", "use super::client::StandardClient;"),
        ("src/standard/client.rs", "src/server_worker.rs", "use crate::server_worker::Worker;"),
        ("tools/lab_check/src/card.rs", "src/statistics.rs", "use rtsp_lab::statistics::Order;"),
    ] {
        only_fault(DOWN, &[(from, source), (to, "")]);
    }
}

#[test]
fn a_file_that_is_in_no_room() {
    only_fault("each file has a room", &[("src/new.rs", "")]);
}

#[test]
fn a_name_of_the_wing_where_it_may_not_stand() {
    for source in [
        "use crate::standard;",
        "use crate::{rtsp, standard::sdp};",
        "fn f() { crate::standard::rtsp::parse() }",
        "enum Dialect { StandardOne }",
        "fn f() -> D { D::Standard }",
        "/// As [`StandardClient`] does.\nfn f() {}",
        "// As in `standard::client`.",
        "#[cfg(test)] mod tests { use crate::standard::rtsp::X; }",
    ] {
        only_fault(WING, &[("src/client.rs", source)]);
    }
    for source in [
        "const TEXT: &str = \"the client speaks the standard dialect\";",
        "// Standard output, and five standard deviations.",
        "fn f(standard: bool) -> bool { standard }",
    ] {
        assert_good(&[("src/client.rs", source)]);
    }
    let seam = "use crate::standard::server_worker::StandardWorker; // wing";
    let worker = ("src/standard/server_worker.rs", "pub struct StandardWorker;");
    assert_good(&[("src/server/workers.rs", seam), worker]);
    only_fault(WING, &[("src/server/other.rs", seam), worker]);
    only_fault(WING, &[("src/server/workers.rs", seam.trim_end_matches(" // wing")), worker]);
}

#[test]
fn a_core_that_looks_at_the_world() {
    for source in [
        "use std::net::TcpStream;",
        "use std::{fmt, thread};",
        "use std::time::*;",
        "fn f() { std::fs::read(\"x\"); }",
        "use std::time::{Duration, Instant};",
        "use std as s; fn f() { s::time::SystemTime::now(); }",
    ] {
        for file in ["src/statistics.rs", "src/standard/rtcp/ntp.rs"] {
            only_fault(CORE, &[(file, source)]);
        }
    }
    assert_good(&[("src/statistics.rs", "use std::time::Duration; use std::fmt::*;")]);
    only_fault(CORE, &[("src/video_stream.rs", "use std::net::UdpSocket;")]);
}

#[test]
fn a_package_elsewhere() {
    only_fault(PACKAGE, &[("src/client.rs", "use minifb::Window;")]);
    only_fault(PACKAGE, &[("src/rtsp.rs", "fn f() -> u32 { rand::random() }")]);
    assert_good(&[("src/window.rs", "use minifb::Window;")]);
}

#[test]
fn a_file_of_two_subjects() {
    let long = "const X: u8 = 0;\n".repeat(351);
    only_fault("no file has two subjects", &[("src/rtsp.rs", &long)]);
}
