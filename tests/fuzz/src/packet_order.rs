//! Packets in any order and at any time: put in order, and counted.

use std::collections::BTreeSet;
use std::time::Duration;

use rtsp_lab::reorder::{LONGEST, MOST, Reorder};
use rtsp_lab::rtp_packet::RtpPacket;
use rtsp_lab::statistics::{Order, Reception, Statistics};

use super::input::Input;

/// Steps of number and time, each in three bytes.
pub fn run(data: &[u8]) {
    anywhere(Input::new(data));
    nearby(Input::new(data));
}

/// What goes in comes out, once, and nothing waits for ever.
fn anywhere(mut input: Input<'_>) {
    let (mut reorder, mut reception) = (Reorder::default(), Reception::default());
    let (mut statistics, mut now) = (Statistics::default(), Duration::ZERO);
    let (mut pushed, mut popped, mut counted) = (0_u32, BTreeSet::new(), 0);
    statistics.play(now);
    while !input.is_empty() {
        let (number, step) = (input.u16(), input.u8());
        match step {
            255 => reception.resume(),
            254 => reorder.flush(),
            253 => reception.begin_anew(),
            _ => {}
        }
        now += Duration::from_millis(u64::from(step));
        reorder.push(number, (number, pushed), now);
        pushed += 1;
        while let Some((number, name)) = reorder.pop(now) {
            assert!(popped.insert(name), "a packet comes out once");
            let payload: &[u8] = if step & 1 == 0 { b"\xFF\xD8\xFF\xD9" } else { b"piece" };
            let packet = RtpPacket::jpeg(number, u32::from(number) * 4500, 0, payload);
            counted += u64::from(reception.record(&packet, step & 2 != 0, now) != Order::Late);
        }
        let waiting = pushed as usize - popped.len();
        assert!(waiting < MOST, "{waiting} packets wait");
        assert_eq!(reception.packets, counted + reception.late);
        assert!(reception.lost <= 3000 * reception.packets);
        if pushed % 16 == 1 {
            show(&mut statistics, &reception, now);
        }
    }
    now += LONGEST;
    while let Some((_, name)) = reorder.pop(now) {
        popped.insert(name);
    }
    // Several gaps take several times; after a flush nothing waits.
    reorder.flush();
    while let Some((_, name)) = reorder.pop(now) {
        popped.insert(name);
    }
    assert_eq!(popped.len(), pushed as usize);
}

/// Everything that the window asks for.
fn show(statistics: &mut Statistics, reception: &Reception, now: Duration) {
    statistics.receive(reception.clone());
    statistics.show_frame(now);
    statistics.sample(now);
    assert!(reception.bits_now(now) <= 8 * reception.bytes);
    assert!(statistics.summary(now).to_string().ends_with('\n'));
    assert!(statistics.history.samples().len() <= 121);
}

/// Numbers that are never far from the highest: then it is clear how many are lost.
fn nearby(mut input: Input<'_>) {
    let first = u64::from(input.u16());
    let (mut reception, mut highest, mut came) = (Reception::default(), first, BTreeSet::new());
    let mut number = first;
    loop {
        // Before the first packet nothing is lost, so nothing comes from there.
        number = number.max(first);
        highest = highest.max(number);
        let is_new = came.insert(number);
        let [.., high, low] = number.to_be_bytes();
        let packet = RtpPacket::jpeg(u16::from_be_bytes([high, low]), 0, 0, b"\xFF\xD8\xFF\xD9");
        let order = reception.record(&packet, false, Duration::ZERO);
        assert_eq!(is_new, order != Order::Again, "a packet counts once");
        assert_eq!(reception.lost, highest - first + 1 - came.len() as u64);
        if input.is_empty() {
            return;
        }
        number = (highest + u64::from(input.u8())).saturating_sub(95);
    }
}
