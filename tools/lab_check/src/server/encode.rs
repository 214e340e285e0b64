//! Whether the `encode` of a server in Python puts each field into its bits. Most fields are 0 in the
//! lab, so that a wrong place does not show in any packet.

use std::path::Path;
use std::time::Duration;

use crate::card::{Came, Card, Evidence, Verdict};
use crate::deadline::Deadline;
use crate::program::Program;
use crate::python::PythonCommand;
use crate::stage::Stage;

use super::requirements::ENCODE_BITS;
use super::subject::Subject;

/// Calls `encode` in a process of its own.
///
/// # Errors
/// The script that does it can't be written or started: in one line.
pub(crate) fn judge(card: &mut Card, subject: &Subject) -> Result<(), String> {
    let verdict = match subject {
        Subject::At(_) => unseen("only a server that is started here shows its RtpPacket"),
        Subject::Command { template, stage } => verdict_of(template, stage)?,
    };
    card.mark(&ENCODE_BITS, verdict);
    Ok(())
}

fn verdict_of(template: &str, stage: &Stage) -> Result<Verdict, String> {
    let Some(command) = PythonCommand::of(template) else {
        return Ok(unseen("this is seen of a server in Python alone"));
    };
    let script = command.script().unwrap_or_default();
    let folder = Path::new(&script).parent().unwrap_or(Path::new(""));
    if !stage.folder().join(folder).join("RtpPacket.py").is_file() {
        return Ok(unseen("there is no RtpPacket.py beside it"));
    }
    stage.put(NAME, SCRIPT.as_bytes())?;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let call = format!("{}{NAME} \"{}\"", command.python, folder.display());
    let mut program = Program::start(&call, &[], stage.folder())?;
    let has_ended = program.wait(Deadline::after(LIMIT));
    Ok(verdict_on(program.said(), has_ended))
}

/// The verdict on what the script has printed.
fn verdict_on(said: &[String], has_ended: bool) -> Verdict {
    let mut seen = 0;
    for line in said {
        let words: Vec<&str> = line.splitn(3, ' ').collect();
        let &[how, name, what] = words.as_slice() else { continue };
        let Some(field) = FIELDS.iter().find(|field| field.name == name) else { continue };
        if how == "refused" && what.starts_with("TypeError") {
            return unseen(&format!("its encode is not called as the report's is: {what}"));
        }
        let shown = what.get(2 * field.place..2 * field.place + field.bytes.len());
        if how == "refused" || (how == "encoded" && shown != Some(field.bytes)) {
            let (sent, bytes) = (field.call.as_bytes().to_vec(), field.bytes);
            let expected = format!("{bytes} from byte {} on, the first being byte 0", field.place);
            let came = Came::Words(what.to_owned());
            return Verdict::Fail(Evidence { sent, came, expected });
        }
        seen += usize::from(how == "encoded");
    }
    match (seen == FIELDS.len(), has_ended) {
        (true, _) => Verdict::Pass,
        (false, false) => unseen("its RtpPacket did not answer within 5 s"),
        (false, true) => {
            let last = said.iter().rev().find(|line| !line.is_empty());
            let last = last.map_or("nothing", String::as_str);
            unseen(&format!("its RtpPacket has no encode that can be called: {last}"))
        }
    }
}

fn unseen(why: &str) -> Verdict {
    Verdict::NotChecked(why.to_owned())
}

/// A field, and where its ones are to be.
struct Field {
    name: &'static str,
    call: &'static str,
    place: usize,
    /// In hexadecimal.
    bytes: &'static str,
}

const FIELDS: [Field; 5] = [
    Field { name: "padding", call: "encode(2, 1, 0, 0, 1, 0, 26, 0, …)", place: 0, bytes: "a0" },
    Field {
        name: "extension", call: "encode(2, 0, 1, 0, 1, 0, 26, 0, …)", place: 0, bytes: "90"
    },
    Field { name: "cc", call: "encode(2, 0, 0, 15, 1, 0, 26, 0, …)", place: 0, bytes: "8f" },
    Field { name: "marker", call: "encode(2, 0, 0, 0, 1, 1, 26, 0, …)", place: 1, bytes: "9a" },
    Field {
        name: "ssrc",
        call: "encode(2, 0, 0, 0, 1, 0, 26, 0x01020304, …)",
        place: 8,
        bytes: "01020304",
    },
];
const SCRIPT: &str = include_str!("encode.py");
/// It shares a folder with the user's files, so its name is an unlikely one.
const NAME: &str = "lab_check_encode.py";
/// Importing a module takes less on any machine.
const LIMIT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(lines: &[&str]) -> Verdict {
        verdict_on(&lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>(), true)
    }

    const RIGHT: [&str; 5] = [
        "encoded padding a01a00016553f1000000000000",
        "encoded extension 901a000165530000000000000",
        "encoded cc 8f1a00016553000000000000",
        "encoded marker 809a00016553000000000000",
        "encoded ssrc 801a00016553000001020304",
    ];

    #[test]
    fn each_field_has_its_bits() {
        assert_eq!(verdict(&RIGHT), Verdict::Pass);
        for (place, wrong) in [
            (0, "encoded padding 901a00016553000000000000"),
            (2, "encoded cc f01a00016553000000000000"),
            (3, "refused marker ValueError: byte must be in range(0, 256)"),
            (4, "encoded ssrc 801a00016553000004030201"),
        ] {
            let mut lines = RIGHT;
            lines[place] = wrong;
            assert!(matches!(verdict(&lines), Verdict::Fail(_)), "{wrong}");
        }
    }

    #[test]
    fn what_can_not_be_called_is_not_judged() {
        let other = "refused padding TypeError: encode() takes 3 positional arguments";
        for lines in [&["ImportError: no module"][..], &[other], &RIGHT[..4], &[]] {
            assert!(matches!(verdict(lines), Verdict::NotChecked(_)), "{lines:?}");
        }
    }
}
