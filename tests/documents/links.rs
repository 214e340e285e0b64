//! Every link inside the project leads to a file, and its `#` to a heading of that file.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::markdown::{Document, Link, documents, find, root};
use crate::harness::tests;

tests![
    every_link_leads_somewhere,
    every_picture_of_the_documents_is_shown,
    every_document_is_linked_to,
];

fn every_link_leads_somewhere() {
    let all = documents();
    let faults: Vec<_> = all
        .iter()
        .flat_map(|document| document.links.iter().map(move |link| (document, link)))
        .filter_map(|(document, link)| {
            let why = fault(document, link, &all)?;
            Some(format!("{}:{}: {:?} {why}", document.name, link.line, link.target))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let links = all.iter().map(|document| document.links.len()).sum::<usize>();
    assert!(links > 100, "only {links} links were found");
}

fn every_picture_of_the_documents_is_shown() {
    let mut pictures = Vec::new();
    find(
        Path::new("docs"),
        &|path| path.extension().is_some_and(|end| end == "png"),
        &mut pictures,
    );
    let shown: BTreeSet<_> = documents()
        .iter()
        .flat_map(|document| document.links.iter().map(|link| target_of(document, link).0))
        .collect();
    let stray: Vec<_> = pictures.iter().filter(|picture| !shown.contains(*picture)).collect();
    assert!(stray.is_empty(), "no document shows {stray:?}");
}

/// Every document can be found from the README.
fn every_document_is_linked_to() {
    let all = documents();
    let linked: BTreeSet<_> = all
        .iter()
        .flat_map(|document| document.links.iter().map(|link| target_of(document, link).0))
        .collect();
    let lost = |document: &&Document| {
        let path = Path::new(&document.name);
        // A link to the folder shows its README.
        let folder = path.parent().filter(|_| path.ends_with("README.md"));
        !linked.contains(path) && !folder.is_some_and(|folder| linked.contains(folder))
    };
    let lost: Vec<_> = all.iter().filter(lost).map(|document| &document.name).collect();
    let top = ["README.md"];
    let lost: Vec<_> = lost.into_iter().filter(|name| !top.contains(&name.as_str())).collect();
    assert!(lost.is_empty(), "no link leads to {lost:?}");
}

fn fault(document: &Document, link: &Link, all: &[Document]) -> Option<String> {
    if link.target.starts_with("https://") {
        return link.is_picture.then(|| "is a picture of somebody else's".to_owned());
    }
    let (path, anchor) = target_of(document, link);
    if !root().join(&path).exists() {
        return Some(format!("leads to {}, which is not there", path.display()));
    }
    let anchor = anchor?;
    let Some(other) = all.iter().find(|other| Path::new(&other.name) == path) else {
        return Some("has an anchor in what is no document".to_owned());
    };
    let there = other.anchors.contains(&anchor);
    (!there).then(|| format!("leads to no heading of {}; it has {:?}", other.name, other.anchors))
}

/// The file, from the project's folder on, and the heading.
fn target_of(document: &Document, link: &Link) -> (PathBuf, Option<String>) {
    let (file, anchor) = match link.target.split_once('#') {
        Some((file, anchor)) => (file, Some(anchor.to_owned())),
        None => (link.target.as_str(), None),
    };
    let own = Path::new(&document.name);
    if file.is_empty() {
        return (own.to_owned(), anchor);
    }
    let mut path = own.parent().unwrap().to_owned();
    for part in Path::new(file).components() {
        match part {
            Component::ParentDir => {
                assert!(path.pop(), "{}: {file} leaves the project", own.display());
            }
            Component::CurDir => {}
            Component::Normal(name) => path.push(name),
            Component::Prefix(_) | Component::RootDir => path = PathBuf::from(file),
        }
    }
    (path, anchor)
}
