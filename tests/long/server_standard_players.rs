//! Real players watch real movies: every frame must be the one in the file, and none be missing.
//!
//! `cargo test --test long server_standard_players -- --nocapture` prints the rows of
//! [docs/interop.md](../docs/interop.md).

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use crate::common::left_out::{forbidden, leave_out, needs, needs_all};
use crate::common::said::say;
use crate::common::server_process::ServerProcess;
use crate::harness::tests;
use crate::movies::{FRAMES, MovieFile, movies};
use crate::programs::{Player, players};
use crate::run::run;

tests![every_player_shows_every_frame_of_every_movie, ffmpeg_relays_the_stream_to_browsers,];

fn every_player_shows_every_frame_of_every_movie() {
    // It tells what the frames must look like.
    needs("ffmpeg", "ffmpeg");
    let folder = tempfile::tempdir().unwrap();
    let movies = movies(folder.path());
    let server = ServerProcess::start(folder.path(), &["--bind", "127.0.0.1"]);
    let (address, (players, missing)) = (server.address(), players());
    let jobs: Vec<_> =
        players.iter().flat_map(|player| movies.iter().map(move |movie| (player, movie))).collect();
    let jobs = Mutex::new(jobs.into_iter().enumerate());
    let (rows, failures) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = jobs.lock().unwrap().next();
                    let Some((number, (player, movie))) = next else { return };
                    match watch(player, movie, address, &folder.path().join(number.to_string())) {
                        Ok(row) => rows.lock().unwrap().push((number, row)),
                        Err(flaw) => failures.lock().unwrap().push(flaw),
                    }
                }
            });
        }
    });
    let mut rows = rows.into_inner().unwrap();
    rows.sort();
    say(
        "| player | transport | movie | frames, all as in the file | tries |\n|---|---|---|---|---|",
    );
    for (_, row) in rows {
        say(row);
    }
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    if !missing.is_empty() {
        let names: Vec<_> = missing
            .iter()
            .map(|player| format!("{} ({})", player.name, player.transport))
            .collect();
        let packages: BTreeSet<_> = missing.iter().map(Player::packages).collect();
        let packages: Vec<_> = packages.into_iter().collect();
        leave_out(
            format!("all others play, there is no {}", names.join(", ")),
            &packages.join(" "),
        );
    }
}

/// A row of the table, if every frame came; over UDP a player may try again.
fn watch(
    player: &Player,
    movie: &MovieFile,
    server: SocketAddr,
    out: &Path,
) -> Result<String, String> {
    let url = format!("{}://{}/{}", player.scheme, server, movie.name);
    let Player { name, transport, .. } = player;
    let what = format!("{name} over {transport}, {}", movie.title);
    let tries = if *transport == "UDP" { TRIES } else { 1 };
    let mut flaw = String::new();
    for number in 1..=tries {
        match player.watch(&url, movie, out) {
            Ok(found) if found == player.expected(movie) => {
                let count = found.len();
                return Ok(format!(
                    "| {name} | {transport} | {} | {count} | {number} |",
                    movie.title
                ));
            }
            Ok(found) => {
                let expected = player.expected(movie);
                let right = found.iter().filter(|frame| expected.contains(frame)).count();
                let (shown, all) = (found.len(), expected.len());
                flaw =
                    format!("{what}: {shown} frames shown, {right} of them right, expected {all}");
            }
            Err(error) => flaw = format!("{what}: {error}"),
        }
        say(format_args!("try {number}: {flaw}"));
    }
    Err(flaw)
}

fn ffmpeg_relays_the_stream_to_browsers() {
    needs_all(&[("ffmpeg", "ffmpeg"), ("ffprobe", "ffmpeg")]);
    let encoders = ["-hide_banner", "-encoders"].map(str::to_owned);
    let folder = tempfile::tempdir().unwrap();
    let listed = run("ffmpeg", &encoders, &folder.path().join("encoders"));
    if !listed.is_ok_and(|text| text.contains(" libx264 ")) {
        forbidden("this ffmpeg is built without libx264");
    }
    let movies = movies(folder.path());
    let server = ServerProcess::start(folder.path(), &["--bind", "127.0.0.1"]);
    let url = format!("rtsp://{}/{}", server.address(), movies.first().unwrap().name);
    let list = folder.path().join("movie.m3u8").display().to_string();
    let relay = format!(
        "-nostdin -v warning -rtsp_transport tcp -i {url} -c:v libx264 -preset ultrafast -f hls \
         -hls_time 1 -hls_list_size 0 {list}"
    );
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    run("ffmpeg", &words(&relay), &folder.path().join("relay")).unwrap();
    let count = format!(
        "-v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of \
         csv=p=0 {list}"
    );
    let counted = run("ffprobe", &words(&count), &folder.path().join("count")).unwrap();
    assert_eq!(counted.split_whitespace().next(), Some(FRAMES.to_string().as_str()));
    say(format_args!("| ffmpeg to HLS | TCP | {} | {FRAMES} | 1 |", movies.first().unwrap().title));
}

/// They wait most of the time.
const AT_ONCE: usize = 8;
/// A machine that is too busy to empty a socket's buffer loses packets, whoever sends them.
const TRIES: u32 = 3;
