//! What all programs have in common: how a wrong call is answered, `--help` and `--version`.

use std::process::Command;

/// One line that says what is wrong and what to do, and code 2; nothing on standard output.
#[track_caller]
pub(crate) fn assert_wrong_call(program: &str, command: &mut Command, flaw: &str) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "the code of {command:?}: {said}");
    assert!(said.starts_with(&format!("{program}: ")), "{command:?}: {said:?}");
    assert!(said.contains(flaw), "{said:?} says nothing of {flaw:?}, for {command:?}");
    assert!(said.ends_with("; try --help\n"), "{command:?}: {said:?}");
    assert_eq!(said.lines().count(), 1, "{command:?}: {said:?}");
    assert!(output.stdout.is_empty(), "nothing on standard output, {command:?}");
}

/// The help is printed on request, shows an example of each way to call the program, and is readable
/// on every terminal; so is the version.
#[track_caller]
pub(crate) fn assert_help_and_version(program: &str, command: impl Fn() -> Command) -> String {
    let printed = |option: &str| {
        let output = command().arg(option).output().unwrap();
        assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]), "{option}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(printed("--version"), format!("{program} {}\n", env!("CARGO_PKG_VERSION")));
    let help = printed("--help");
    assert_eq!(printed("-h"), help);
    for line in help.lines() {
        assert!(line.chars().count() <= 80, "longer than 80 columns: {line:?}");
        assert_eq!(line, line.trim_end(), "nothing at the end of a line");
    }
    let (head, options) = help.split_once("\n\nExamples:\n").expect("examples");
    let (examples, options) = options.split_once("\n\n").expect("options after the examples");
    let ways = head.lines().map_while(|line| {
        let line = line.trim_start_matches("Usage:").trim_start();
        line.strip_prefix(program)
    });
    let examples: Vec<_> = examples.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    let examples = examples.iter().filter(|line| line.split(' ').next() == Some(program)).count();
    assert!(examples >= ways.count().max(1), "an example for each way to call it: {help}");
    assert!(options.contains("(default: "), "defaults: {help}");
    help
}
