//! The dialogue of the report's figures, and what its replies look like.

use std::time::Duration;

use crate::card::Requirement;

use super::caller::Caller;
use super::exchange::Exchange;
use super::figures::{largest, median, milliseconds};
use super::requirements as need;
use super::scene::{Case, MovieKind, Note, Number, Scene, Stop};

/// Setup, then Play and Pause in turn, Teardown.
pub(crate) const DIALOGUE: Case = Case {
    name: "Setup, Play, Pause, Teardown: the replies",
    needs: &[],
    decides: &[
        &need::SETUP,
        &need::SESSION_NUMBER,
        &need::PLAY,
        &need::PACKETS,
        &need::FIRST_PACKET,
        &need::PAUSE,
        &need::TEARDOWN,
        &need::REPLY_FORM,
        &need::CSEQ,
        &need::SESSION,
        &need::REPLY_TIME,
    ],
    movie: MovieKind::Whole,
    play: dialogue,
};

fn dialogue(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.caller()?;
    let mut talk = Talk::default();
    talk.ask(scene, &mut caller, "SETUP", &need::SETUP)?;
    judge_session_number(scene, &talk);
    for _ in 0..ROUNDS {
        talk.ask(scene, &mut caller, "PLAY", &need::PLAY)?;
        caller.jump(LEFT_OUT);
        talk.wait_for_a_packet(scene, &mut caller)?;
        talk.ask(scene, &mut caller, "PAUSE", &need::PAUSE)?;
        // So that packets still on their way are not taken for the first of the next PLAY.
        let end = scene.within(Duration::from_secs(1));
        caller.ear.falls_silent(Duration::from_millis(120), end);
    }
    judge_first_packet(scene, &talk);
    talk.ask(scene, &mut caller, "TEARDOWN", &need::TEARDOWN)?;
    judge_reply_time(scene, &talk);
    Ok(())
}

/// One Setup and its reply, which names another number than the first.
pub(crate) const SETUP: Case = Case {
    name: "Setup: the reply",
    needs: &[],
    decides: &[
        &need::SETUP,
        &need::REPLY_FORM,
        &need::CSEQ,
        &need::SESSION_NUMBER,
        &need::SESSION,
        &need::REPLY_TIME,
    ],
    movie: MovieKind::Whole,
    play: set_up,
};

fn set_up(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.caller()?;
    let mut talk = Talk::default();
    // A server that counts by itself says another one.
    caller.jump(6);
    talk.ask(scene, &mut caller, "SETUP", &need::SETUP)?;
    judge_session_number(scene, &talk);
    judge_reply_time(scene, &talk);
    Ok(())
}

/// Setup and Play, and when the first packet comes.
pub(crate) const FIRST_PACKET: Case = Case {
    name: "Play: the first packet",
    needs: need::A_SESSION,
    decides: &[&need::FIRST_PACKET],
    movie: MovieKind::Whole,
    play: first_packet,
};

fn first_packet(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.caller()?;
    let mut talk = Talk::default();
    talk.ask(scene, &mut caller, "SETUP", &need::SETUP)?;
    talk.ask(scene, &mut caller, "PLAY", &need::PLAY)?;
    talk.wait_for_a_packet(scene, &mut caller)?;
    judge_first_packet(scene, &talk);
    Ok(())
}

/// The dialogue so far.
#[derive(Debug, Default)]
struct Talk {
    exchanges: Vec<Exchange>,
    first_packets: Vec<f64>,
}

impl Talk {
    /// Sends a request that has to be granted, and judges the form of the reply.
    fn ask(
        &mut self,
        scene: &mut Scene<'_>,
        caller: &mut Caller,
        method: &str,
        requirement: &'static Requirement,
    ) -> Result<(), Stop> {
        let exchange = scene.grant(caller, method)?;
        scene.pass(requirement);
        judge_reply(scene, &exchange, caller, method);
        self.exchanges.push(exchange);
        Ok(())
    }

