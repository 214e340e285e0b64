//! The client of the standard dialect at servers that ask for a name and a password, or have no TCP.

use crate::client_common::LIMIT;
use crate::client_common::program::{Ended, Program, client_command};
use crate::client_common::standard_server::{Request, StandardServer};
use crate::client_common::standard_stage::{First, StandardStage};
use rtsp_lab::client::Player;
use rtsp_lab::rtsp::State;
use rtsp_lab::standard::client::StandardClient as Client;
use rtsp_lab::standard::rtsp::{Challenge, Credentials};

/// The challenges, from the weakest to the strongest.
const CHALLENGES: [&str; 4] = [
    "Basic realm=\"camera\"",
    "Digest realm=\"camera\", nonce=\"abc\"",
    "Digest realm=\"camera\", nonce=\"def\", qop=\"auth\", opaque=\"x\"",
    "Digest realm=\"camera\", nonce=\"ghi\", qop=\"auth\", algorithm=SHA-256",
];

fn ask(challenge: &str) -> String {
    format!("WWW-Authenticate: {challenge}\r\n")
}

/// Asserts that the request answers the challenge, as the `count`th with it.
#[track_caller]
fn assert_answers(request: &Request, challenge: &str, count: u32) {
    let found = request.header("Authorization").expect("an answer");
    let random = found.split_once("cnonce=\"").and_then(|(_, rest)| rest.split('"').next());
    let user = Credentials::in_url("rtsp://me:geh%65im@h").unwrap();
    let asked = (request.method.as_str(), request.url.as_str());
    let expected = Challenge::best(challenge).unwrap();
    assert_eq!(found, expected.answer(&user, asked, (count, random.unwrap_or_default())));
}

#[test]
fn every_request_after_a_401_answers_its_challenge() {
    for challenge in CHALLENGES {
        let mut stage = StandardStage::of_user("me:geheim");
        stage.press(Client::play_movie);
        stage.grants("OPTIONS");
        assert_eq!(stage.server.request.header("Authorization"), None, "nobody has asked yet");
        // A list in several lines and one line, with schemes that nobody here knows.
        let asked = ask("Negotiate, Bearer realm=\"a, b\"") + &ask(challenge);
        stage.answers("DESCRIBE", "401 Unauthorized", &asked, "");
        for (count, method) in (1..).zip(["DESCRIBE", "SETUP", "PLAY"]) {
            stage.grants(method);
            assert_answers(&stage.server.request, challenge, count);
        }
        stage.until("PLAYING", |client| client.state() == State::Playing && !client.is_waiting());
        stage.shows(1);
        stage.teardown();
        assert_answers(&stage.server.request, challenge, 4);
        assert_eq!(stage.told(), [""; 0]);
    }
}

#[test]
fn an_old_nonce_costs_one_more_request_whether_the_server_says_so_or_not() {
    for stale in [", stale=true", ""] {
        let mut stage = StandardStage::of_user("me:geheim");
        stage.server.answers.session = "77;timeout=2";
        stage.press(Client::play_movie);
        stage.answers("OPTIONS", "401 Unauthorized", &ask("Digest realm=r, nonce=n0"), "");
        for method in ["OPTIONS", "DESCRIBE", "SETUP"] {
            stage.grants(method);
        }
        let challenge = format!("Digest realm=r, nonce=n1, qop=auth{stale}");
        stage.answers("PLAY", "401 Unauthorized", &ask(&challenge), "");
        stage.grants("PLAY");
        assert_answers(&stage.server.request, &challenge, 1);
        assert_eq!(stage.server.request.header("Range"), Some("npt=0.000-"), "as before");
        stage.until("PLAYING", |client| client.state() == State::Playing && !client.is_waiting());
        // A sign of life is repeated, too.
        let challenge = format!("Digest realm=r, nonce=n2{stale}");
        for (status, asked) in [("401 Unauthorized", ask(&challenge)), ("200 OK", String::new())] {
            stage.until("a sign of life", |client| {
                let last = client.rtsp_log().last().unwrap().event.to_string();
                last.starts_with("Data sent:\nGET_PARAMETER")
            });
            stage.server.expects("GET_PARAMETER");
            stage.answers_now(status, &asked);
        }
        assert_answers(&stage.server.request, &challenge, 1);
        stage.shows(1);
        stage.teardown();
        assert_eq!(stage.told(), [""; 0]);
    }
}

