//! How long a reply takes to the dot in the status line.

use std::time::Instant;

use super::client_common::MOVIE;
use super::client_common::scripted_server::ScriptedServer;
use super::desktop::places::Target;
use super::desktop::player::Player;
use super::desktop::screen::{DOT, State};
use super::desktop::xvfb::Desktop;
use super::figures::Times;
use super::probe::Probe;

pub(crate) fn keys(desktop: &Desktop) -> Times {
    answers(desktop, |player, step| player.key(step.key))
}

pub(crate) fn clicks(desktop: &Desktop) -> Times {
    answers(desktop, |player, step| player.click_once(step.button))
}

/// From just before the reply is written to the dot in its new colour. The time before that belongs
/// to the program that types and clicks, and to the network.
fn answers(desktop: &Desktop, press: impl Fn(&Player<'_>, &Step)) -> Times {
    let mut server = ScriptedServer::start();
    let player = Player::start(desktop, server.port(), MOVIE, &[]);
    let probe = Probe::of_window(desktop, &player);
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        for step in &STEPS {
            press(&player, step);
            server.expects(step.method);
            let reply = server.reply("200 OK");
            let start = Instant::now();
            server.says(reply);
            probe.wait_for(DOT, step.state.color());
            times.push(start.elapsed());
        }
        server.closes();
        probe.wait_for(DOT, State::Init.color());
    }
    times.into_iter().collect()
}

/// A request, and the state after its reply.
struct Step {
    key: &'static str,
    button: Target,
    method: &'static str,
    state: State,
}

const STEPS: [Step; 3] = [
    Step { key: "s", button: Target::Setup, method: "SETUP", state: State::Ready },
    Step { key: "p", button: Target::Play, method: "PLAY", state: State::Playing },
    Step { key: "space", button: Target::Pause, method: "PAUSE", state: State::Ready },
];
/// Three replies each.
const ROUNDS: usize = 10;
