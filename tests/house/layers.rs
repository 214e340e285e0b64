//! Which file may use which: the table of `docs/architecture.md`, and four more rules. No files use
//! each other in a circle; the standard dialect is named only in its wing and at four seams; the
//! core has no socket, thread, file or clock; each package is used only where it belongs.
//!
//! The rules are functions of a [`Tree`], so `made_up.rs` can show that each of them finds what it
//! is for.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use super::circles::circles;
use super::graph::{Arrow, Graph, Use};
use super::source::{Tree, code_lines, project, root};
use super::wing;

/// A group of files. Those of the same room may use each other, if not in a circle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    /// Bytes in, values out.
    Core,
    /// The same of the standard dialect.
    WingCore,
    /// Waiting, files, decoding.
    Tools,
    /// What happens, on its way to a file: below all that has something to tell.
    Trace,
    /// A connection, a thread that takes a value along and brings it back, how large a datagram may
    /// be.
    Network,
    /// What the server and its workers share, below both.
    ServerShared,
    Worker,
    Client,
    WingNetwork,
    WingWorker,
    WingClient,
    Server,
    /// What shows a client: any `Player`.
    Window,
    Console,
    /// The `mod` lines of the library, and those of the wing.
    Lists,
    Program,
    /// The package `lab_check`.
    Card,
    /// The package `session_report`: it reads logs, and nothing of the library.
    Page,
}

/// The room of a file is the one of the longest place in which it lies.
#[rustfmt::skip]
const PLACES: &[(&str, Room)] = &[
    ("src/rtsp", Room::Core),
    ("src/rtp_packet", Room::Core),
    ("src/lab_payload", Room::Core),
    ("src/statistics", Room::Core),
    ("src/playout", Room::Core),
    ("src/impairment", Room::Core),
    ("src/jpeg", Room::Core),
    ("src/reorder", Room::Core),
    ("src/diagnosis", Room::Core),
    ("src/standard/rtsp", Room::WingCore),
    ("src/standard/rtcp", Room::WingCore),
    ("src/standard/sdp", Room::WingCore),
    ("src/standard/jpeg_payload", Room::WingCore),
    ("src/event", Room::Tools),
    ("src/video_stream", Room::Tools),
    ("src/picture", Room::Tools),
    ("src/trace", Room::Trace),
    ("src/connection", Room::Network),
    ("src/errand", Room::Network),
    ("src/datagram", Room::Network),
    ("src/server/shared", Room::ServerShared),
    ("src/server/server_event", Room::ServerShared),
    ("src/server_worker", Room::Worker),
    ("src/client", Room::Client),
    ("src/standard/connection", Room::WingNetwork),
    ("src/standard/reported", Room::WingNetwork),
    ("src/standard/server_worker", Room::WingWorker),
    ("src/standard/client", Room::WingClient),
    ("src/server", Room::Server),
    ("src/window", Room::Window),
    ("src/terminal", Room::Window),
    ("src/console", Room::Console),
    ("src/lib.rs", Room::Lists),
    ("src/standard.rs", Room::Lists),
    ("src/bin/server", Room::Program),
    ("src/bin/client_launcher", Room::Program),
    ("tools/lab_check/src", Room::Card),
    ("tools/session_report/src", Room::Page),
];

/// Which rooms a room may use besides itself.
fn may_use(room: Room) -> &'static [Room] {
    use Room::{
        Card, Client, Console, Core, Lists, Network, Page, Program, Server, ServerShared, Tools,
        Trace, Window, WingClient, WingCore, WingNetwork, WingWorker, Worker,
    };
    match room {
        Core | Page => &[],
        // The page of two servers is in the style of a session's.
        Card => &[Page],
        Console => &[Tools],
        WingCore | Tools => &[Core],
        Network | Trace => &[Core, Tools],
        ServerShared => &[Core, Tools, Trace, Network],
        Worker => &[Core, Tools, Trace, Network, ServerShared],
        Client => &[Core, Tools, Trace, Network],
        WingNetwork => &[Core, WingCore, Tools, Trace, Network],
        WingWorker => &[Core, WingCore, Tools, Trace, Network, WingNetwork, ServerShared, Worker],
        WingClient => &[Core, WingCore, Tools, Trace, Network, WingNetwork, Client],
        Server => &[Core, Tools, Trace, Network, ServerShared, Worker, WingWorker],
        Window => &[Core, Tools, Network, ServerShared, Client],
        Lists => &[
            Core,
            WingCore,
            Tools,
            Trace,
            Network,
            ServerShared,
            Worker,
            Client,
            WingNetwork,
            WingWorker,
            WingClient,
            Server,
            Window,
            Console,
        ],
        Program => &[
            Core,
            Tools,
            Trace,
            ServerShared,
            Client,
            WingCore,
            WingClient,
            Server,
            Window,
            Console,
            Page,
        ],
    }
}

