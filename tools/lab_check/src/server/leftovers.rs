//! What is left when clients have gone: packets, processor time, threads, files.

use std::time::{Duration, Instant};

use crate::usage::Usage;

use super::ear::Ear;
use super::requirements as need;
use super::scene::{Case, MovieKind, Scene, Stop};
use super::states::judge_silence;

/// After TEARDOWN.
pub(crate) const AFTER_TEARDOWN: Case = Case {
    name: "after Teardown",
    needs: need::A_TEARDOWN,
    decides: &[
        &need::TEARDOWN_STOPS,
        &need::SERVES_ON,
        &need::IDLE,
        &need::THREADS,
        &need::DESCRIPTORS,
    ],
    movie: MovieKind::Whole,
    play: |scene| leave(scene, Leave::Teardown),
};
/// After the end of the connection.
pub(crate) const AFTER_CLOSE: Case = Case {
    name: "after a client closes the connection",
    needs: need::A_STREAM,
    decides: &[&need::GONE, &need::SERVES_ON, &need::IDLE, &need::THREADS, &need::DESCRIPTORS],
    movie: MovieKind::Whole,
    play: |scene| leave(scene, Leave::Close),
};
/// After the client was killed.
pub(crate) const AFTER_KILL: Case = Case {
    name: "after a client is killed",
    needs: need::A_STREAM,
    decides: &[&need::GONE, &need::SERVES_ON, &need::IDLE, &need::THREADS, &need::DESCRIPTORS],
    movie: MovieKind::Whole,
    play: |scene| leave(scene, Leave::Kill),
};

/// How a client goes while it plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leave {
    Teardown,
    Close,
    /// The system resets its connection, and closes its RTP port.
    Kill,
}

impl Leave {
    const fn name(self) -> &'static str {
        match self {
            Self::Teardown => "TEARDOWN and the end of the connection",
            Self::Close => "the end of the connection",
            Self::Kill => "the reset of the connection",
        }
    }
}

fn leave(scene: &mut Scene<'_>, leave: Leave) -> Result<(), Stop> {
    // What has failed first may be why something is left.
    let mut culprit = play_and_leave(scene, leave, true)?;
    if culprit.is_none() && scene.live.usage().is_some() {
        culprit = judge_idle(scene, leave);
    }
    let one = scene.live.usage();
    // The first client was served.
    scene.blame(&need::SERVES_ON);
    for _ in 0..MORE_SESSIONS {
        play_and_leave(scene, leave, false)?;
    }
    scene.pass(&need::SERVES_ON);
    let Some(one) = one else {
        return Err(Stop("this needs Linux, and a server that was started here".to_owned()));
    };
    let many = settled(scene, one);
    judge_growth(scene, leave, one, many, culprit);
    Ok(())
}

/// What goes on although nobody plays, in words.
type Culprit = Option<&'static str>;

/// Plays one session. With `look`, checks whether packets stop.
fn play_and_leave(scene: &mut Scene<'_>, leave: Leave, look: bool) -> Result<Culprit, Stop> {
    let mut caller = scene.another_caller(&need::SERVES_ON)?;
    scene.grant(&mut caller, "SETUP")?;
    if leave == Leave::Kill {
        // Unread bytes make the close a reset.
        let request = caller.request("PLAY");
        caller.send(&request);
        scene.packets(&mut caller, 0, 2)?;
        caller.peek(Duration::from_secs(1));
        let (address, port) = (caller.ear.address(), caller.ear.port());
        let silence = caller.ear.telling_silence(SILENCE);
        caller.end_like_a_killed_one();
        std::thread::sleep(CLOSED);
        // If another program has taken the port since, its packets would be mistaken for these.
        let ear = Ear::open(address.ip(), port).ok().filter(|_| look);
        return Ok(ear.and_then(|ear| judge_gone(scene, leave, ear, silence)));
    }
    let play = scene.grant(&mut caller, "PLAY")?;
    scene.packets(&mut caller, play.packets_before, 2)?;
    if leave == Leave::Teardown {
        let teardown = scene.grant(&mut caller, "TEARDOWN")?;
        if !look {
            return Ok(None);
        }
        let silent = judge_silence(scene, &mut caller, &teardown, &need::TEARDOWN_STOPS);
        return Ok(silent.err().map(|_| SENDING));
    }
    let silence = caller.ear.telling_silence(SILENCE);
    let ear = caller.hang_up();
    Ok(if look { judge_gone(scene, leave, ear, silence) } else { None })
}

