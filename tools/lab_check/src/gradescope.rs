//! A card as the file `results.json` that Gradescope's autograder shows to the student.

use serde::Serialize;

use crate::sheet::{Outcome, Sheet, SheetEvidence, SheetLine};

/// The file. Gradescope adds up the points of its tests, and shows them in this order.
#[derive(Debug, Serialize)]
struct Results {
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    tests: Vec<Test>,
}

#[derive(Debug, Serialize)]
struct Test {
    name: String,
    /// Whether it is met; not said of what nobody knows or asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_score: Option<f64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    output: String,
    visibility: &'static str,
}

/// As JSON, which ends in a line end.
///
/// # Errors
/// It can't be written as JSON: in one line.
pub(crate) fn to_json(sheet: &Sheet) -> Result<String, String> {
    let tests = sheet.lines.iter().map(Test::of).collect();
    let text = serde_json::to_string_pretty(&Results { score: sheet.points, tests });
    text.map(|text| text + "\n").map_err(|error| format!("could not write JSON: {error}"))
}

impl Test {
    fn of(line: &SheetLine) -> Self {
        let measured = line.measured.as_ref().map(|measured| format!(": {measured}"));
        let told = line.evidence.as_ref().map(told).or_else(|| line.note.clone());
        Self {
            name: format!("{}: {}{}", line.part, line.title, measured.unwrap_or_default()),
            status: match line.verdict {
                Outcome::Pass | Outcome::Tolerated => Some("passed"),
                Outcome::Fail => Some("failed"),
                Outcome::NotOffered | Outcome::NotChecked => None,
            },
            score: line.points,
            max_score: line.of,
            output: told
                .map_or_else(String::new, |told| format!("{}\n{told}", line.verdict.word())),
            visibility: "visible",
        }
    }
}

fn told(evidence: &SheetEvidence) -> String {
    let parts: Vec<_> = evidence.parts().map(|(name, text)| format!("{name}: {text}")).collect();
    parts.join("\n")
}
