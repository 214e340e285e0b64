//! The arguments after `cargo test --`, as libtest takes them.

use std::env;

use libtest_mimic::Arguments;

/// The arguments, and the filters if there are several: libtest takes any number, libtest-mimic
/// one.
pub(super) fn parsed(words: impl Iterator<Item = String>) -> (Arguments, Vec<String>) {
    let (mut filters, mut others, mut before) = (Vec::new(), Vec::new(), "program".to_owned());
    for word in words {
        let is_filter = !word.starts_with('-') && !WITH_VALUE.contains(&before.as_str());
        if is_filter { &mut filters } else { &mut others }.push(word.clone());
        before = word;
    }
    let program = filters.remove(0);
    let one = if filters.len() == 1 { filters.pop() } else { None };
    let mut arguments = Arguments::from_iter([program].into_iter().chain(others).chain(one));
    let threads = env::var("RUST_TEST_THREADS").ok().and_then(|number| number.parse().ok());
    arguments.test_threads = arguments.test_threads.or(threads);
    (arguments, filters)
}

/// The options whose value is a word of its own.
const WITH_VALUE: [&str; 6] =
    ["--test-threads", "--logfile", "--skip", "--color", "--format", "-Z"];
