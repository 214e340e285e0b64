//! What this harness makes of a test that is left out: the verdict, and the line at the end.

use crate::common::left_out::{self, Cure, LeftOut, caught, forbidden, leave_out, needs};
use crate::harness::report::summary;
use crate::harness::tests;

tests![
    a_test_that_leaves_its_work_undone_tells_why,
    nothing_is_left_out_for_a_program_that_is_there,
    the_last_line_tells_what_would_help,
];

fn a_test_that_leaves_its_work_undone_tells_why() {
    for (test, told) in [
        (
            (|| needs("no-such-program", "some-package")) as fn(),
            "no-such-program is not installed: apt install some-package",
        ),
        (|| leave_out("there is no a", "b c"), "there is no a: apt install b c"),
        (|| forbidden("this machine has no IPv6"), "this machine has no IPv6"),
        (|| left_out::takes_long(), "it takes minutes: cargo test -- --include-ignored"),
    ] {
        let told = if cfg!(target_os = "linux") { told.into() } else { told.replace("apt ", "") };
        assert_eq!(caught(test).expect_err("it is left out").to_string(), told);
    }
}

fn nothing_is_left_out_for_a_program_that_is_there() {
    assert_eq!(caught(|| needs("cargo", "cargo")), Ok(()));
}

fn the_last_line_tells_what_would_help() {
    let left_out = |what: &str, cure| LeftOut { what: what.to_owned(), cure };
    let missing = |packages: &str| left_out("it is missing", Cure::Install(packages.to_owned()));
    let here = |what| left_out(what, Cure::Nothing);
    assert_eq!(summary(&[]), "left out: nothing");
    let all = [missing("xvfb python3"), here("no IPv6"), missing("python3"), here("no IPv6")];
    let expected = "left out: 4 tests: 2 for want of programs (apt install python3 xvfb), \
                    2 that this machine forbids (no IPv6)";
    let expected =
        if cfg!(target_os = "linux") { expected.into() } else { expected.replace("apt ", "") };
    assert_eq!(summary(&all), expected);
    let expected = "left out: 1 test: 1 for their length (cargo test -- --include-ignored)";
    assert_eq!(summary(&[left_out("", Cure::Time)]), expected);
}
