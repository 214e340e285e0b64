//! Runs the tests of a program that may need more than a machine has: a test that can't do its work
//! on this machine is ignored, with the reason and what would help.
//!
//! libtest decides that when it compiles, so these programs have `harness = false`, and each module
//! lists its tests once: `tests![one, another]`. A test that is in no list is dead code, which
//! Clippy refuses; `#[test]`, which would do nothing here, is refused by `tests/house`.

#![allow(dead_code, reason = "every test program uses its own part of this")]

use std::env;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

mod command_line;
pub(crate) mod report;

use crate::common::left_out::{self, LeftOut};
use crate::common::said;
use report::Report;

/// A test of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Test {
    /// Its name, with the path of its module.
    pub(crate) name: &'static str,
    pub(crate) run: fn(),
    /// It is ignored unless `--include-ignored` or `--ignored` is given.
    pub(crate) takes_long: bool,
}

/// The list of a module's tests, and of those that take long: `tests![one, another; long:
/// a_third]`.
macro_rules! tests {
    ($($(#[$attribute:meta])* $test:ident),+ $(; long: $($(#[$of_long:meta])* $long:ident),+)? $(,)?) => {
        pub(crate) const TESTS: &[crate::harness::Test] = &[
            $($(#[$attribute])* crate::harness::listed!($test, false),)+
            $($($(#[$of_long])* crate::harness::listed!($long, true),)+)?
        ];
    };
}
macro_rules! listed {
    ($test:ident, $takes_long:literal) => {
        crate::harness::Test {
            name: concat!(module_path!(), "::", stringify!($test)),
            run: $test,
            takes_long: $takes_long,
        }
    };
}
pub(crate) use {listed, tests};

/// A test with the name that it has for its user.
pub(crate) struct Named {
    name: String,
    run: Box<dyn FnOnce() + Send>,
    takes_long: bool,
}

impl Named {
    /// A test that the program finds only when it runs.
    pub(crate) fn new(name: String, run: impl FnOnce() + Send + 'static) -> Self {
        Self { name, run: Box::new(run), takes_long: false }
    }

    /// One that takes long runs where it is asked for.
    pub(crate) fn that_takes_long(self, takes_long: bool) -> Self {
        Self { takes_long, ..self }
    }
}

impl From<&Test> for Named {
    /// Without the name of the program, as libtest has it.
    fn from(test: &Test) -> Self {
        let name = test.name.split_once("::").map_or(test.name, |(_, name)| name);
        Self { name: name.to_owned(), run: Box::new(test.run), takes_long: test.takes_long }
    }
}

/// Runs the tests of a program.
pub(crate) fn run(program: &'static str, modules: &[&[Test]]) -> ExitCode {
    run_with(program, modules, Vec::new())
}

/// The same with tests that the program finds only when it runs.
pub(crate) fn run_with(program: &'static str, modules: &[&[Test]], found: Vec<Named>) -> ExitCode {
    let (arguments, filters) = command_line::parsed(env::args());
    if !arguments.nocapture {
        said::keep_what_panics_say();
    }
    let listed = modules.iter().copied().flatten().map(Named::from);
    let mut tests: Vec<_> = listed.chain(found).collect();
    tests.retain(|test| filters.is_empty() || filters.iter().any(|it| test.name.contains(it)));
    tests.sort_by(|one, other| one.name.cmp(&other.name));
    tests.sort_by_key(|test| !LONGEST.iter().any(|part| test.name.contains(part)));
    let report = Report::begin(program);
    let trial = |test| trial(test, &arguments, report.clone());
    libtest_mimic::run(&arguments, tests.into_iter().map(trial).collect()).exit_code()
}

/// What is in the names of tests that take long. They begin first: the last to begin would be the only
/// one at the end.
const LONGEST: [&str; 8] = [
    "whole movie",
    "step 5, a client",
    "step 6, a client",
    "step 3, a server",
    "card of",
    "forty submissions",
    "lab_check_server::",
    "in_a_window_of_any_size",
];

fn trial(test: Named, arguments: &Arguments, report: Report) -> Trial {
    let Named { name, run, takes_long } = test;
    let too_long = takes_long && !arguments.ignored && !arguments.include_ignored;
    let run = if too_long { Box::new(|| left_out::takes_long()) } else { run };
    let ran = move |name: &str| {
        said::begin();
        let ended = panic::catch_unwind(AssertUnwindSafe(run));
        let said = said::end();
        let Err(payload) = ended else { return Ok(Completion::Completed) };
        match payload.downcast::<LeftOut>() {
            Ok(left_out) if left_out.is_refused() => {
                Err(Failed::from(format!("left out, which LEFT_OUT=refused forbids: {left_out}")))
            }
            Ok(left_out) => {
                report.add(name, &left_out);
                Ok(Completion::ignored_with(left_out))
            }
            Err(_) => Err(Failed::from(said)),
        }
    };
    let title = name.clone();
    Trial::ignorable_test(title, move || ran(&name))
        .with_ignored_flag(takes_long && arguments.ignored)
}