/// Of the library `lab_check` may use these alone, so that a mistake in the rest can't hide from it.
const LIBRARY_OF_THE_CARD: [&str; 5] =
    ["rtsp", "rtp_packet", "video_stream", "picture", "datagram"];

/// And these in one file, which gives a failure its reason and judges nothing.
const REASONS: &str = "tools/lab_check/src/server/finding.rs";
const LIBRARY_OF_REASONS: [&str; 4] = ["diagnosis", "jpeg", "lab_payload", "statistics"];

/// And this in the one that computes anew what a handed-in log tells.
const LOG: &str = "tools/lab_check/src/log.rs";
const LIBRARY_OF_THE_LOG: [&str; 1] = ["impairment"];

/// The module in which all of the standard dialect is.
const WING: [&str; 2] = ["rtsp_lab", "standard"];

/// Where the wing may be named outside it, in lines that are marked.
const SEAMS: [&str; 4] =
    ["src/lib.rs", "src/server/workers.rs", "src/bin/server.rs", "src/bin/client_launcher/"];

/// What the core does without: sockets, threads, files, the world around, the clock.
const NOT_IN_THE_CORE: [&str; 8] = [
    "std::net",
    "std::thread",
    "std::fs",
    "std::env",
    "std::process",
    "std::os",
    "std::time::Instant",
    "std::time::SystemTime",
];

/// Which files use which package.
const PACKAGES: &[(&str, &[&str])] = &[
    ("minifb", &["src/window"]),
    ("embedded_graphics", &["src/window"]),
    ("jpeg_decoder", &["src/picture"]),
    ("jpeg_encoder", &["src/standard/server_worker/recoder"]),
    ("getopts", &["src/bin/", "tools/lab_check/src/call", "tools/session_report/src/bin/report"]),
    (
        "rand",
        &[
            "src/bin/server",
            "src/server",
            "src/server_worker",
            "src/standard/server_worker",
            "src/standard/client",
            "tools/lab_check/src/",
        ],
    ),
    ("base64", &["src/standard/rtsp", "tools/session_report/src/page/columns"]),
    ("md5", &["src/standard/rtsp"]),
    ("percent_encoding", &["src/standard/rtsp/url.rs"]),
    ("sha2", &["src/standard/rtsp"]),
    ("socket2", &["src/server"]),
    ("tempfile", &["src/bin/client_launcher/own_movie", "src/bin/client_launcher/page"]),
    ("humantime", &["tools/lab_check/src/sheet", "tools/lab_check/src/class/summary"]),
    (
        "quick_xml",
        &[
            "tools/lab_check/src/junit",
            "tools/lab_check/src/html",
            "tools/lab_check/src/class/index",
        ],
    ),
    ("serde", &["tools/lab_check/src/"]),
    (
        "session_report",
        &[
            "tools/session_report/src/",
            "src/bin/client_launcher/page",
            "tools/lab_check/src/compare/page",
        ],
    ),
    ("serde_json", &["tools/lab_check/src/", "tools/session_report/src/"]),
    ("terminal_size", &["tools/lab_check/src/width"]),
    ("toml", &["tools/lab_check/src/learn/texts"]),
];

/// A file with more lines than this has two subjects, except a class of the report's, which has its
/// own budget.
const MOST_CODE_LINES: usize = 350;
const CLASSES: [&str; 2] = ["src/client.rs", "src/server_worker.rs"];

fn room_of(file: &str) -> Option<Room> {
    let places = PLACES.iter().filter(|(place, _)| lies_in(file, place));
    places.max_by_key(|(place, _)| place.len()).map(|(_, room)| *room)
}

