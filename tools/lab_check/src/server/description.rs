//! DESCRIBE, the report's extension 3.

use std::time::{Duration, Instant};

use super::exchange::Exchange;
use super::requirements as need;
use super::scene::{Case, MovieKind, Scene, Stop};

/// Describe after Setup.
pub(crate) const DESCRIBE: Case = Case {
    name: "Describe",
    needs: need::A_SESSION,
    decides: &[&need::DESCRIBE, &need::DESCRIBE_LENGTH],
    movie: MovieKind::Whole,
    play: describe,
};

fn describe(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.ready_caller()?;
    let mut answer = caller.ask_within("DESCRIBE", LIMIT);
    if !answer.is_granted() {
        scene.not_offered(&need::DESCRIBE, &answer);
        scene.not_offered(&need::DESCRIBE_LENGTH, &answer);
        return Ok(());
    }
    // The description is a second write.
    let end = scene.within(LIMIT);
    while description(&answer).is_none() && !answer.closed && Instant::now() < end {
        caller.read_answer(&mut answer, LOOK_INTERVAL, 3);
    }
    let Some(description) = description(&answer) else {
        scene.fail(&need::DESCRIBE, &answer, "a session description after the reply");
        return Err(Stop("there is no description".to_owned()));
    };
    let session = &caller.session;
    let lines = [
        ("m=video ", " RTP/AVP 26".to_owned()),
        ("a=control:streamid=", session.clone()),
        ("a=mimetype:string;", "\"video/MJPEG\"".to_owned()),
    ];
    let missing = lines.into_iter().find(|(begin, end)| {
        let is_it = |line: &str| line.starts_with(begin) && line.trim_end().ends_with(end);
        !description.lines().any(is_it)
    });
    match missing {
        None => scene.pass(&need::DESCRIBE),
        Some((begin, end)) => {
            scene.fail(&need::DESCRIBE, &answer, &format!("a line {begin}…{end}"));
        }
    }
    judge_length(scene, &answer, description.len());
    Ok(())
}

fn judge_length(scene: &mut Scene<'_>, answer: &Exchange, length: usize) {
    let expected = format!("Content-Length: {length}, from v=0 to the end");
    match answer.header("Content-Length") {
        None => scene.not_offered(&need::DESCRIBE_LENGTH, answer),
        Some(said) => {
            let met = said == length.to_string();
            scene.check(&need::DESCRIBE_LENGTH, met, answer, &expected);
        }
    }
}

/// From its first line to the end.
fn description(answer: &Exchange) -> Option<String> {
    let text = answer.text();
    let begin = text.find("\nv=0")?;
    text.get(begin + 1..).map(str::to_owned)
}

/// How long to wait for the description, which need not come.
const LIMIT: Duration = Duration::from_secs(1);
/// How long to wait for the description at a time.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
