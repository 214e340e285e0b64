//! The reading budget: a reader with a Python file open finds its methods in the Rust file, in the
//! same order, each once, and can read that file to its end.

use std::fs;

use super::side_by_side::classes::{CLASSES, Class};
use super::side_by_side::rust::{Item, Kind, items};
use super::source::{code_lines, project, root};
use super::wing;

/// The most lines of code of a file, and its twins: all but those of the window, which has its own
/// files.
struct Budget {
    file: &'static str,
    class: &'static str,
    lines: usize,
    elsewhere: &'static [&'static str],
    /// The loop that most readers come for.
    main_loop: &'static str,
}

const BUDGETS: [Budget; 2] = [
    Budget {
        file: "src/client.rs",
        class: "Client",
        lines: 400,
        elsewhere: &["createWidgets", "handler"],
        main_loop: "listen_rtp",
    },
    Budget {
        file: "src/server_worker.rs",
        class: "ServerWorker",
        lines: 300,
        elsewhere: &[],
        main_loop: "send_rtp",
    },
];

/// The most lines of a loop, from its `fn` to its last brace.
const LOOP_LINES: usize = 25;
/// The most fields of the client.
const FIELDS: usize = 12;
/// The most files of the lab: all in `src` but the wing, and what lies beside the lab. Twenty of them are
/// the window's, which a reader of the classes never opens, and two the playout buffer's, which is a
/// subject of its own: `src/playout.rs` and `src/client/buffer.rs`.
const FILES: usize = 83;

/// What the lab can be read without: it looks on and says what is wrong, or is one call with a name
/// that says all. Each with the most files that it may have.
/// `src/trace` writes down what happens: no thread of the lab waits for it, and where it is told
/// something there is one call.
const BESIDE: [(&str, usize); 7] = [
    ("src/diagnosis", 23),
    ("src/jpeg", 4),
    ("src/reorder", 1),
    ("src/client/examiner", 1),
    ("src/trace", 9),
    // The page of the session.
    ("src/window/page", 1),
    ("src/bin/client_launcher/page", 1),
];

fn class(name: &str) -> &'static Class {
    CLASSES.iter().find(|class| class.name == name).unwrap()
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

fn items_of(file: &str) -> Vec<Item> {
    items(file, &read(file)).unwrap()
}

/// The lab's files, without the wing, `lab_check` and files of tests.
fn lab_files() -> Vec<(String, String)> {
    let of_lab = |file: &String| {
        let is_other = wing::has_file(file) || file.ends_with("/tests.rs");
        file.starts_with("src/") && !is_other
    };
    project().into_iter().filter(|(file, _)| of_lab(file)).collect()
}

/// `listenRtp` as Rust writes it.
fn snake(name: &str) -> String {
    let parts = name
        .chars()
        .map(|c| if c.is_uppercase() { format!("_{}", c.to_lowercase()) } else { c.to_string() });
    parts.collect()
}

#[test]
fn the_twins_stand_in_the_order_of_the_python_file() {
    for Budget { file, class: name, elsewhere, .. } in BUDGETS {
        let methods = class(name).methods.iter().filter(|method| !elsewhere.contains(method));
        let methods: Vec<&str> = methods.copied().collect();
        let items = items_of(file);
        let places: Vec<Option<usize>> = methods
            .iter()
            .map(|method| items.iter().position(|item| item.is_twin_of(method)))
            .collect();
        let there = places.iter().flatten().count();
        println!("{file}: {there} of {} twins of {name}.py", methods.len());
        for (method, place) in methods.iter().zip(&places) {
            assert!(place.is_some(), "{name}.{method} has no twin in {file}");
        }
        assert!(places.is_sorted(), "{file} has the order {places:?}, of {methods:?}");
    }
}

#[test]
fn the_widgets_twins_are_the_windows() {
    let window = project().into_iter().filter(|(file, _)| file.starts_with("src/window"));
    let items: Vec<Item> =
        window.flat_map(|(file, source)| items(&file, &source).unwrap()).collect();
    for method in BUDGETS[0].elsewhere {
        assert!(items.iter().any(|item| item.is_twin_of(method)), "{method}");
    }
}

