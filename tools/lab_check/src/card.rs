//! The report card: a line for each requirement, with what was seen.

use std::fmt;

use crate::escape::{escaped, visible};
use crate::figures::Figures;
use crate::story::Story;

/// Something that is required of a program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Requirement {
    /// Its short name: the column in the table of all programs.
    pub(crate) id: &'static str,
    /// The use case or the part of the protocol that it belongs to: a heading in the card.
    pub(crate) part: &'static str,
    /// The requirement, as a sentence without its full stop.
    pub(crate) title: &'static str,
    /// The heading in `docs/protocol.md` that says so.
    pub(crate) paragraph: &'static str,
}

impl Requirement {
    /// Where it is written.
    pub(crate) fn place(&self) -> String {
        format!("docs/protocol.md, {:?}", self.paragraph)
    }
}

/// What became of a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is met.
    Pass,
    /// It is met, but only for some: what is unusual, and who would not take it.
    Tolerated(String),
    /// It is not met.
    Fail(Evidence),
    /// The program lacks something that the report does not ask for; what came instead.
    NotOffered(String),
    /// It could not be checked; why. Never the only complaint: either something else has failed, or
    /// the user has asked for this.
    NotChecked(String),
}

/// Why a requirement is not met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// What was sent to the program; nothing if it is not about an answer.
    pub(crate) sent: Vec<u8>,
    /// What came: the bytes, or what was seen in words.
    pub(crate) came: Came,
    /// What was expected, in words.
    pub(crate) expected: String,
}

/// What a program did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// It sent these bytes.
    Bytes(Vec<u8>),
    /// It did this.
    Words(String),
}

impl Default for Came {
    fn default() -> Self {
        Self::Words("nothing".to_owned())
    }
}

/// The card of one program.
#[derive(Debug)]
pub(crate) struct Card {
    subject: String,
    lines: Vec<Line>,
    figures: Figures,
    has_started: bool,
    is_unfinished: bool,
}

/// A requirement, and what became of it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) requirement: &'static Requirement,
    pub(crate) verdict: Verdict,
    /// What was measured, if something was.
    pub(crate) figure: Option<String>,
    /// Why it has failed, most likely, if that is known.
    pub(crate) reason: Option<String>,
    /// What the program has said on standard error when this did not pass.
    pub(crate) complaints: Vec<String>,
    /// What happened in its case, as a log, if that is asked for.
    pub(crate) story: Option<Story>,
}

