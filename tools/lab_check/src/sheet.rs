//! A card as data: what programs read of it.
//!
//! `--json` writes it as it stands, the table and the JUnit report are made of it, and a check of
//! many programs reads it back.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::card::{Card, FAIL, Line, NOT_CHECKED, NOT_OFFERED, PASS, TOLERATED, Verdict};
use crate::escape::{escaped, escaped_lines, visible};
use crate::figures::Figures;
use crate::handed_out;
use crate::points::{Points, Worth};
use crate::role::Role;

/// A card. `docs/lab_check.md` tells what each field means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sheet {
    pub(crate) schema: String,
    pub(crate) version: String,
    pub(crate) time: String,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) command: String,
    pub(crate) system: String,
    pub(crate) seconds: f64,
    pub(crate) started: bool,
    pub(crate) unfinished: bool,
    pub(crate) points: Option<f64>,
    pub(crate) of: Option<f64>,
    pub(crate) undecided: Option<f64>,
    pub(crate) counts: Counts,
    pub(crate) figures: Figures,
    pub(crate) last_words: Vec<String>,
    pub(crate) lines: Vec<SheetLine>,
}

/// How many lines have each verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) pass: usize,
    pub(crate) fail: usize,
    pub(crate) tolerated: usize,
    pub(crate) not_offered: usize,
    pub(crate) not_checked: usize,
}

/// A requirement, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SheetLine {
    pub(crate) id: String,
    pub(crate) part: String,
    pub(crate) title: String,
    pub(crate) verdict: Outcome,
    pub(crate) measured: Option<String>,
    pub(crate) points: Option<f64>,
    pub(crate) of: Option<f64>,
    /// What stands below a line that is tolerated, not offered or not checked.
    pub(crate) note: Option<String>,
    /// What stands below a line that failed.
    pub(crate) evidence: Option<SheetEvidence>,
    /// Whether the code that the course hands out fails there, too.
    pub(crate) handed_out: bool,
}

/// A verdict without its story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Pass,
    Fail,
    Tolerated,
    NotOffered,
    NotChecked,
}

/// Why a requirement is not met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SheetEvidence {
    pub(crate) sent: Option<String>,
    pub(crate) came: String,
    pub(crate) expected: String,
    pub(crate) reason: Option<String>,
    pub(crate) see: String,
    /// What happened before.
    pub(crate) story: Option<String>,
}

/// What a card does not know of its check.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'a> {
    pub(crate) role: Role,
    pub(crate) command: &'a str,
    pub(crate) begun: SystemTime,
    pub(crate) took: Duration,
}

impl Sheet {
    /// The card, with its points if there is a file of them.
    pub(crate) fn of(card: &Card, about: About<'_>, points: Option<&Points>) -> Self {
        let count = |word| card.count(word);
        let earned = |asks: fn(Outcome) -> bool| {
            let of_line = |line: &&Line| asks(Outcome::of(&line.verdict));
            let lines = card.lines().iter().filter(of_line);
            let worth = |points: &Points| {
                lines.map(|line| points.of(line.requirement.id)).sum::<Worth>().number()
            };
            points.map(worth)
        };
        let [got, refused] = [earned(Outcome::counts), earned(|outcome| outcome == Outcome::Fail)];
        let of = points.map(|points| points.total().number());
        // What stands on no line, because only some variations were played, is open as well.
        let cents = |value: f64| (value * 100.0).round();
        let left = |(got, refused): (f64, f64)| {
            of.map(|of| (cents(of) - cents(got) - cents(refused)) / 100.0)
        };
        let said = card.lines().iter().flat_map(|line| &line.complaints);
        Self {
            schema: SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            time: humantime::format_rfc3339_seconds(about.begun).to_string(),
            name: escaped(card.subject()),
            role: about.role,
            command: escaped(about.command),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            seconds: (about.took.as_secs_f64() * 10.0).round() / 10.0,
            started: card.has_started(),
            unfinished: card.is_unfinished(),
            points: got,
            of,
            undecided: got.zip(refused).and_then(left),
            counts: Counts {
                pass: count(PASS),
                fail: count(FAIL),
                tolerated: count(TOLERATED),
                not_offered: count(NOT_OFFERED),
                not_checked: count(NOT_CHECKED),
            },
            figures: card.figures().clone(),
            last_words: said.map(|line| escaped(line)).collect(),
            lines: card
                .lines()
                .iter()
                .map(|line| SheetLine::of(line, about.role, points))
                .collect(),
        }
    }

