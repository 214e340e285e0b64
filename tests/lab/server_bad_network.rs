//! The server's bad network on the wire: every packet has the fate that its number and the seed
//! say, and the transcript tells.

use crate::common::bad_network::{MUCH, leaving, summary, told_at_the_end};
use crate::common::movies::made_movie;
use crate::common::raw_client::RawClient;
use crate::common::server_process::ServerProcess;

fn numbers_of_the_lab(client: &RawClient) -> Vec<u64> {
    let packets = client.waiting_packets();
    packets.iter().map(|packet| packet.sequence_number.into()).collect()
}

#[test]
fn in_the_labs_dialect_each_frame_has_its_fate() {
    let (folder, _) = made_movie(40);
    let mut server = ServerProcess::start(folder.path(), &MUCH);
    let clients = [(); 2].map(|()| RawClient::playing(server.address()));
    let expected = leaving(&MUCH, 40);
    for client in clients {
        let told = told_at_the_end(&mut server, client.address());
        assert_eq!(numbers_of_the_lab(&client), expected, "every session has the same network");
        let counts = summary(&expected, 40);
        assert!(told.starts_with(&counts) && told.ends_with(" (seed 7)"), "{counts}: {told}");
        assert!(!told.contains("delayed"), "{told}");
    }
}

#[test]
fn with_fragments_each_packet_has_its_fate_and_delays_change_no_order() {
    let (folder, frames) = made_movie(20);
    let packets: usize = frames.iter().map(|frame| frame.len().div_ceil(100)).sum();
    let packets = u64::try_from(packets).unwrap();
    assert!(packets > 100);
    let options = [&MUCH[..], &["--delay", "60", "--jitter", "60", "--fragment", "100"]].concat();
    let mut server = ServerProcess::start(folder.path(), &options);
    let client = RawClient::playing(server.address());
    let told = told_at_the_end(&mut server, client.address());
    let expected = leaving(&MUCH, packets);
    assert_eq!(numbers_of_the_lab(&client), expected);
    assert!(told.starts_with(&summary(&expected, packets)), "{told}");
    let (_, delays) = told.split_once(", delayed ").expect("delays");
    let (least, rest) = delays.split_once(" to ").unwrap();
    let most = rest.strip_suffix(" ms (seed 7)").unwrap();
    let [least, most] = [least, most].map(|ms| ms.parse::<u64>().unwrap());
    assert!(least <= most && (60..=120).contains(&most), "{told}");
}

#[test]
fn the_transcript_begins_with_the_network_and_names_the_packets() {
    let (folder, _) = made_movie(30);
    let mut server = ServerProcess::start(folder.path(), &MUCH);
    let shown = "loss 15 %, duplicate 10 %, reorder 15 %, delay 0 ms, jitter 0 ms, seed 7";
    server.wait_for(|line| line == format!("a bad network on purpose: {shown}"));
    let client = RawClient::playing(server.address());
    let address = client.address();
    told_at_the_end(&mut server, address);
    drop(client);
    let lines = server.transcript_of(address);
    let named = lines.iter().filter_map(|line| line.strip_prefix("network: "));
    let named: Vec<_> = named.filter(|text| !text.starts_with("of ")).collect();
    assert!((1..=3).contains(&named.len()), "at most a line a second: {named:?}");
    let mut all = [Vec::new(), Vec::new(), Vec::new()];
    for part in named.iter().flat_map(|text| text.split("; ")) {
        let kind = ["lost", "doubled", "swapped"];
        let kind = kind.iter().position(|kind| part.starts_with(kind)).expect(part);
        let numbers = part.split([' ', ',']).filter_map(|word| word.parse::<u64>().ok());
        all[kind].extend(numbers);
    }
    let expected = leaving(&MUCH, 30);
    let lost: Vec<_> = (1..=30).filter(|number| !expected.contains(number)).collect();
    let pairs = |is: fn(&[u64]) -> bool, of: usize| {
        expected.windows(2).filter(|pair| is(pair)).map(|pair| pair[of]).collect::<Vec<_>>()
    };
    assert_eq!(
        all,
        [lost, pairs(|pair| pair[0] == pair[1], 0), pairs(|pair| pair[0] > pair[1], 1)]
    );
}

/// With 10 s of delay nothing has come yet when PAUSE is asked for.
const FAR: [&str; 8] = ["--delay", "10000", "--loss", "30", "--reorder", "20", "--seed", "4"];

