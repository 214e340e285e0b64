//! The client of the standard dialect while it connects: it looks at its user meanwhile.

#![cfg(target_os = "linux")]

use std::rc::Rc;

use crate::client_common::MOVIE;
use crate::client_common::connecting::{Events, looks_at_its_user, play_waits_for_no_connection};
use rtsp_lab::standard::client::{StandardClient, StandardSettings};
use rtsp_lab::standard::rtsp::RtspUrl;

/// A client of that port, and what it tells.
fn client_of(port: u16) -> (StandardClient, Events) {
    let url = RtspUrl::parse(&format!("rtsp://127.0.0.1:{port}/{MOVIE}")).unwrap();
    let events = Events::default();
    let told = Rc::clone(&events);
    let report = move |event| told.borrow_mut().push(event);
    (StandardClient::new(StandardSettings::of_url(url), report), events)
}

#[test]
fn while_a_server_does_not_answer_the_client_looks_at_its_user() {
    looks_at_its_user(client_of);
}

#[test]
fn play_in_init_waits_for_no_connection_and_is_not_forgotten() {
    play_waits_for_no_connection(client_of);
}