fn judge_gone(scene: &mut Scene<'_>, leave: Leave, mut ear: Ear, silence: Duration) -> Culprit {
    let limit = SILENCE_LIMIT + silence;
    if ear.falls_silent(silence, scene.within(limit)) {
        scene.pass(&need::GONE);
        return None;
    }
    let came = format!("packets, still {:.1} s after {}", limit.as_secs_f64(), leave.name());
    scene.fail_playing(&need::GONE, &came, "no packet: the client has gone");
    Some(SENDING)
}

/// Whether the server computes although nobody plays. It may have to tidy up, so one quiet second
/// of three is enough.
fn judge_idle(scene: &mut Scene<'_>, leave: Leave) -> Culprit {
    let mut share = 0.0;
    for _ in 0..3 {
        let (before, begin) = (scene.live.usage(), Instant::now());
        std::thread::sleep(A_SECOND);
        let (before, after) = before.zip(scene.live.usage())?;
        // On a busy machine a spinning loop gets less than it wants.
        let computed = after.cpu.saturating_sub(before.cpu);
        let wanted = computed + after.waited.saturating_sub(before.waited);
        share = 100.0 * wanted.as_secs_f64() / begin.elapsed().as_secs_f64();
        if share < MOST_PERCENT {
            scene.pass(&need::IDLE);
            return None;
        }
    }
    let came = format!("it wants {share:.0} % of a processor, for seconds");
    let expected = format!("less than {MOST_PERCENT} %: nobody plays");
    scene.fail_seen(&need::IDLE, leave.name(), &came, &expected);
    Some("what still computes")
}

/// What the server uses after threads have had time to end.
fn settled(scene: &Scene<'_>, rest: Usage) -> Usage {
    let end = scene.within(SETTLE_LIMIT);
    loop {
        let usage = scene.live.usage().unwrap_or_default();
        let is_at_rest = usage.threads <= rest.threads && usage.descriptors <= rest.descriptors;
        if is_at_rest || Instant::now() >= end {
            return usage;
        }
        std::thread::sleep(LOOK_INTERVAL);
    }
}

fn judge_growth(scene: &mut Scene<'_>, leave: Leave, one: Usage, many: Usage, culprit: Culprit) {
    let requests = format!("{} sessions, each ended by {}", MORE_SESSIONS + 1, leave.name());
    let came = |what: &str, one: u64, many: u64| {
        format!("{one} {what} after one session, {many} after {MORE_SESSIONS} more")
    };
    let has_threads = many.threads >= one.threads + MORE_SESSIONS;
    let has_descriptors = many.descriptors >= one.descriptors + MORE_SESSIONS;
    if let Some(culprit) = culprit.filter(|_| has_threads || has_descriptors) {
        // It is one fault, and has its line already.
        let kept = |what: String| format!("{what}: {culprit} may hold them");
        let threads = kept(came("threads", one.threads, many.threads));
        let files = kept(came("open files and sockets", one.descriptors, many.descriptors));
        scene.not_checked(&need::THREADS, &threads);
        return scene.not_checked(&need::DESCRIPTORS, &files);
    }
    if has_threads {
        let came = came("threads", one.threads, many.threads);
        scene.fail_seen(&need::THREADS, &requests, &came, "as many as before");
        return scene.not_checked(&need::DESCRIPTORS, "the threads that are left may hold some");
    }
    scene.pass(&need::THREADS);
    if has_descriptors {
        let came = came("open files and sockets", one.descriptors, many.descriptors);
        scene.fail_seen(&need::DESCRIPTORS, &requests, &came, "as many as before");
    } else {
        scene.pass(&need::DESCRIPTORS);
    }
}

/// What keeps threads and files of a session that has ended.
const SENDING: &str = "what goes on sending";
/// How many sessions follow the first, to see what each of them leaves.
const MORE_SESSIONS: u64 = 4;
/// A silence that is long enough: six frames.
const SILENCE: Duration = Duration::from_millis(300);
/// How long a server may take to see that its client has gone.
const SILENCE_LIMIT: Duration = Duration::from_millis(1200);
/// How long the RTP port of the killed client is closed.
const CLOSED: Duration = Duration::from_millis(200);
/// How long to measure whether it computes.
const A_SECOND: Duration = Duration::from_secs(1);
/// The share of a processor that shows a spinning loop, which wants all of one.
const MOST_PERCENT: f64 = 30.0;
/// How long threads may take to end.
const SETTLE_LIMIT: Duration = Duration::from_secs(2);
/// How often to check.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);