#[test]
fn what_is_under_way_at_a_pause_comes_before_the_reply_and_nothing_behind_it() {
    let (folder, _) = made_movie(400);
    let mut server = ServerProcess::start(folder.path(), &FAR);
    // Its packets take longer to arrive.
    let witness = RawClient::playing(server.address());
    let mut client = RawClient::playing(server.address());
    let mut numbers = Vec::new();
    for run in 1..=2 {
        // The transcript names packets that are well after those of the last run.
        let prefix = format!("[{}] network: lost ", client.address());
        let before = numbers.iter().max().copied().unwrap_or(0);
        let is_later = |word: &str| word.parse().is_ok_and(|number: u64| number > before + 5);
        server.wait_for(|line| {
            line.starts_with(&prefix) && line.split([' ', ',', ';']).any(is_later)
        });
        assert_eq!(numbers_of_the_lab(&client), [0; 0], "10 s are not over");
        client.granted("PAUSE");
        if run == 1 {
            assert_eq!(numbers_of_the_lab(&witness), [0; 0], "PAUSE waits for no packet");
        }
        numbers.extend(numbers_of_the_lab(&client));
        client.assert_no_packet("after PAUSE");
        client.granted("PLAY");
    }
    let last = *numbers.iter().max().unwrap();
    numbers.sort_unstable();
    let mut expected = leaving(&FAR, last);
    expected.sort_unstable();
    assert_eq!(numbers, expected, "none is forgotten, and the numbers run on");
}

#[test]
fn after_the_last_frame_what_is_under_way_comes_in_its_time() {
    let (folder, _) = made_movie(20);
    let options = ["--delay", "1500", "--reorder", "50", "--seed", "4"];
    let mut server = ServerProcess::start(folder.path(), &options);
    let client = RawClient::playing(server.address());
    told_at_the_end(&mut server, client.address());
    assert_eq!(numbers_of_the_lab(&client), leaving(&options, 20));
}

#[cfg(target_os = "linux")]
#[test]
fn a_session_with_packets_under_way_ends_at_once_and_leaves_nothing() {
    use crate::common::server_process::wait_until;
    let (folder, _) = made_movie(400);
    let mut server = ServerProcess::start(folder.path(), &FAR);
    let before = (server.threads(), server.descriptors());
    for end in ["TEARDOWN", "close"] {
        let mut client = RawClient::playing(server.address());
        let address = client.address();
        server.wait_for(|line| line.starts_with(&format!("[{address}] network: ")));
        if end == "TEARDOWN" {
            client.granted("TEARDOWN");
        }
        client.shut_down_writing();
        server.transcript_of(address);
        assert!(!numbers_of_the_lab(&client).is_empty(), "{end}: what was under way");
        wait_until(end, || (server.threads(), server.descriptors()) == before);
    }
}

#[test]
fn without_a_seed_one_is_made_up_and_told_so_that_it_can_be_repeated() {
    let (folder, _) = made_movie(40);
    let mut seeds = Vec::new();
    for _ in 0..2 {
        let mut server = ServerProcess::start(folder.path(), &["--loss", "30"]);
        let line = server.wait_for(|line| line.starts_with("a bad network on purpose: "));
        let (_, seed) = line.rsplit_once("seed ").unwrap();
        let client = RawClient::playing(server.address());
        let told = told_at_the_end(&mut server, client.address());
        assert!(told.ends_with(&format!(" (seed {seed})")), "{told}");
        let again = ["--loss", "30", "--seed", seed];
        assert_eq!(numbers_of_the_lab(&client), leaving(&again, 40), "with seed {seed}");
        seeds.push(seed.to_owned());
    }
    assert_ne!(seeds[0], seeds[1]);
}

#[test]
fn options_that_do_nothing_are_no_network() {
    let (folder, _) = made_movie(3);
    let options = ["--loss", "0", "--delay", "0", "--seed", "7"];
    let mut server = ServerProcess::start(folder.path(), &options);
    let client = RawClient::playing(server.address());
    assert_eq!(client.packets(3).len(), 3);
    let address = client.address();
    drop(client);
    server.transcript_of(address);
    let lines = server.kill();
    assert!(!lines.iter().any(|line| line.contains("network")), "{lines:#?}");
}