#[test]
fn what_leads_nowhere_is_told_and_can_be_tried_again() {
    let wrong = "The server does not take this name and password.";
    let basic = "Basic realm=r";
    let too_old = "Digest realm=r, nonce=n, stale=true";
    for (user, challenge, requests, text) in [
        ("", basic, 1, "The server wants a name and a password: rtsp://USER:PASSWORD@HOST/MOVIE."),
        ("me:wrong@", basic, 2, wrong),
        ("me:wrong@", "Digest realm=r, nonce=n", 2, wrong),
        // A server whose nonces are always too old.
        ("me:wrong@", too_old, 4, wrong),
        ("me:x@", "Negotiate", 1, "neither by Basic nor by Digest: \"Negotiate\"."),
        ("me:x@", "", 1, "neither by Basic nor by Digest: \"\"."),
    ] {
        let mut stage = match user.strip_suffix('@') {
            Some(user) => StandardStage::of_user(user),
            None => StandardStage::new(First::Tcp),
        };
        stage.press(Client::play_movie);
        stage.grants("OPTIONS");
        for _ in 0..requests {
            stage.answers("DESCRIBE", "401 Unauthorized", &ask(challenge), "");
        }
        let told = stage.message("401 Unauthorized");
        assert!(told.ends_with(text), "{told}");
        assert_eq!(stage.client.state(), State::Init);
        stage.server.assert_nothing_waits();
        stage.setup();
    }
}

#[test]
fn another_server_does_not_get_the_password() {
    for (user_there, has_answer) in [("", false), ("you:there@", true)] {
        let mut there = StandardServer::start();
        let mut stage = StandardStage::of_user("me:geheim");
        stage.press(Client::setup_movie);
        stage.answers("OPTIONS", "401 Unauthorized", &ask(CHALLENGES[0]), "");
        let to = there.url().replace("://", &format!("://{user_there}"));
        stage.answers("OPTIONS", "302 Moved", &format!("Location: {to}\r\n"), "");
        std::mem::swap(&mut stage.server, &mut there);
        stage.until("another connection", |client| !client.is_connecting());
        stage.answers("OPTIONS", "401 Unauthorized", &ask(CHALLENGES[0]), "");
        if has_answer {
            stage.grants("OPTIONS");
            let answer = stage.server.request.header("Authorization");
            assert_eq!(answer, Some("Basic eW91OnRoZXJl"));
        } else {
            assert!(stage.message("401 Unauthorized").contains("wants a name and a password"));
        }
    }
}

/// Runs the client with that user at a server that asks him so, until it ends; one that takes any answer
/// plays nothing and says goodbye.
fn run(user: &str, challenge: &str, takes: bool) -> Ended {
    let mut stage = StandardStage::new(First::Tcp);
    let url = stage.server.url().replace("://", &format!("://{user}@"));
    let program = Program::start(&mut client_command(&["--headless", "--tcp", &url]));
    stage.server.expects("OPTIONS");
    stage.server.answers("401 Unauthorized", &ask(challenge), "");
    if takes {
        for method in ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"] {
            stage.server.grants(method);
        }
        for packet in stage.packets(1) {
            stage.server.sends_rtp(&packet);
        }
        let goodbye = stage.sender.goodbye();
        stage.server.sends_rtcp(&goodbye);
        stage.server.grants("TEARDOWN");
    } else {
        stage.server.expects("OPTIONS");
        stage.server.answers("401 Unauthorized", &ask(challenge), "");
    }
    program.end(LIMIT)
}

#[test]
fn the_password_is_in_no_line_that_is_printed() {
    for (challenge, scheme) in CHALLENGES.into_iter().zip(["Basic", "Digest", "Digest", "Digest"]) {
        for takes in [true, false] {
            let ended = run("me:geheim", challenge, takes);
            assert_eq!(ended.code, Some(i32::from(!takes)), "{ended:?}");
            let text = ended.output + &ended.errors;
            assert!(text.contains(&format!("Authorization: {scheme} (not shown)\n")), "{text}");
            let answer = if scheme == "Basic" { "bWU6Z2VoZWlt" } else { "response=" };
            for secret in ["geheim", answer] {
                assert!(!text.contains(secret), "{text}");
            }
            assert_eq!(text.contains("does not take this name and password"), !takes, "{text}");
        }
    }
    let mut command = client_command(&["rtsp://me:geheim@h:x/movie"]);
    let ended = Program::start(&mut command).end(LIMIT);
    assert_eq!(ended.code, Some(2));
    assert!(
        !ended.errors.contains("geheim") && ended.errors.contains("...@h:x/movie"),
        "{ended:?}"
    );
}

#[test]
fn tcp_at_a_server_that_has_udp_only_is_told() {
    let mut stage = StandardStage::new(First::Tcp);
    stage.press(Client::play_movie);
    stage.grants("OPTIONS");
    stage.grants("DESCRIBE");
    stage.answers("SETUP", "461 Unsupported Transport", "", "");
    let told = stage.message("461 Unsupported Transport");
    assert_eq!(told, "The server does not send RTP over TCP: leave --tcp out.");
    assert_eq!(stage.client.state(), State::Init);
}
