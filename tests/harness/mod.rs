//! What runs the tests of a program in which something may be missing: a test that can't do its work
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
pub(crate) mod left_out;
pub(crate) mod report;

use crate::common::said;
use left_out::LeftOut;
use report::Report;

/// A test and its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Test {
    /// With the path of its module, as libtest would call it.
    pub(crate) name: &'static str,
    pub(crate) run: fn(),
}

/// A test that the program has found only now.
pub(crate) struct FoundTest {
    name: String,
    run: Box<dyn FnOnce() + Send>,
}

impl FoundTest {
    pub(crate) fn new(name: String, run: impl FnOnce() + Send + 'static) -> Self {
        Self { name, run: Box::new(run) }
    }
}

impl From<&Test> for FoundTest {
    /// Without the name of the program, as libtest has it.
    fn from(test: &Test) -> Self {
        let name = test.name.split_once("::").map_or(test.name, |(_, name)| name);
        Self::new(name.to_owned(), test.run)
    }
}

/// The list of a module's tests.
macro_rules! tests {
    ($($(#[$attribute:meta])* $test:ident),+ $(,)?) => {
        pub(crate) const TESTS: &[crate::harness::Test] = &[$(
            $(#[$attribute])*
            crate::harness::Test {
                name: concat!(module_path!(), "::", stringify!($test)),
                run: $test,
            },
        )+];
    };
}
pub(crate) use tests;

/// Runs the tests of a program.
pub(crate) fn run(program: &'static str, modules: &[&[Test]]) -> ExitCode {
    run_with(program, modules, Vec::new())
}

/// The same with tests that the program has found only now.
pub(crate) fn run_with(
    program: &'static str,
    modules: &[&[Test]],
    found: Vec<FoundTest>,
) -> ExitCode {
    let report = Report::begin(program);
    let listed = modules.iter().copied().flatten().map(FoundTest::from);
    let trials = listed.chain(found).map(|test| trial(report.clone(), test));
    let mut trials: Vec<_> = trials.collect();
    trials.sort_by(|one, other| one.name().cmp(other.name()));
    let (words, filters) = command_line::parted(env::args());
    if filters.len() > 1 {
        trials.retain(|trial| filters.iter().any(|filter| trial.name().contains(filter)));
    }
    let mut arguments = Arguments::from_iter(words);
    let threads = env::var("RUST_TEST_THREADS").ok().and_then(|number| number.parse().ok());
    arguments.test_threads = arguments.test_threads.or(threads);
    if !arguments.nocapture {
        said::keep_what_panics_say();
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(report: Report, FoundTest { name, run }: FoundTest) -> Trial {
    Trial::ignorable_test(name.clone(), move || {
        said::begin();
        let ended = panic::catch_unwind(AssertUnwindSafe(run));
        let said = said::end();
        let Err(payload) = ended else { return Ok(Completion::Completed) };
        match payload.downcast::<LeftOut>() {
            Ok(left_out) if left_out.is_refused() => {
                Err(Failed::from(format!("left out, which LEFT_OUT=refused forbids: {left_out}")))
            }
            Ok(left_out) => {
                report.add(&name, &left_out);
                Ok(Completion::ignored_with(left_out))
            }
            Err(_) => Err(Failed::from(said)),
        }
    })
}
