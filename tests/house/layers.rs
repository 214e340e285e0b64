//! The layers of `docs/architecture.md`, checked: arrows point down, and only the shell and the edge
//! touch the network, threads and the clock.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A module's layer; a module uses only modules of its own layer and of those below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    Core,
    Tools,
    Shell,
    Edge,
}

const LAYERS: [(&str, Layer); 18] = [
    ("bin", Layer::Edge),
    ("window", Layer::Edge),
    ("terminal", Layer::Edge),
    ("console", Layer::Edge),
    ("server", Layer::Shell),
    ("server_worker", Layer::Shell),
    ("client", Layer::Shell),
    ("connection", Layer::Shell),
    ("event", Layer::Tools),
    ("video_stream", Layer::Tools),
    ("picture", Layer::Tools),
    ("rtsp", Layer::Core),
    ("rtp_packet", Layer::Core),
    ("impairment", Layer::Core),
    ("statistics", Layer::Core),
    ("lab_payload", Layer::Core),
    ("standard", Layer::Shell),
    ("lib", Layer::Edge),
];

fn layer_of(module: &str) -> Layer {
    let found = LAYERS.iter().find(|(name, _)| *name == module);
    found.unwrap_or_else(|| panic!("{module} has no layer: add it here and to the document")).1
}

/// Every file under `src` without its tests and comments, with the module that it belongs to.
fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).unwrap();
                let module = Path::new(inside.components().next().unwrap().as_os_str());
                let module = module.file_stem().unwrap().to_str().unwrap().to_owned();
                sources.push((
                    module,
                    inside.to_owned(),
                    code_of(&fs::read_to_string(&path).unwrap()),
                ));
            }
        }
    }
    sources
}

fn code_of(source: &str) -> String {
    let before_tests = source.split("#[cfg(test)]").next().unwrap();
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    before_tests.lines().filter(is_code).collect::<Vec<_>>().join("\n")
}

/// The modules that the code names behind `crate::` or `rtsp_lab::`. In a program `crate::` is its
/// own modules, all of the edge.
fn used_modules(path: &Path, code: &str) -> Vec<String> {
    let own = if path.starts_with("bin") { "" } else { code };
    let paths = own.split("crate::").skip(1).chain(code.split("rtsp_lab::").skip(1));
    paths
        .map(|rest| {
            let name: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            assert!(!name.is_empty(), "write `use crate::module` without braces behind `crate::`");
            name
        })
        .collect()
}

#[test]
fn arrows_point_down() {
    for (module, path, code) in sources() {
        for used in used_modules(&path, &code) {
            let (own, other) = (layer_of(&module), layer_of(&used));
            assert!(other <= own, "{} ({own:?}) uses {used} ({other:?})", path.display());
        }
    }
}

#[test]
fn server_and_client_do_not_know_each_other() {
    for (module, path, code) in sources() {
        let forbidden: &[&str] = match module.as_str() {
            "server" | "server_worker" => &["client"],
            "client" => &["server", "server_worker"],
            _ => &[],
        };
        for used in used_modules(&path, &code) {
            assert!(!forbidden.contains(&used.as_str()), "{} uses {used}", path.display());
        }
    }
}

#[test]
fn the_core_has_no_sockets_threads_files_or_clock() {
    // As they are used, however they are imported.
    let outside = ["net::", "thread::", "fs::", "env::", "Instant::now", "SystemTime"];
    for (module, path, code) in sources() {
        if layer_of(&module) == Layer::Core {
            for name in outside {
                assert!(!code.contains(name), "{} names {name}", path.display());
            }
        }
        if layer_of(&module) == Layer::Tools {
            assert!(!code.contains("net::"), "{} names std::net", path.display());
        }
    }
}

#[test]
fn each_package_is_named_where_it_belongs() {
    let homes = BTreeMap::from([
        ("minifb", vec!["window.rs"]),
        ("jpeg_decoder", vec!["picture.rs"]),
        ("getopts", vec!["bin/server.rs", "bin/client_launcher/call.rs"]),
        ("embedded_graphics", vec!["window.rs", "window/"]),
        (
            "rand",
            vec!["bin/server.rs", "server.rs", "server_worker/", "client/standard/reports.rs"],
        ),
    ]);
    for (_, path, code) in sources() {
        for (package, homes) in &homes {
            let named = code.contains(&format!("{package}::"));
            let at_home = homes.iter().any(|home| path.to_str().unwrap().starts_with(home));
            assert!(!named || at_home, "{} names {package}", path.display());
        }
    }
}

#[test]
fn no_file_has_two_subjects() {
    for (_, path, code) in sources() {
        let lines = code.lines().filter(|line| !line.trim().is_empty()).count();
        assert!(lines <= 350, "{} has {lines} lines of code", path.display());
    }
}

#[test]
fn every_layer_entry_is_a_module() {
    let modules: Vec<String> = sources().into_iter().map(|(module, ..)| module).collect();
    for (name, _) in LAYERS {
        assert!(modules.iter().any(|module| module == name), "{name} is no module any more");
    }
}
