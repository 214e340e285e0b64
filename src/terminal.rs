//! The player without a window: one line a second, and the statistics at the end.

use std::time::{Duration, Instant};

use crate::client::Player;
use crate::rtsp::{Method, State};

/// How long to play.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// At most so long.
    pub seconds: Option<Duration>,
    /// So much longer than the 2 s after which the client says that nothing comes.
    pub patience: Duration,
}

/// How it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// Frames were decoded, nothing is wrong with them at the end, and TEARDOWN was answered.
    pub is_good: bool,
    /// The statistics, as they were printed.
    pub summary: String,
}

/// Plays the movie to its end, or as long as the limits allow, and hands what is to be printed to `say`, which
/// must not wait. Python has no such thing: Tk needs a display.
pub fn play(client: &mut dyn Player, limits: Limits, say: &dyn Fn(String)) -> Played {
    client.press(Method::Setup);
    wait_for_reply(client);
    if client.state() == State::Ready {
        // In INIT it would try SETUP once more.
        client.press(Method::Play);
        wait_for_reply(client);
    }
    watch(client, limits, say);
    client.press(Method::Teardown);
    wait_for_reply(client);
    let (statistics, now) = client.statistics();
    let summary = statistics.summary(now).to_string();
    say(summary.trim_end().to_owned());
    let is_shown = statistics.frames_shown > 0 && client.status().finding.is_none();
    Played { is_good: is_shown && client.is_torn_down(), summary }
}

fn wait_for_reply(client: &mut dyn Player) {
    while client.is_waiting() {
        client.wait(TURN);
    }
}

/// Prints a line a second while the movie plays.
fn watch(client: &mut dyn Player, limits: Limits, say: &dyn Fn(String)) {
    let (start, limit) = (Instant::now(), limits.seconds);
    let (mut next_line, mut heard) = (Duration::from_secs(1), Duration::ZERO);
    while client.state() == State::Playing && !client.has_ended() {
        let elapsed = start.elapsed();
        if !client.has_no_data() {
            heard = elapsed;
        }
        // In the lab's dialect silence is the only sign of the end.
        let silence = elapsed.saturating_sub(heard);
        let silent = client.has_no_data() && silence >= limits.patience;
        if silent || limit.is_some_and(|limit| elapsed >= limit) {
            return;
        }
        if elapsed >= next_line {
            say(line(client, elapsed));
            next_line += Duration::from_secs(1);
        }
        let until_limit = limit.map_or(TURN, |limit| limit.saturating_sub(elapsed));
        client.wait(TURN.min(until_limit));
    }
}

fn line(client: &dyn Player, elapsed: Duration) -> String {
    let (statistics, now) = client.statistics();
    let reception = &statistics.reception;
    let shown = match (client.buffering(), &statistics.playout) {
        (Some(buffering), _) => format!("  BUFFERING {buffering}"),
        (None, Some(playout)) => format!("  buffer {playout}"),
        (None, None) => String::new(),
    };
    let counts = statistics.playout.map_or_else(String::new, |playout| {
        format!("  underruns {}  late for playout {}", playout.underruns, playout.late)
    });
    format!(
        "{:>4} s  {}  frame {}  {} frames/s  {} kbit/s  lost {}  late {}  duplicates {}{shown}{counts}",
        elapsed.as_secs(),
        client.state(),
        statistics.current_frame(),
        statistics.frames_now(now),
        reception.bits_now(now) / 1000,
        reception.lost,
        reception.late,
        reception.duplicates,
    )
}

/// How long one turn of a loop may wait for news.
const TURN: Duration = Duration::from_millis(100);
