//! Files that use each other in a circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;

use super::graph::{Arrow, Graph};

/// A text for each group of files that all use each other, directly or not: the files, and the
/// shortest way round.
pub(crate) fn circles(graph: &Graph) -> Vec<String> {
    let mut from: BTreeMap<&str, Vec<&Arrow>> = BTreeMap::new();
    for arrow in &graph.arrows {
        from.entry(&arrow.from).or_default().push(arrow);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        from.keys().map(|file| (*file, reach(file, &from))).collect();
    let leads =
        |one: &str, other: &str| reached.get(one).is_some_and(|reached| reached.contains(other));

    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut circles = Vec::new();
    for file in from.keys() {
        if !leads(file, file) || told.contains(file) {
            continue;
        }
        let group: Vec<&str> =
            from.keys().filter(|other| leads(file, other) && leads(other, file)).copied().collect();
        told.extend(&group);
        let round = group.iter().map(|file| way_round(file, &from)).min_by_key(Vec::len).unwrap();
        circles.push(tell(&group, &round));
    }
    circles
}

/// All files that a file uses, and they, and so on.
fn reach<'a>(start: &'a str, from: &BTreeMap<&'a str, Vec<&'a Arrow>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut ahead = vec![start];
    while let Some(file) = ahead.pop() {
        let targets = from.get(file).into_iter().flatten().map(|arrow| arrow.to.as_str());
        ahead.extend(targets.filter(|target| reached.insert(*target)));
    }
    reached
}

/// The shortest way from a file to itself.
fn way_round<'a>(start: &'a str, from: &BTreeMap<&'a str, Vec<&'a Arrow>>) -> Vec<&'a Arrow> {
    let mut known = BTreeSet::new();
    let mut ways = VecDeque::from([Vec::new()]);
    while let Some(way) = ways.pop_front() {
        let end = way.last().map_or(start, |arrow: &&Arrow| arrow.to.as_str());
        for arrow in from.get(end).into_iter().flatten() {
            let longer = [way.as_slice(), &[*arrow]].concat();
            if arrow.to == start {
                return longer;
            }
            if known.insert(arrow.to.as_str()) {
                ways.push_back(longer);
            }
        }
    }
    panic!("{start} is in no circle")
}

fn tell(group: &[&str], round: &[&Arrow]) -> String {
    let mut text = format!("{} files in a circle: {}", group.len(), group.join(", "));
    for Arrow { from, to, line, text: what } in round {
        write!(text, "\n    {from}:{line} uses {to}: {what}").unwrap();
    }
    text
}
