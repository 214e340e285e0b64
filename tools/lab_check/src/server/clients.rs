//! Two clients at once.

use super::caller::Caller;
use super::requirements as need;
use super::scene::{Case, MovieKind, PACKET_LIMIT, Scene, Stop};
use super::stream;

/// Two clients play, one pauses.
pub(crate) const TWO_CLIENTS: Case = Case {
    name: "two clients at once",
    needs: need::A_PAUSE,
    decides: &[&need::TWO_CLIENTS, &need::TWO_SESSIONS],
    movie: MovieKind::Whole,
    play: two_clients,
};

fn two_clients(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut one = scene.ready_caller()?;
    let mut other = scene.another_caller(&need::TWO_CLIENTS)?;
    let setup = other.ask("SETUP");
    if !setup.is_granted() {
        scene.fail(&need::TWO_CLIENTS, &setup, "200, while another client is connected");
        return Err(Stop("the second client was not served".to_owned()));
    }
    other.take_session(&setup);
    if setup.header("Session").is_none() {
        scene.not_checked(&need::TWO_SESSIONS, "no reply names a session");
    } else {
        let differ = one.session != other.session;
        scene.check(&need::TWO_SESSIONS, differ, &setup, "a session that no other client has");
    }
    // One alone was served.
    scene.blame(&need::TWO_CLIENTS);
    scene.grant(&mut one, "PLAY")?;
    let play = other.ask("PLAY");
    if !play.is_granted() {
        scene.fail(&need::TWO_CLIENTS, &play, "200, while another client plays");
        return Ok(());
    }
    let begins = both_begin(scene, &mut one)? && both_begin(scene, &mut other)?;
    if begins {
        scene.grant(&mut one, "PAUSE")?;
        let before = other.ear.count();
        if other.ear.wait_for(before + FRAMES, scene.within(PACKET_LIMIT)) {
            scene.pass(&need::TWO_CLIENTS);
        } else {
            let expected = "the second one's movie, which goes on";
            let came = "no more packets for the second client";
            scene.fail_seen(&need::TWO_CLIENTS, "PAUSE of the first client", came, expected);
        }
    }
    Ok(())
}

/// Whether a client gets all of the first frames.
fn both_begin(scene: &mut Scene<'_>, caller: &mut Caller) -> Result<bool, Stop> {
    let mut seen = Vec::new();
    while seen.len() < FRAMES {
        let count = caller.ear.count();
        scene.packets(caller, count, 1)?;
        seen = stream::frames(caller.ear.heard(), scene.movie);
    }
    if scene.movie.frames.is_empty() {
        return Ok(true);
    }
    let indexes = seen.iter().take(FRAMES).map(|frame| frame.index);
    let whole = indexes.eq((0..FRAMES).map(Some));
    if !whole {
        let numbers = seen.iter().filter_map(|frame| Some((frame.index? + 1).to_string()));
        let came = format!("frames {} for one of them", numbers.collect::<Vec<_>>().join(", "));
        let expected = "each gets the movie from its first frame on, all of it";
        scene.fail_seen(&need::TWO_CLIENTS, "PLAY of two clients", &came, expected);
    }
    Ok(whole)
}

/// How many frames are looked at.
const FRAMES: usize = 5;
