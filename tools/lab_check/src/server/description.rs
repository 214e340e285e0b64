//! DESCRIBE, the report's extension 3.

use std::time::{Duration, Instant};

use super::exchange::Exchange;
use super::requirements as need;
use super::scene::{Case, MovieKind, Scene, Stop};

/// Describe after Setup.
pub(crate) const DESCRIBE: Case = Case {
    name: "Describe",
    needs: need::A_SESSION,
    decides: &[&need::DESCRIBE, &need::DESCRIBE_LENGTH, &need::DESCRIBE_FORM],
    movie: MovieKind::Whole,
    play: describe,
};

fn describe(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.ready_caller()?;
    let mut answer = caller.ask_within("DESCRIBE", LIMIT);
    if !answer.is_granted() {
        for requirement in [&need::DESCRIBE, &need::DESCRIBE_LENGTH, &need::DESCRIBE_FORM] {
            scene.not_offered(requirement, &answer);
        }
        return Ok(());
    }
    // The description is a second write.
    let end = scene.within(LIMIT);
    while description(&answer).is_none() && !answer.closed && Instant::now() < end {
        caller.read_answer(&mut answer, LOOK_INTERVAL, 3);
    }
    let Some(description) = description(&answer) else {
        scene.fail(&need::DESCRIBE, &answer, "a line v=0 after the reply");
        return Err(Stop("there is no description".to_owned()));
    };
    let lines: Vec<_> = description.split(['\r', '\n']).filter(|line| !line.is_empty()).collect();
    let has_media = lines.iter().any(|line| line.to_lowercase().starts_with("m="));
    scene.check(&need::DESCRIBE, has_media, &answer, "a line m=, as every description has");
    judge_length(scene, &answer);
    judge_form(scene, &answer, &lines, &caller.session);
    Ok(())
}

/// The report's own lines. A description may be written in many ways, so another one is no fault.
fn judge_form(scene: &mut Scene<'_>, answer: &Exchange, lines: &[&str], session: &str) {
    let expected = [
        ("m=video ", " rtp/avp 26".to_owned()),
        ("a=control:streamid=", session.to_lowercase()),
        ("a=mimetype:string;", "\"video/mjpeg\"".to_owned()),
    ];
    let is_there = |(begin, end): &(&str, String)| {
        let lines = lines.iter().map(|line| line.trim_end().to_lowercase());
        lines.into_iter().any(|line| line.starts_with(begin) && line.ends_with(end))
    };
    if expected.iter().all(is_there) {
        scene.pass(&need::DESCRIBE_FORM);
    } else {
        scene.not_offered(&need::DESCRIBE_FORM, answer);
    }
}

fn judge_length(scene: &mut Scene<'_>, answer: &Exchange) {
    let Some(said) = answer.header("Content-Length") else {
        return scene.not_offered(&need::DESCRIBE_LENGTH, answer);
    };
    let (fewest, most) = lengths(&answer.text());
    let met = said.parse().is_ok_and(|said: usize| (fewest..=most).contains(&said));
    let expected = if fewest == most {
        format!("Content-Length: {most}, from v=0 to the end")
    } else {
        format!(
            "Content-Length: {most}, from v=0 to the end, or as few as {fewest} without the line ends around it"
        )
    };
    scene.check(&need::DESCRIBE_LENGTH, met, answer, &expected);
}

/// How many bytes a description may say to have: its lines, without and with the line ends before
/// and after them. In some servers the headers come after it.
fn lengths(text: &str) -> (usize, usize) {
    let Some(begin) = begin_of(text) else { return (0, 0) };
    let (before, lines) = text.split_at(begin);
    let mut end = 0;
    for line in lines.split_inclusive('\n') {
        let is_own = line.split_once('=').is_some_and(|(name, _)| name.len() == 1);
        if !is_own {
            break;
        }
        end += line.len();
    }
    let (own, after) = lines.split_at(end);
    let is_end = |c: &char| matches!(c, '\r' | '\n');
    let trimmed = own.trim_end_matches(['\r', '\n']);
    let around =
        before.chars().rev().take_while(is_end).count() + after.chars().take_while(is_end).count();
    (trimmed.len(), own.len() + around)
}

/// From its first line to the end.
fn description(answer: &Exchange) -> Option<String> {
    let text = answer.text();
    text.get(begin_of(&text)?..).map(str::to_owned)
}

/// Where its first line begins.
fn begin_of(text: &str) -> Option<usize> {
    text.to_ascii_lowercase().find("\nv=0").map(|end| end + 1)
}

/// How long to wait for the description, which need not come.
const LIMIT: Duration = Duration::from_secs(1);
/// How long to wait for the description at a time.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_counts_the_lines_and_may_count_the_ends_around_them() {
        for (text, expected) in [
            ("200 OK\r\nContent-Length: 8\r\nv=0\r\nm=x\r\n", (8, 12)),
            ("200 OK\nContent-Length: 9\n\nv=0\nm=x", (7, 9)),
            ("200 OK\n\nv=0\nm=x\n\nContent-Length: 11\n", (7, 11)),
            ("200 OK\nV=0\nm=x\n", (7, 9)),
            ("200 OK\n", (0, 0)),
        ] {
            assert_eq!(lengths(text), expected, "{text:?}");
        }
    }
}