    /// Waits for a packet and notes when it came.
    fn wait_for_a_packet(
        &mut self,
        scene: &mut Scene<'_>,
        caller: &mut Caller,
    ) -> Result<(), Stop> {
        let Some(play) = self.exchanges.last() else { return Ok(()) };
        let (before, answered) = (play.packets_before, play.answered);
        scene.packets(caller, before, 1)?;
        scene.pass(&need::PACKETS);
        if let Some((packet, answered)) = caller.ear.heard().get(before).zip(answered) {
            let after = packet.at.saturating_duration_since(answered);
            self.first_packets.push(after.as_secs_f64());
        }
        Ok(())
    }
}

fn judge_session_number(scene: &mut Scene<'_>, talk: &Talk) {
    let Some(setup) = talk.exchanges.first() else { return };
    let Some(session) = setup.header("Session") else {
        return scene.not_checked(&need::SESSION_NUMBER, "there is no Session line");
    };
    let number = session.parse::<u64>().ok();
    let met = number.is_some_and(|number| number > 0);
    scene.check(&need::SESSION_NUMBER, met, setup, "a number after Session:, and not 0");
}

/// Judges the form of a reply, its `CSeq` and its session. A missing line is one fault, not two.
fn judge_reply(scene: &mut Scene<'_>, exchange: &Exchange, caller: &Caller, method: &str) {
    let (cseq, session) = (exchange.header("CSeq"), exchange.header("Session"));
    if cseq.is_some() && session.is_some() {
        let text = exchange.text();
        let (text, unusual) = plain_lines(&text);
        let (text, more) = three_lines(&text);
        let expected = "RTSP/1.0 200 OK␊CSeq: …␊Session: …␊, and other lines only after them";
        let met = has_exact_form(text);
        scene.check(&need::REPLY_FORM, met, exchange, expected);
        let unusual: Vec<_> = more.into_iter().chain(unusual).collect();
        if met && !unusual.is_empty() {
            let figure = format!("with {}, which clients take", unusual.join(" and "));
            scene.figure(&need::REPLY_FORM, figure);
        }
    } else {
        scene.not_checked(&need::REPLY_FORM, "one of the lines is missing");
    }
    let number = caller.cseq().to_string();
    let met = cseq.as_ref() == Some(&number);
    scene.check(&need::CSEQ, met, exchange, &format!("CSeq: {number}"));
    let (met, expected) = match method {
        "SETUP" => (session.is_some(), "a line Session: with a number".to_owned()),
        _ => (session.as_ref() == Some(&caller.session), format!("Session: {}", caller.session)),
    };
    scene.check(&need::SESSION, met, exchange, &expected);
}

/// The reply with LF at the ends of its lines and no empty line after them, and what is unusual
/// about it.
fn plain_lines(reply: &str) -> (String, Option<&'static str>) {
    let ends = |text: &str| text.matches('\n').count();
    let crlf = ends(reply) > 0 && reply.matches("\r\n").count() == ends(reply);
    let text = if crlf { reply.replace("\r\n", "\n") } else { reply.to_owned() };
    let empty = text.strip_suffix("\n\n").map(|lines| format!("{lines}\n"));
    let unusual = match (crlf, empty.is_some()) {
        (false, false) => None,
        (true, false) => Some("CRLF"),
        (false, true) => Some("an empty line at the end"),
        (true, true) => Some("CRLF and an empty line at the end"),
    };
    (empty.unwrap_or(text), unusual)
}

/// The first three lines of a reply, which are all that the lab's clients read, and whether others come
/// after them.
fn three_lines(reply: &str) -> (&str, Option<&'static str>) {
    let end = reply.match_indices('\n').nth(2).map_or(reply.len(), |(at, _)| at + 1);
    let (lines, more) = reply.split_at(end);
    let are_headers = !more.is_empty() && more.lines().all(|line| line.contains(": "));
    if are_headers { (lines, Some("more lines")) } else { (reply, None) }
}

/// Three lines, the last of which may lack its LF: the report's own snippets leave it out.
fn has_exact_form(reply: &str) -> bool {
    let lines: Vec<_> = reply.strip_suffix('\n').unwrap_or(reply).split('\n').collect();
    let &[status, cseq, session] = lines.as_slice() else { return false };
    let mut words = status.splitn(3, ' ');
    let version = words.next().is_some_and(|word| word.starts_with("RTSP/"));
    let number = words.next().is_some_and(|word| word.len() == 3 && word.parse::<u16>().is_ok());
    let reason = words.next().is_some_and(|words| !words.trim().is_empty());
    let named = cseq.starts_with("CSeq: ") && session.starts_with("Session: ");
    version && number && reason && named && !reply.contains('\r')
}