impl Card {
    /// An empty card of the program `subject`: nothing is checked yet.
    pub(crate) fn new(subject: &str, requirements: &[&'static Requirement]) -> Self {
        let unchecked = || Verdict::NotChecked("it did not come to that".to_owned());
        let line = |&requirement| Line {
            requirement,
            verdict: unchecked(),
            figure: None,
            reason: None,
            complaints: Vec::new(),
            story: None,
        };
        let lines = requirements.iter().map(line).collect();
        let (subject, figures) = (subject.to_owned(), Figures::default());
        Self { subject, lines, figures, has_started: true, is_unfinished: false }
    }

    /// The program.
    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    /// All lines, in the order of the requirements.
    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The line of that requirement.
    pub(crate) fn line(&self, requirement: &Requirement) -> Option<&Line> {
        self.lines.iter().find(|line| line.requirement == requirement)
    }

    /// Notes a verdict. The worst one stays: a requirement that has failed once is not met.
    pub(crate) fn mark(&mut self, requirement: &Requirement, verdict: Verdict) {
        let line = self.line_of(requirement);
        if let Some(line) = line.filter(|line| verdict.rank() >= line.verdict.rank()) {
            line.verdict = verdict;
        }
    }

    /// Notes that a requirement is met if `met`, or else what came instead.
    pub(crate) fn check(
        &mut self,
        requirement: &Requirement,
        met: bool,
        evidence: impl FnOnce() -> Evidence,
    ) {
        let verdict = if met { Verdict::Pass } else { Verdict::Fail(evidence()) };
        self.mark(requirement, verdict);
    }

    /// Notes what was measured.
    pub(crate) fn measure(&mut self, requirement: &Requirement, figure: String) {
        if let Some(line) = self.line_of(requirement) {
            line.figure = Some(figure);
        }
    }

    /// Notes the likeliest reason of a failure.
    pub(crate) fn explain(&mut self, requirement: &Requirement, reason: String) {
        if let Some(line) = self.line_of(requirement) {
            line.reason = Some(reason);
        }
    }

    /// Notes what the program said on standard error, in the first of these lines with the verdict of
    /// that word; returns whether there is one.
    pub(crate) fn quote(
        &mut self,
        requirements: &[&Requirement],
        word: &str,
        complaints: &[String],
    ) -> bool {
        let is_it = |line: &&mut Line| {
            line.verdict.word() == word && requirements.contains(&line.requirement)
        };
        let first = self.lines.iter_mut().find(is_it);
        let is_there = first.is_some();
        if let Some(line) = first {
            line.complaints = complaints.to_vec();
        }
        is_there
    }

    /// What was measured of the program as a whole.
    pub(crate) const fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Notes what was measured of the program as a whole.
    pub(crate) fn set_figures(&mut self, figures: Figures) {
        self.figures = figures;
    }

    /// Notes that the program did not start.
    pub(crate) const fn leave_unstarted(&mut self) {
        self.has_started = false;
    }

    /// Whether the program has started.
    pub(crate) const fn has_started(&self) -> bool {
        self.has_started
    }

    /// Notes what happened before, in the first of these lines that has failed.
    pub(crate) fn tell(&mut self, requirements: &[&Requirement], story: Story) {
        let has_failed = |line: &&mut Line| {
            matches!(line.verdict, Verdict::Fail(_)) && requirements.contains(&line.requirement)
        };
        if let Some(line) = self.lines.iter_mut().find(has_failed) {
            line.story = Some(story);
        }
    }

    /// Notes what happened before, in lines that have failed and do not tell it.
    pub(crate) fn tell_if_silent(&mut self, story: &Story) {
        let is_silent =
            |line: &&mut Line| matches!(line.verdict, Verdict::Fail(_)) && line.story.is_none();
        self.lines.iter_mut().filter(is_silent).for_each(|line| line.story = Some(story.clone()));
    }

    /// Takes the lines of another card of the same requirements in which more was found.
    pub(crate) fn merge(&mut self, other: Self) {
        for (line, found) in self.lines.iter_mut().zip(other.lines) {
            if found.verdict.rank() >= line.verdict.rank() {
                *line = found;
            }
        }
        self.is_unfinished |= other.is_unfinished;
    }

    /// Leaves out what happened before lines have failed.
    pub(crate) fn leave_out_stories(&mut self) {
        self.lines.iter_mut().for_each(|line| line.story = None);
    }

    /// Notes that lines could not be checked because something did not come.
    pub(crate) const fn leave_unfinished(&mut self) {
        self.is_unfinished = true;
    }

    /// Whether lines could not be checked because something did not come.
    pub(crate) const fn is_unfinished(&self) -> bool {
        self.is_unfinished
    }

    /// How many lines have a verdict of that kind.
    pub(crate) fn count(&self, word: &str) -> usize {
        self.lines.iter().filter(|line| line.verdict.word() == word).count()
    }

    /// How many lines have which verdict, in one line.
    pub(crate) fn sum(&self) -> String {
        let [passed, failed, tolerated, not_offered, not_checked] =
            [PASS, FAIL, TOLERATED, NOT_OFFERED, NOT_CHECKED].map(|word| self.count(word));
        // Few programs have such a line, so the others are not told of it.
        let tolerated =
            if tolerated > 0 { format!("{tolerated} tolerated, ") } else { String::new() };
        let subject = escaped(&self.subject);
        format!(
            "{subject}: {passed} passed, {failed} failed, {tolerated}{not_offered} not offered, \
             {not_checked} not checked"
        )
    }

    /// Whether that requirement is met.
    pub(crate) fn passed(&self, requirement: &Requirement) -> bool {
        let line = self.lines.iter().find(|line| line.requirement == requirement);
        line.is_some_and(|line| matches!(line.verdict, Verdict::Pass | Verdict::Tolerated(_)))
    }

    /// Whether that requirement has failed.
    pub(crate) fn has_failed(&self, requirement: &Requirement) -> bool {
        let line = self.lines.iter().find(|line| line.requirement == requirement);
        line.is_some_and(|line| line.verdict.word() == FAIL)
    }

    /// Whether nothing failed.
    pub(crate) fn is_full(&self) -> bool {
        self.count(FAIL) == 0
    }

    fn line_of(&mut self, requirement: &Requirement) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.requirement == requirement)
    }
}

impl Verdict {
    /// One word for tables.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Pass => PASS,
            Self::Tolerated(_) => TOLERATED,
            Self::Fail(_) => FAIL,
            Self::NotOffered(_) => NOT_OFFERED,
            Self::NotChecked(_) => NOT_CHECKED,
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::NotChecked(_) => 0,
            Self::Pass => 1,
            Self::Tolerated(_) => 2,
            Self::NotOffered(_) => 3,
            Self::Fail(_) => 4,
        }
    }
}