/// `src/rtsp` is `src/rtsp.rs` and all in `src/rtsp/`.
fn lies_in(file: &str, place: &str) -> bool {
    let rest = file.strip_prefix(place);
    rest.is_some_and(|rest| {
        rest.is_empty() || place.ends_with('/') || rest == ".rs" || rest.starts_with('/')
    })
}

/// Files that the table does not have.
fn homeless(graph: &Graph) -> Vec<String> {
    let files = graph.uses.keys().filter(|file| room_of(file).is_none());
    files.map(|file| format!("{file} is in no room: add it here and to the document")).collect()
}

/// Arrows that the table does not have.
fn arrows_up(graph: &Graph) -> Vec<String> {
    let mut faults = Vec::new();
    for Arrow { from, to, line, text } in &graph.arrows {
        let (Some(own), Some(other)) = (room_of(from), room_of(to)) else { continue };
        let of_reasons = LIBRARY_OF_REASONS.iter().filter(|_| from == REASONS);
        let of_the_log = LIBRARY_OF_THE_LOG.iter().filter(|_| from == LOG);
        let mut library = LIBRARY_OF_THE_CARD.iter().chain(of_reasons).chain(of_the_log);
        let lent = library.any(|name| lies_in(to, &format!("src/{name}")));
        let allowed = own == other || may_use(own).contains(&other) || own == Room::Card && lent;
        if !allowed {
            faults.push(format!("{from}:{line} ({own:?}) uses {to} ({other:?}): {text}"));
        }
    }
    faults
}

/// Lines outside the wing that name it, except the marked ones at the seams: whoever deletes the
/// wing would have to look for them. Comments count too, except in the tour of the library; the
/// word alone occurs in messages, and names nothing.
fn names_of_the_wing(tree: &Tree, graph: &Graph) -> Vec<String> {
    let mut faults = Vec::new();
    for (file, source) in tree.iter().filter(|(file, _)| !wing::has_file(file)) {
        let is_seam = SEAMS.iter().any(|seam| lies_in(file, seam));
        let is_tour = |line: &str| file == "src/lib.rs" && line.starts_with("//!");
        let may_stand = |line: &str| is_tour(line) || is_seam && wing::has_line(line);
        let uses = graph.uses.get(file).into_iter().flatten();
        let of_wing = uses.filter(|used| used.name.starts_with(&WING.map(str::to_owned)));
        let of_wing: BTreeSet<usize> = of_wing.map(|used| used.line).collect();
        let lines = source.lines().zip(1..);
        let lines = lines.filter(|(line, _)| !may_stand(line));
        let named = lines.filter(|(line, number)| {
            names_the_wing(line) || of_wing.contains(number) || wing::has_line(line)
        });
        faults.extend(named.map(|(line, number)| format!("{file}:{number}: {}", line.trim())));
    }
    faults
}

