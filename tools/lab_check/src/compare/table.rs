//! Columns of text that fit a projector: the name, one server, the other, their ratio.

use std::fmt;

/// Writes a row. A text that is too long for the first column continues in the next line.
pub(crate) fn row(
    out: &mut fmt::Formatter<'_>,
    label: &str,
    cells: [&str; 2],
    ratio: &str,
) -> fmt::Result {
    let mut lines = wrap(label, LABEL - 1, 4).into_iter();
    let [one, other] = cells;
    let first = lines.next().unwrap_or_default();
    let line = format!("{first:<LABEL$}{one:>CELL$}{other:>CELL$}{ratio:>RATIO$}");
    writeln!(out, "{}", line.trim_end())?;
    lines.try_for_each(|more| writeln!(out, "{more}"))
}

/// Breaks a text that is longer than `width` at its spaces; a word that is too long is cut. All
/// lines but the first begin with `hang` spaces.
pub(crate) fn wrap(text: &str, width: usize, hang: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest: Vec<char> = text.chars().collect();
    while rest.len() > width {
        let start = rest.iter().take_while(|c| **c == ' ').count();
        let space = rest.iter().take(width + 1).rposition(|c| *c == ' ');
        let end = space.filter(|end| *end > start).unwrap_or(width);
        let more: Vec<char> = rest.split_off(end);
        lines.push(rest.into_iter().collect());
        let more = more.into_iter().skip_while(|c| *c == ' ');
        rest = [' '].repeat(hang).into_iter().chain(more).collect();
    }
    lines.push(rest.into_iter().collect());
    lines
}

/// Short names for two commands, which differ.
pub(crate) fn names(commands: &[String; 2]) -> [String; 2] {
    let [first, second] = commands.each_ref().map(|command| short_name(command));
    if first != second {
        return [first, second];
    }
    let name: String = first.chars().take(NAME - 4).collect();
    [format!("{name} (1)"), format!("{name} (2)")]
}

/// A short name for a command: its program, and the script if it runs one, cut to a column.
fn short_name(command: &str) -> String {
    let mut files = words(command).map(|word| {
        let word = word.trim_matches(['\'', '"']);
        word.rsplit(['/', '\\']).next().unwrap_or(word)
    });
    let program = files.next().unwrap_or_default();
    let script = files.find(|file| is_script(file));
    let both = script.map(|script| format!("{program} {script}"));
    let fits = |name: &String| name.chars().count() <= NAME;
    if let Some(both) = both.filter(fits) {
        return both;
    }
    let name = script.unwrap_or(program);
    if fits(&name.to_owned()) {
        return name.to_owned();
    }
    name.chars().take(NAME - 1).chain(['…']).collect()
}

/// The words of a command; text in quotes is one word, spaces and all.
fn words(command: &str) -> impl Iterator<Item = &str> {
    let mut inside = None;
    let ends_a_word = move |letter: char| {
        match inside {
            Some(quote) if letter == quote => inside = None,
            None if matches!(letter, '\'' | '"') => inside = Some(letter),
            Some(_) | None => return inside.is_none() && letter.is_whitespace(),
        }
        false
    };
    command.split(ends_a_word).filter(|word| !word.is_empty())
}

/// `Server.py`, `server.jar`; not `-v` or `127.0.0.1`.
fn is_script(file: &str) -> bool {
    let extension = file.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|letters| letters.starts_with(char::is_alphabetic))
        && !file.starts_with('-')
}

/// The width of all.
pub(crate) const WIDTH: usize = 100;
const LABEL: usize = WIDTH - 2 * CELL - RATIO;
const CELL: usize = 19;
const RATIO: usize = 8;
/// The spaces between the columns.
const NAME: usize = CELL - 2;

#[cfg(test)]
mod tests {
    use super::*;

    struct Row<'a>(&'a str, [&'a str; 2], &'a str);

    impl fmt::Display for Row<'_> {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            row(out, self.0, self.1, self.2)
        }
    }

    #[test]
    fn columns_are_aligned_and_fit_the_width() {
        let printed = Row("  memory at rest", ["9.8 MiB", "3.1 MiB"], "x0.3").to_string();
        assert_eq!(printed.chars().count(), WIDTH + 1);
        assert!(printed.ends_with("            9.8 MiB            3.1 MiB    x0.3\n"), "{printed}");
    }

    #[test]
    fn a_long_label_goes_on_below() {
        let label = "  a request that comes in two halves is answered with a pause between them";
        let printed = Row(label, ["pass", "FAIL"], "").to_string();
        let lines: Vec<_> = printed.lines().collect();
        assert_eq!(lines.len(), 2, "{printed}");
        assert!(lines[0].ends_with("FAIL"));
        assert!(lines[1].starts_with("    a pause"), "{printed}");
    }

    #[test]
    fn texts_are_broken_at_spaces_and_long_words_where_they_must() {
        assert_eq!(wrap("  one  two three", 10, 4), ["  one  two", "    three"]);
        assert_eq!(wrap("  one twos three", 9, 4), ["  one", "    twos", "    three"]);
        assert_eq!(wrap("abcdefghij", 4, 2), ["abcd", "  ef", "  gh", "  ij"]);
        assert_eq!(wrap("", 4, 2), [""]);
    }

    #[test]
    fn two_names_differ() {
        let commands = ["a/server {port}", "b/server {port}"].map(str::to_owned);
        assert_eq!(names(&commands), ["server (1)", "server (2)"]);
        let commands = ["a/server {port}", "python3 Server.py {port}"].map(str::to_owned);
        assert_eq!(names(&commands), ["server", "python3 Server.py"]);
        let commands = ["python3 a/Server.py {port}", "python3 b/Server.py {port}"];
        let names = names(&commands.map(str::to_owned));
        assert_eq!(names, ["python3 Serve (1)", "python3 Serve (2)"]);
    }

    #[test]
    fn a_command_is_named_by_its_files() {
        for (command, name) in [
            ("python3 tests/python_lab/Server.py {port}", "python3 Server.py"),
            ("python3 -u '/home/me/Server.py' {port}", "python3 Server.py"),
            ("python3 tests/ReportServer.py {port}", "ReportServer.py"),
            ("python3 AScriptWithALongName.py {port}", "AScriptWithALong…"),
            ("java -cp classes Server {port}", "java"),
            ("target/release/server --bind 127.0.0.1 {port}", "server"),
            ("'C:\\lab\\server.exe' {port}", "server.exe"),
            ("bin/server --config=lab.conf {port}", "server"),
            (r#""C:\Program Files\Python\py.exe" "my lab/Server.py" {port}"#, "py.exe Server.py"),
            ("", ""),
        ] {
            assert_eq!(short_name(command), name, "{command:?}");
        }
    }
}