fn judge_first_packet(scene: &mut Scene<'_>, talk: &Talk) {
    let after = median(&talk.first_packets);
    if after < FIRST_PACKET_LIMIT {
        scene.pass(&need::FIRST_PACKET);
    } else {
        let came = format!("the first packet {} after the reply to PLAY", milliseconds(after));
        scene.fail_playing(&need::FIRST_PACKET, &came, "less than 500 ms");
    }
    scene.figure(&need::FIRST_PACKET, milliseconds(after));
    scene.note(Note::Number(Number::FirstPacket, after));
}

fn judge_reply_time(scene: &mut Scene<'_>, talk: &Talk) {
    let times: Vec<_> = talk.exchanges.iter().map(|exchange| exchange.took.as_secs_f64()).collect();
    let (middle, longest) = (median(&times), largest(&times));
    if middle < REPLY_LIMIT {
        scene.pass(&need::REPLY_TIME);
    } else {
        let came =
            format!("half of {} replies took longer than {}", times.len(), milliseconds(middle));
        scene.fail_seen(
            &need::REPLY_TIME,
            "SETUP, PLAY, PAUSE …, TEARDOWN",
            &came,
            "less than 50 ms",
        );
    }
    let figure = format!("{}, at most {}", milliseconds(middle), milliseconds(longest));
    scene.figure(&need::REPLY_TIME, figure);
    scene.note(Note::Number(Number::Reply, middle));
    scene.note(Note::Number(Number::SlowestReply, longest));
}

/// How many numbers are left out before each PAUSE.
const LEFT_OUT: u32 = 40;
/// How often to play and pause.
const ROUNDS: usize = 4;
/// The report's limit: less than 0.05 s for request and reply.
const REPLY_LIMIT: f64 = 0.05;
/// The report's limit: not more than 0.5 s for the transfer of video.
const FIRST_PACKET_LIMIT: f64 = 0.5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_has_three_lines_that_end_alike() {
        for (reply, met) in [
            ("RTSP/1.0 200 OK\nCSeq: 1\nSession: 571600\n", true),
            ("RTSP/1.0 200 OK\nCSeq: 1\nSession: 571600", true),
            ("RTSP/1.0 404 File Not Found\nCSeq: 1\nSession: 0\n", true),
            ("RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 571600\r\n", true),
            ("RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 571600\r\n\r\n", true),
            ("RTSP/1.0 200 OK\r\nCSeq: 1\nSession: 571600\n", false),
            ("RTSP/1.0 200 OK\nCSeq: 1\nServer: x\nSession: 571600\n", false),
            ("RTSP/1.0 200 OK\nCSeq: 1\nSession: 571600\n\n", true),
            ("RTSP/1.0 200 OK\n\nCSeq: 1\nSession: 571600\n", false),
            ("RTSP/1.0 200 OK\nSession: 571600\nCSeq: 1\n", false),
            ("RTSP/1.0 200\nCSeq: 1\nSession: 571600\n", false),
            ("200 OK\nCSeq: 1\nSession: 571600\n", false),
            ("", false),
        ] {
            assert_eq!(has_exact_form(&plain_lines(reply).0), met, "{reply:?}");
        }
    }

    #[test]
    fn clients_read_three_lines_and_no_more() {
        let three = "RTSP/1.0 200 OK\nCSeq: 1\nSession: 571600\n";
        for (more, is_taken) in [
            ("Frames: 500", true),
            ("Frames: 500\nFPS: 20\n", true),
            ("v=0\n", false),
            ("\n", false),
        ] {
            let reply = format!("{three}{more}");
            let expected = if is_taken { (three, Some("more lines")) } else { (&*reply, None) };
            assert_eq!(three_lines(&reply), expected);
        }
        assert_eq!(three_lines(three), (three, None));
        assert_eq!(three_lines("RTSP/1.0 200 OK\n"), ("RTSP/1.0 200 OK\n", None));
    }
}