    /// The line on the card that tells the points, if there are any.
    pub(crate) fn points_line(&self) -> Option<String> {
        let (points, of, undecided) = (self.points?, self.of?, self.undecided?);
        let open = if undecided > 0.0 {
            format!(" ({undecided} more are in lines that are not checked: a person decides)")
        } else {
            String::new()
        };
        Some(format!("points: {points} of {of}{open}"))
    }

    /// As JSON, which ends in a line end.
    ///
    /// # Errors
    /// It can't be written as JSON: in one line.
    pub(crate) fn to_json(&self) -> Result<String, String> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n").map_err(|error| format!("could not write JSON: {error}"))
    }
}

impl SheetEvidence {
    /// What is there of it, each part with its name, in the order of the card.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("sent", self.sent.as_deref()),
            ("came", Some(self.came.as_str())),
            ("expected", Some(self.expected.as_str())),
            ("reason", self.reason.as_deref()),
            ("see", Some(self.see.as_str())),
            ("story", self.story.as_deref()),
        ];
        all.into_iter().filter_map(|(name, text)| Some((name, text?)))
    }
}

impl SheetLine {
    fn of(line: &Line, role: Role, points: Option<&Points>) -> Self {
        let requirement = line.requirement;
        let verdict = Outcome::of(&line.verdict);
        let worth = points.map(|points| points.of(requirement.id).number());
        let (note, evidence) = match &line.verdict {
            Verdict::Pass => (None, None),
            Verdict::Tolerated(what) | Verdict::NotOffered(what) | Verdict::NotChecked(what) => {
                (Some(escaped_lines(what)), None)
            }
            Verdict::Fail(evidence) => {
                let sent = &evidence.sent;
                let evidence = SheetEvidence {
                    sent: (!sent.is_empty()).then(|| visible(sent)),
                    came: escaped_lines(&evidence.came.to_string()),
                    expected: escaped_lines(&evidence.expected),
                    reason: line.reason.as_deref().map(escaped_lines),
                    see: requirement.place(),
                    story: line.story.as_ref().map(|story| escaped_lines(&story.told())),
                };
                (None, Some(evidence))
            }
        };
        Self {
            id: requirement.id.to_owned(),
            part: requirement.part.to_owned(),
            title: requirement.title.to_owned(),
            verdict,
            measured: line.figure.as_deref().map(escaped),
            points: worth.map(|worth| if verdict.counts() { worth } else { 0.0 }),
            of: worth,
            note,
            evidence,
            handed_out: handed_out::fault(role, requirement.id).is_some(),
        }
    }
}

impl Outcome {
    const fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Pass,
            Verdict::Fail(_) => Self::Fail,
            Verdict::Tolerated(_) => Self::Tolerated,
            Verdict::NotOffered(_) => Self::NotOffered,
            Verdict::NotChecked(_) => Self::NotChecked,
        }
    }

    /// As the card has it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Pass => PASS,
            Self::Fail => FAIL,
            Self::Tolerated => TOLERATED,
            Self::NotOffered => NOT_OFFERED,
            Self::NotChecked => NOT_CHECKED,
        }
    }

    /// Whether such a line gets its points: nobody asks for what is only not offered.
    pub(crate) fn counts(self) -> bool {
        matches!(self, Self::Pass | Self::Tolerated | Self::NotOffered)
    }
}

/// The name of this format. Fields may be added to it; none changes.
pub(crate) const SCHEMA: &str = "lab_check/1";