#[test]
fn the_classes_can_be_read_to_their_end() {
    for Budget { file, lines: most, .. } in BUDGETS {
        let lines = code_lines(&read(file));
        println!("{file}: {lines} lines of code, at most {most}");
        assert!(lines <= most, "{file} has {lines} lines of code");
    }
    let fields = fields_of("Client", &read("src/client.rs"));
    println!("Client: {fields} fields, at most {FIELDS}");
    assert!(fields <= FIELDS, "Client has {fields} fields");
}

fn fields_of(name: &str, source: &str) -> usize {
    let file = syn::parse_file(source).unwrap();
    let mut structs = file.items.iter().filter_map(|item| match item {
        syn::Item::Struct(item) => Some(item),
        _ => None,
    });
    structs.find(|item| item.ident == name).unwrap().fields.len()
}

#[test]
fn each_loop_fits_the_eye_and_says_above_it_what_it_does() {
    for Budget { file, main_loop, .. } in BUDGETS {
        let items = items_of(file);
        let found = items.iter().find(|item| item.name == main_loop && item.kind == Kind::Function);
        let found = found.unwrap_or_else(|| panic!("{file} has no fn {main_loop}"));
        let lines = &found.excerpt.lines;
        let is_document = |text: &str| text.starts_with("///") || text.starts_with("#[");
        let code = lines.iter().filter(|line| !is_document(&line.text)).count();
        println!("{main_loop}: {code} lines, at most {LOOP_LINES}");
        assert!(code <= LOOP_LINES, "{main_loop} has {code} lines");
        let pseudo_code = lines.iter().any(|line| line.text.starts_with("/// ```text"));
        assert!(pseudo_code, "{main_loop} has no pseudo-code above it");
    }
}

/// A search for `fn listen_rtp` finds one place in the lab.
#[test]
fn each_twin_is_the_only_function_of_its_name() {
    let files = lab_files();
    for Budget { class: name, main_loop, .. } in BUDGETS {
        let methods = class(name).methods.iter().filter(|name| !["__init__", "run"].contains(name));
        for function in methods.map(|method| snake(method)) {
            let starts = [format!("fn {function}("), format!("fn {function}<")];
            let is_it = |line: &str| starts.iter().any(|start| line.contains(start));
            let places: Vec<String> = files
                .iter()
                .flat_map(|(file, source)| source.lines().zip(1..).map(move |line| (file, line)))
                .filter(|(_, (line, _))| is_it(line))
                .map(|(file, (_, number))| format!("{file}:{number}"))
                .collect();
            assert!(places.len() <= 1, "fn {function} stands at {places:?}");
            assert!(!places.is_empty() || function != main_loop, "there is no fn {function}");
        }
    }
}

#[test]
fn the_lab_is_no_more_files_than_can_be_looked_through() {
    let mut files = lab_files();
    let lines = |files: &[(String, String)]| -> usize {
        files.iter().map(|(_, source)| code_lines(source)).sum()
    };
    for (place, most) in BESIDE {
        let lies_there = |file: &str| {
            let rest = file.strip_prefix(place);
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        let (there, others): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|(file, _)| lies_there(file));
        println!("beside it {place}: {} files; {} lines of code", there.len(), lines(&there));
        assert!((1..=most).contains(&there.len()), "{place} has {} files", there.len());
        files = others;
    }
    println!("the lab: {} files, at most {FILES}; {} lines of code", files.len(), lines(&files));
    assert!(files.len() <= FILES, "{} files", files.len());
}

#[test]
fn every_class_is_named_where_its_twin_is() {
    for class in &CLASSES {
        let python = format!("{}.py", class.name);
        assert!(read(class.rust[0]).contains(&python), "{python} is not named");
    }
}

#[test]
fn the_document_names_every_method() {
    let document = read("docs/side_by_side.md");
    for class in &CLASSES {
        let heading = format!("\n## {}.py\n", class.name);
        let section = document.split(&heading).nth(1).and_then(|rest| rest.split("\n## ").next());
        let section = section.unwrap_or_else(|| panic!("no section {}.py", class.name));
        let rows = section.lines().filter(|line| line.starts_with('|'));
        let names: Vec<&str> = rows.filter_map(|row| row.split('|').nth(1)).collect();
        for method in class.methods {
            let cell = format!("`{method}`");
            let found = names.iter().any(|name| name.contains(&cell));
            assert!(found, "no row for {}.{method}", class.name);
        }
    }
}
