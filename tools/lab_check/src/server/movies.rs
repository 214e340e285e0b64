//! Movies that are not there, that are over, and that have a large frame.

use std::time::{Duration, Instant};

use rtsp_lab::datagram::TooLarge;
use rtsp_lab::rtp_packet::HEADER_SIZE;

use super::caller::Caller;
use super::movie::{LARGE_PLACE, LARGE_SIZE};
use super::requirements as need;
use super::scene::{Case, MovieKind, PACKET_LIMIT, Scene, Stop};
use super::stream::{self, Seen};

/// Setup of a movie that is not there.
pub(crate) const NOT_FOUND: Case = Case {
    name: "Setup of a movie that is not there",
    needs: need::A_SESSION,
    decides: &[&need::NOT_FOUND, &need::SETUP_AFTER_404, &need::OUTSIDE],
    movie: MovieKind::Whole,
    play: not_found,
};

fn not_found(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.caller()?;
    "no-such-movie.Mjpeg".clone_into(&mut caller.movie);
    let mut setup = caller.ask("SETUP");
    // A server that does not return after its 404 answers the same request once more.
    caller.read_answer(&mut setup, SECOND_REPLY, 1);
    let met = setup.status() == Some(404) && setup.replies() <= 1;
    scene.check(&need::NOT_FOUND, met, &setup, "404 in the first line, and no second reply");
    if !met {
        return Err(Stop("it was not answered 404 and no more".to_owned()));
    }
    caller.movie.clone_from(&scene.movie.name);
    let setup = caller.ask("SETUP");
    scene.check(&need::SETUP_AFTER_404, setup.is_granted(), &setup, "200 in the first line");
    drop(caller);
    outside(scene)
}

/// Setup of files that are there, but not in the server's folder. A server that hangs up shows
/// nothing of them, too.
fn outside(scene: &mut Scene<'_>) -> Result<(), Stop> {
    for name in OUTSIDE {
        let mut caller = scene.another_caller(&need::OUTSIDE)?;
        name.clone_into(&mut caller.movie);
        let setup = caller.ask_within("SETUP", OUTSIDE_LIMIT);
        scene.check(&need::OUTSIDE, !setup.is_granted(), &setup, "404, or anything but 200");
    }
    Ok(())
}

/// A frame as large as the report asks for.
pub(crate) const LARGE_FRAME: Case = Case {
    name: "a frame of 20,000 bytes",
    needs: need::A_STREAM,
    decides: &[&need::LARGE_FRAME],
    movie: MovieKind::Large,
    play: large_frame,
};

fn large_frame(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.playing_caller(1)?;
    let seen = frames_up_to(scene, &mut caller, LARGE_PLACE);
    if seen.iter().any(|frame| frame.index == Some(LARGE_PLACE)) {
        scene.pass(&need::LARGE_FRAME);
    } else if plays_the_users(scene, &mut caller) {
        scene.not_checked(&need::LARGE_FRAME, OTHER_MOVIE);
    } else if let Err(refused) = TooLarge::check(LARGE_SIZE + HEADER_SIZE) {
        scene.not_checked(&need::LARGE_FRAME, &refused.to_string());
    } else {
        let sizes: Vec<_> = seen.iter().map(|frame| frame.length.to_string()).collect();
        let came = format!("frames of {} bytes", sizes.join(", "));
        scene.fail_playing(&need::LARGE_FRAME, &came, "the third with 20,000 bytes");
    }
    Ok(())
}

/// Plays to the last frame, and sends requests after it.
pub(crate) const END: Case = Case {
    name: "the end of the movie",
    needs: need::EVERYTHING,
    decides: &[&need::LAST_FRAME, &need::END],
    movie: MovieKind::Short,
    play: end,
};

fn end(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.playing_caller(1)?;
    let last = scene.movie.frames.len();
    let seen = frames_up_to(scene, &mut caller, last.saturating_sub(1));
    let pause = caller.ear.telling_silence(PAUSE);
    let silent = caller.ear.falls_silent(pause, scene.within(SILENCE_LIMIT + pause));
    if plays_the_users(scene, &mut caller) {
        return judge_other_movie(scene);
    }
    let furthest = seen.iter().filter_map(|frame| frame.index).max().map_or(0, |index| index + 1);
    if furthest < last && !silent {
        return Err(Stop(format!("it plays too slowly: frame {furthest} of {last} by then")));
    }
    if furthest == last {
        scene.pass(&need::LAST_FRAME);
    } else {
        let came = format!("frames up to number {furthest}");
        scene.fail_playing(&need::LAST_FRAME, &came, &format!("all {last} frames of the movie"));
    }
    if !silent {
        let came = "packets, and no end to them";
        scene.fail_playing(&need::END, came, "silence after the last frame");
        return Ok(());
    }
    for method in ["PAUSE", "TEARDOWN"] {
        let answer = caller.ask(method);
        scene.check(
            &need::END,
            answer.is_granted(),
            &answer,
            "200 after the end of the movie, too",
        );
        if !answer.is_granted() {
            break;
        }
    }
    Ok(())
}

/// Whether it plays the user's movie, and not the one that was asked for.
fn plays_the_users(scene: &Scene<'_>, caller: &mut Caller) -> bool {
    let arrivals = caller.ear.heard();
    let [asked, users] = [scene.movie, scene.users].map(|movie| stream::frames(arrivals, movie));
    asked.iter().zip(&users).any(|(asked, users)| asked.index.is_none() && users.index.is_some())
}

/// A server that does not look at names grants also one of which there is no file; that is the same
/// fault, and has its line.
fn judge_other_movie(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut other = scene.caller()?;
    "no-such-movie.Mjpeg".clone_into(&mut other.movie);
    if !other.ask("SETUP").is_granted() {
        let expected = format!("those of {}", scene.movie.name);
        let came = format!("frames of {}", scene.users.name);
        scene.fail_playing(&need::LAST_FRAME, &came, &expected);
    }
    Err(Stop(OTHER_MOVIE.to_owned()))
}

/// Listens until that frame has come, its time is over, or there is a silence that is longer than
/// any halt of the machine.
fn frames_up_to(scene: &Scene<'_>, caller: &mut Caller, index: usize) -> Vec<Seen> {
    let end = scene.within(PLAY_LIMIT);
    loop {
        let count = caller.ear.count();
        let seen = stream::frames(caller.ear.heard(), scene.movie);
        let is_there = seen.iter().any(|frame| frame.index == Some(index));
        let next = end.min(Instant::now() + PACKET_LIMIT);
        if is_there || Instant::now() >= end || !caller.ear.wait_for(count + 1, next) {
            return seen;
        }
    }
}

const OTHER_MOVIE: &str = "it plays another movie than it was asked for";
/// Files that every system has, from the root and from any folder.
#[cfg(not(windows))]
const OUTSIDE: [&str; 2] = ["/etc/passwd", "../../../../../../../../../../etc/passwd"];
#[cfg(windows)]
const OUTSIDE: [&str; 2] = ["C:/Windows/win.ini", "../../../../../../../../../../Windows/win.ini"];
/// How long to wait for the answer, which need not come.
const OUTSIDE_LIMIT: Duration = Duration::from_millis(500);
/// How long to wait for a second reply to the same request.
const SECOND_REPLY: Duration = Duration::from_millis(200);
/// A silence of this length is the end.
const PAUSE: Duration = Duration::from_millis(600);
/// By then a second of the movie has come, even at a few frames a second.
const PLAY_LIMIT: Duration = Duration::from_millis(7800);
/// By then it has begun.
const SILENCE_LIMIT: Duration = Duration::from_secs(2);