impl fmt::Display for Card {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut part = "";
        for line in &self.lines {
            if line.requirement.part != part {
                part = line.requirement.part;
                writeln!(out, "\n{part}")?;
            }
            write!(out, "{line}")?;
        }
        write!(out, "\n{}", self.sum())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "  {:<11}  {}", self.verdict.word(), self.requirement.title)?;
        if let Some(figure) = &self.figure {
            write!(out, ": {}", escaped(figure))?;
        }
        writeln!(out)?;
        self.print_verdict(out)?;
        if !self.complaints.is_empty() {
            note(out, "stderr", &self.complaints.join("\n"))?;
        }
        match (&self.story, &self.verdict) {
            (Some(story), Verdict::Fail(Evidence { came, expected, .. })) => {
                let end = format!("*****    expected: {expected}\n         came: {came}");
                note(out, "story", &format!("{}\n{end}", story.told()))
            }
            _ => Ok(()),
        }
    }
}

impl Line {
    /// What came, what was expected, and why, if it did not pass.
    fn print_verdict(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.verdict {
            Verdict::Pass => Ok(()),
            Verdict::Tolerated(what) | Verdict::NotOffered(what) | Verdict::NotChecked(what) => {
                note(out, "", what)
            }
            Verdict::Fail(evidence) => {
                if !evidence.sent.is_empty() {
                    note(out, "sent", &visible(&evidence.sent))?;
                }
                note(out, "came", &evidence.came.to_string())?;
                note(out, "expected", &evidence.expected)?;
                if let Some(reason) = &self.reason {
                    note(out, "reason", reason)?;
                }
                note(out, "see", &self.requirement.place())
            }
        }
    }
}

fn note(out: &mut fmt::Formatter<'_>, name: &str, text: &str) -> fmt::Result {
    // Align a program's own lines below one another.
    let lines: Vec<String> = text.split('\n').map(escaped).collect();
    let text = lines.join("\n                         ");
    writeln!(out, "               {name:<8}  {text}")
}

impl fmt::Display for Came {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => out.write_str(&visible(bytes)),
            Self::Words(words) => out.write_str(words),
        }
    }
}

/// The words of the verdicts.
pub(crate) const PASS: &str = "pass";
pub(crate) const FAIL: &str = "FAIL";
pub(crate) const TOLERATED: &str = "tolerated";
pub(crate) const NOT_OFFERED: &str = "not offered";
pub(crate) const NOT_CHECKED: &str = "not checked";

#[cfg(test)]
mod tests {
    use super::*;

    const ECHO: Requirement = Requirement {
        id: "cseq",
        part: "Replies",
        title: "a reply repeats the CSeq",
        paragraph: "Replies",
    };

    #[test]
    fn what_has_failed_once_stays_failed() {
        let mut card = Card::new("server", &[&ECHO]);
        card.check(&ECHO, false, Evidence::default);
        card.check(&ECHO, true, Evidence::default);
        assert!(!card.is_full());
    }

    #[test]
    fn what_is_tolerated_is_met_and_counted_apart() {
        let mut card = Card::new("server", &[&ECHO]);
        card.mark(&ECHO, Verdict::Tolerated("some do not take it".to_owned()));
        card.mark(&ECHO, Verdict::Pass);
        assert!(card.passed(&ECHO) && card.is_full());
        let printed = card.to_string();
        for part in [
            "  tolerated    a reply repeats the CSeq\n",
            "  some do not take it\n",
            "server: 0 passed, 0 failed, 1 tolerated, 0 not offered, 0 not checked",
        ] {
            assert!(printed.contains(part), "no {part:?} in {printed}");
        }
    }

    #[test]
    fn a_failure_says_what_was_sent_what_came_and_what_was_expected() {
        let mut card = Card::new("server", &[&ECHO]);
        let evidence = Evidence {
            sent: b"PLAY a RTSP/1.0\nCSeq: 2\n".to_vec(),
            came: Came::Bytes(b"RTSP/1.0 200 OK\r\n\xFF\0".to_vec()),
            expected: "CSeq: 2 in the second line".to_owned(),
        };
        card.mark(&ECHO, Verdict::Fail(evidence));
        let printed = card.to_string();
        for part in [
            "FAIL         a reply repeats the CSeq\n",
            "sent      PLAY a RTSP/1.0␊CSeq: 2␊\n",
            "came      RTSP/1.0 200 OK␍␊\\xFF\\x00\n",
            "expected  CSeq: 2 in the second line\n",
            "see       docs/protocol.md, \"Replies\"\n",
            "server: 0 passed, 1 failed, 0 not offered, 0 not checked",
        ] {
            assert!(printed.contains(part), "no {part:?} in {printed}");
        }
    }
}
