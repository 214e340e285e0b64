//! What a client of either dialect does while its server does not answer.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rtsp_lab::client::{ClientEvent, Player};
use rtsp_lab::rtsp::{Method, State};

use super::LIMIT;
use super::full_queue::FullQueue;
use super::stage::TURN;

/// The system gives up a connection after 2 s. A busy machine may not let a test do its part by
/// then, but not every time.
pub(crate) const TRIES: usize = 5;

/// What the client tells.
pub(crate) type Events = Rc<RefCell<Vec<ClientEvent>>>;

/// It listens to its user in the meantime, and starts again when it is asked to.
#[track_caller]
pub(crate) fn looks_at_its_user<P: Player>(client_of: impl Fn(u16) -> (P, Events)) {
    let mut goes_on = false;
    for _ in 0..TRIES {
        let server = FullQueue::start();
        let (mut client, events) = client_of(server.port());
        client.press(Method::Setup);
        assert!(client.is_connecting(), "it has waited: {:?}", client.message());
        client.press(Method::Play);
        client.press(Method::Describe);
        assert!(client.awaits(Method::Setup) && client.will_play(), "pressed and forgotten");
        client.wait(Duration::ZERO);
        goes_on |= client.is_connecting();
        assert_fails_once(&mut client, &events);
        // The next try begins anew.
        client.press(Method::Describe);
        assert!(client.awaits(Method::Describe) && client.message().is_none());
        if goes_on {
            break;
        }
    }
    assert!(goes_on, "it has waited for the server {TRIES} times");
}

/// PLAY in INIT does not wait for a connection, and is not forgotten.
#[track_caller]
pub(crate) fn play_waits_for_no_connection<P: Player>(client_of: impl Fn(u16) -> (P, Events)) {
    let server = FullQueue::start();
    let (mut client, events) = client_of(server.port());
    // The connection may have failed at once; only `wait` notices.
    client.press(Method::Play);
    assert!(client.is_connecting() && client.will_play());
    assert_fails_once(&mut client, &events);
}

/// Lets the client work until it has reported that there is no connection; it reports that once,
/// and forgets what was pressed.
#[track_caller]
fn assert_fails_once(client: &mut impl Player, events: &Events) {
    let start = Instant::now();
    while client.is_waiting() {
        assert!(start.elapsed() < LIMIT, "it still waits");
        client.wait(TURN);
    }
    let told = client.message().expect("a message").clone();
    assert_eq!(told.title, "Connection failed");
    assert!(!client.wait(Duration::ZERO), "nothing follows");
    assert_eq!((client.state(), client.will_play()), (State::Init, false));
    assert_eq!(events.borrow().as_slice(), [ClientEvent::Told(told)]);
}