/// `standard::` or `Standard…`, where no longer word has it in it.
fn names_the_wing(line: &str) -> bool {
    let starts = |word: &str| {
        let places = line.match_indices(word).map(|(place, _)| line.split_at(place));
        places
            .filter(|(before, _)| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
            .map(|(_, rest)| &rest[word.len()..])
            .collect::<Vec<_>>()
    };
    let module = starts("standard").iter().any(|rest| rest.starts_with("::"))
        || line.contains("::standard;")
        || line.contains("mod standard;");
    module
        || starts("Standard").iter().any(|rest| rest.starts_with(char::is_uppercase))
        || line.contains("::Standard")
}

fn world_in_the_core(graph: &Graph) -> Vec<String> {
    let mut faults = Vec::new();
    for (file, uses) in &graph.uses {
        let forbidden: &[&str] = match room_of(file) {
            Some(Room::Core | Room::WingCore) => &NOT_IN_THE_CORE,
            Some(Room::Tools) => &["std::net"],
            _ => &[],
        };
        let found = uses.iter().filter(|used| forbidden.iter().any(|name| reaches(used, name)));
        faults.extend(found.map(|used| format!("{file}:{}: {}", used.line, used.name.join("::"))));
    }
    faults
}

/// Whether a name is the forbidden one, something in it, or all that lies beside it.
fn reaches(used: &Use, forbidden: &str) -> bool {
    let name = used.name.join("::");
    let inside = name.strip_prefix(forbidden);
    let beside = name.strip_suffix('*').and_then(|start| forbidden.strip_prefix(start));
    inside.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        || beside.is_some_and(|rest| !rest.contains("::"))
}

fn packages_elsewhere(graph: &Graph) -> Vec<String> {
    let mut faults = Vec::new();
    for (file, uses) in &graph.uses {
        for Use { name, line } in uses {
            let package = PACKAGES.iter().find(|(package, _)| name[0] == *package);
            let at_home =
                package.is_none_or(|(_, homes)| homes.iter().any(|home| lies_in(file, home)));
            if !at_home {
                faults.push(format!("{file}:{line}: {}", name.join("::")));
            }
        }
    }
    faults
}

fn two_subjects(tree: &Tree) -> Vec<String> {
    let lengths = tree.iter().map(|(file, source)| (file, code_lines(source)));
    let long = lengths
        .filter(|(file, lines)| *lines > MOST_CODE_LINES && !CLASSES.contains(&file.as_str()));
    long.map(|(file, lines)| format!("{file} has {lines} lines of code")).collect()
}

/// Each rule with what breaks it.
pub(super) fn faults(tree: &Tree) -> [(&'static str, Vec<String>); 7] {
    let graph = Graph::of(tree);
    [
        ("each file has a room", homeless(&graph)),
        ("no files use each other in a circle", circles(&graph)),
        ("arrows point down", arrows_up(&graph)),
        ("the wing is named in it and at its seams", names_of_the_wing(tree, &graph)),
        ("the core has no sockets, threads, files or clock", world_in_the_core(&graph)),
        ("each package is used where it belongs", packages_elsewhere(&graph)),
        ("no file has two subjects", two_subjects(tree)),
    ]
}

fn assert_holds(rule: usize) {
    static FAULTS: LazyLock<[(&str, Vec<String>); 7]> = LazyLock::new(|| faults(&project()));
    let (name, faults) = &FAULTS[rule];
    assert!(faults.is_empty(), "{name}, but:\n{}", faults.join("\n"));
}

#[test]
fn every_file_has_a_room() {
    assert_holds(0);
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    assert_holds(1);
}

#[test]
fn arrows_point_down() {
    assert_holds(2);
}

#[test]
fn the_wing_is_named_at_its_seams_alone() {
    assert_holds(3);
}

#[test]
fn the_core_has_no_sockets_threads_files_or_clock() {
    assert_holds(4);
}

#[test]
fn each_package_is_used_where_it_belongs() {
    assert_holds(5);
}

#[test]
fn no_file_has_two_subjects() {
    assert_holds(6);
}

#[test]
fn every_room_has_a_file() {
    let files: Vec<String> = project().into_keys().collect();
    let places = PLACES.iter().map(|(place, _)| *place).chain(SEAMS);
    for place in places.chain(PACKAGES.iter().flat_map(|(_, homes)| homes.iter().copied())) {
        assert!(files.iter().any(|file| lies_in(file, place)), "{place} is there no more");
    }
}

/// A package that is not in the table could be used anywhere.
#[test]
fn every_package_is_in_the_table() {
    for file in ["Cargo.toml", "tools/lab_check/Cargo.toml", "tools/session_report/Cargo.toml"] {
        let manifest = fs::read_to_string(root().join(file)).unwrap();
        let section = manifest.split("\n[dependencies]\n").nth(1).unwrap();
        let lines = section.lines().take_while(|line| !line.starts_with('['));
        let names =
            lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.replace('-', "_"));
        for name in names.filter(|name| name != "rtsp_lab") {
            assert!(PACKAGES.iter().any(|(package, _)| *package == name), "{name} of {file}");
        }
    }
}

/// `lab_check` lists what it uses of the library, so that its reader knows how little that is.
#[test]
fn lab_check_lists_what_it_uses_of_the_library() {
    let graph = Graph::of(&project());
    let of_the_card = graph.uses.iter().filter(|(file, _)| room_of(file) == Some(Room::Card));
    let names = of_the_card.flat_map(|(_, uses)| uses).filter(|used| used.name[0] == "rtsp_lab");
    let used: BTreeSet<&str> = names.map(|used| used.name[1].as_str()).collect();
    let main = fs::read_to_string(root().join("tools/lab_check/src/main.rs")).unwrap();
    let listed: BTreeSet<&str> =
        main.split("(rtsp_lab::").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert_eq!(used, listed, "used at the left, listed in main.rs at the right");
}
