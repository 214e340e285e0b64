//! Where a command of the shell names the program that Python is to run.

use std::iter::Peekable;
use std::str::CharIndices;

/// A command that begins with Python, cut before what Python is to run: a script, or `-m` and a
/// module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PythonCommand<'a> {
    /// Python with its own options, and `env` with variables before it.
    pub(crate) python: &'a str,
    /// The script or the module, and its words.
    pub(crate) program: &'a str,
}

impl<'a> PythonCommand<'a> {
    /// `None` if it does not begin with Python, or names no program.
    pub(crate) fn of(command: &'a str) -> Option<Self> {
        let mut words = words(command).into_iter().skip_while(|word| {
            let is_variable = word.text.contains('=') && !word.text.starts_with('-');
            word.text == "env" || is_variable
        });
        if !is_python(&words.next()?.text) {
            return None;
        }
        let program = loop {
            let word = words.next()?;
            match word.text.as_str() {
                "-c" | "-" => return None,
                "-W" | "-X" => drop(words.next()?),
                option if option.starts_with('-') && option != "-m" => {}
                _ => break word,
            }
        };
        let (python, program) = command.split_at_checked(program.start)?;
        Some(Self { python, program })
    }

    /// The script that it runs; `None` if it is a module.
    pub(crate) fn script(self) -> Option<String> {
        words(self.program).into_iter().next().map(|word| word.text).filter(|word| word != "-m")
    }
}

/// `python3.12`, `C:\Python\python.exe`, `py`: without its folder.
fn is_python(word: &str) -> bool {
    let separators: &[char] = if cfg!(windows) { &['/', '\\'] } else { &['/'] };
    let name = word.rsplit(separators).next().unwrap_or_default().to_ascii_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    name == "py" || ["python", "pypy"].iter().any(|start| name.starts_with(start))
}

/// A word of a command, without its quotation marks.
struct Word {
    start: usize,
    text: String,
}

/// Cuts a command into words as the shell does that runs it: `sh`, or `cmd`.
fn words(command: &str) -> Vec<Word> {
    let mut rest = command.char_indices().peekable();
    let mut words = Vec::new();
    loop {
        while rest.next_if(|(_, space)| space.is_whitespace()).is_some() {}
        let Some(&(start, _)) = rest.peek() else { return words };
        words.push(Word { start, text: word(&mut rest) });
    }
}

/// Takes a word.
fn word(rest: &mut Peekable<CharIndices<'_>>) -> String {
    let mut text = String::new();
    let mut quote = None;
    while let Some(&(_, next)) = rest.peek() {
        if quote.is_none() && next.is_whitespace() {
            break;
        }
        rest.next();
        match (quote, next) {
            (Some(mark), next) if mark == next => quote = None,
            (None, '"') => quote = Some(next),
            (None, '\'') if !cfg!(windows) => quote = Some(next),
            (None | Some('"'), '\\') if !cfg!(windows) => {
                text.extend(rest.next().map(|(_, kept)| kept));
            }
            _ => text.push(next),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_cut_before_what_python_is_to_run() {
        for (python, program, script) in [
            ("python3 ", "Client.py {port}", Some("Client.py")),
            (
                "/usr/bin/python3.12 -u -X dev ",
                "'my client/Run it.py' 1",
                Some("my client/Run it.py"),
            ),
            ("env  DISPLAY=:1 A='x y' \"python\" -B ", "\"a b.py\"", Some("a b.py")),
            ("py -3 ", "-m client {host}", None),
        ] {
            let command = format!("{python}{program}");
            let found = PythonCommand::of(&command).unwrap();
            assert_eq!(found, PythonCommand { python, program });
            assert_eq!(found.script().as_deref(), script);
        }
        #[cfg(not(windows))]
        assert_eq!(PythonCommand::of(r"python3 a\ b.py 1").unwrap().script().unwrap(), "a b.py");
    }

    #[test]
    fn no_other_command_is_taken_for_python() {
        for command in
            ["", "java Client {port}", "sh -c 'python3 a.py'", "python3", "python3 -c 'import a'"]
        {
            assert_eq!(PythonCommand::of(command), None, "{command}");
        }
    }
}
