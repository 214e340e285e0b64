//! The methods of a Python file, by its indentation.

use super::excerpt::{Excerpt, Line};

/// A method, or a function of the file itself.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) excerpt: Excerpt,
}

/// All that begin with `def`, in their order; what is defined in one is a part of it.
pub(crate) fn methods(file: &str, source: &str) -> Vec<Method> {
    let lines: Vec<&str> = source.lines().collect();
    let mut methods: Vec<Method> = Vec::new();
    let mut end = 0;
    for (start, line) in lines.iter().enumerate() {
        let Some(rest) = line.trim_start().strip_prefix("def ").filter(|_| start >= end) else {
            continue;
        };
        end = end_of_block(&lines, start);
        let name = rest.split('(').next().unwrap_or_default().trim().to_owned();
        let numbered = lines.iter().zip(1..).take(end).skip(start);
        let lines = numbered.map(|(text, number)| Line { number, text: (*text).to_owned() });
        methods.push(Method { name, excerpt: Excerpt::new(file, lines.collect()) });
    }
    methods
}

/// Up to the first line that is not deeper than the one at `start`, and no empty lines before it.
fn end_of_block(lines: &[&str], start: usize) -> usize {
    let depth = depth(lines.get(start).unwrap_or(&""));
    let is_outside = |line: &&str| !line.trim().is_empty() && self::depth(line) <= depth;
    let rest = lines.iter().skip(start + 1);
    let end = rest.take_while(|line| !is_outside(line)).count() + start + 1;
    let empty = lines.iter().take(end).rev().take_while(|line| line.trim().is_empty()).count();
    end - empty
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
