//! Every method of the report's six classes has a Rust twin that a search for its Python name finds.

use std::fs;
use std::path::Path;

/// A Python class, the Rust files that hold its twin, and its methods.
struct Class {
    python: &'static str,
    rust: &'static [&'static str],
    methods: &'static [&'static str],
}

const CLASSES: [Class; 6] = [
    Class {
        python: "Client",
        rust: &["src/client.rs", "src/client", "src/window.rs", "src/window"],
        methods: &[
            "__init__",
            "createWidgets",
            "setupMovie",
            "exitClient",
            "pauseMovie",
            "playMovie",
            "describeMovie",
            "listenRtp",
            "writeFrame",
            "updateMovie",
            "connectToServer",
            "sendRtspRequest",
            "recvRtspReply",
            "parseRtspReply",
            "openRtpPort",
            "handler",
        ],
    },
    Class { python: "ClientLauncher", rust: &["src/bin/client_launcher"], methods: &["main"] },
    Class { python: "Server", rust: &["src/server.rs"], methods: &["main"] },
    Class {
        python: "ServerWorker",
        rust: &["src/server_worker.rs", "src/server_worker"],
        methods: &[
            "__init__",
            "run",
            "recvRtspRequest",
            "processRtspRequest",
            "sendRtp",
            "makeRtp",
            "replyRtsp",
            "sendDescription",
        ],
    },
    Class {
        python: "RtpPacket",
        rust: &["src/rtp_packet.rs"],
        methods: &[
            "__init__",
            "encode",
            "decode",
            "version",
            "seqNum",
            "timestamp",
            "payloadType",
            "getPayload",
            "getPacket",
        ],
    },
    Class {
        python: "VideoStream",
        rust: &["src/video_stream.rs"],
        methods: &["__init__", "nextFrame", "frameNbr"],
    },
];

fn source_of(class: &Class) -> String {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let files = class.rust.iter().flat_map(|path| {
        let path = root.join(path);
        if path.is_dir() {
            let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
            entries.filter(|path| path.is_file()).collect()
        } else {
            vec![path]
        }
    });
    files.map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// An item of that very name, or one whose alias it is.
fn has_twin(source: &str, method: &str) -> bool {
    let alias = format!("#[doc(alias = \"{method}\")]");
    let items = [format!("fn {method}("), format!("fn {method}<"), format!("pub {method}: ")];
    source.contains(&alias) || items.iter().any(|item| source.contains(item))
}

#[test]
fn every_python_method_has_a_twin() {
    for class in &CLASSES {
        let source = source_of(class);
        for method in class.methods {
            assert!(has_twin(&source, method), "{}.{method} has no twin", class.python);
        }
    }
}

#[test]
fn every_class_is_named_where_its_twin_is() {
    for class in &CLASSES {
        let source = source_of(class);
        assert!(source.contains(&format!("{}.py", class.python)), "{} is not named", class.python);
    }
}

#[test]
fn the_document_names_every_method() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join("docs/side_by_side.md");
    let document = fs::read_to_string(path).unwrap();
    for class in &CLASSES {
        let heading = format!("\n## {}.py\n", class.python);
        let section = document.split(&heading).nth(1).and_then(|rest| rest.split("\n## ").next());
        let section = section.unwrap_or_else(|| panic!("no section {}.py", class.python));
        let rows = section.lines().filter(|line| line.starts_with('|'));
        let names: Vec<&str> = rows.filter_map(|row| row.split('|').nth(1)).collect();
        for method in class.methods {
            let name = format!("`{method}`");
            assert!(
                names.iter().any(|cell| cell.contains(&name)),
                "no row for {}.{method}",
                class.python
            );
        }
    }
}

/// The Python lab's own programs have no method that was forgotten here (but their helpers).
#[test]
fn the_python_lab_has_these_methods_too() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join("tests/python_lab");
    for class in &CLASSES {
        let source = fs::read_to_string(folder.join(format!("{}.py", class.python))).unwrap();
        for method in class.methods {
            // It has no window, and a class that needs no constructor has none.
            let left_out = ["createWidgets", "__init__"].contains(method);
            let defined = source.contains(&format!("def {method}("));
            assert!(defined || left_out, "{}.{method} is not in the Python lab", class.python);
        }
    }
}
