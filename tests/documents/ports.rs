//! The ports in the documents, and the free ones that are used in their place.

use crate::harness::tests;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

tests![a_number_is_replaced_where_it_stands_alone,];

/// The ports that the documents use.
pub(crate) const PORTS: [&str; 4] = ["2048", "8554", "5008", "8000"];

/// A port of four digits, as those of the documents, that is free for TCP and UDP, and the next
/// too.
pub(crate) fn four_digit_port() -> u16 {
    let process = u16::try_from(std::process::id() % 700).unwrap();
    let is_free = |port: &u16| {
        TcpListener::bind((Ipv4Addr::UNSPECIFIED, *port)).is_ok()
            && UdpSocket::bind((Ipv4Addr::UNSPECIFIED, *port)).is_ok()
            && UdpSocket::bind((Ipv4Addr::UNSPECIFIED, *port + 1)).is_ok()
    };
    let next = || 2100 + (process * 10 + NEXT.fetch_add(2, Ordering::Relaxed)) % 7800;
    std::iter::repeat_with(next).take(3000).find(is_free).expect("a free port of four digits")
}

pub(crate) fn has_number(text: &str, number: &str) -> bool {
    replace_number(text, number, "") != text
}

/// Replaces the number where it stands alone, not in a longer one.
pub(crate) fn replace_number(text: &str, number: &str, other: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(number) {
        let (head, tail) = rest.split_at(at);
        let after = &tail[number.len()..];
        result.push_str(head);
        let is_digit = |c: char| c.is_ascii_digit();
        let alone = !result.ends_with(is_digit) && !after.starts_with(is_digit);
        result.push_str(if alone { other } else { number });
        rest = after;
    }
    result + rest
}

static NEXT: AtomicU16 = AtomicU16::new(0);

fn a_number_is_replaced_where_it_stands_alone() {
    assert_eq!(replace_number("2048 12048 20480 :2048/", "2048", "7"), "7 12048 20480 :7/");
    assert!(has_number("a 2048", "2048") && !has_number("20480", "2048"));
}
