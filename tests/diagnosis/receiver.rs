//! What a client does with packets, without a network: it counts them, puts frames together, looks
//! at them, and tells the diagnosis of all that.

use std::time::Duration;

use rtsp_lab::diagnosis::{Diagnosis, Finding, Frame, Weight};
use rtsp_lab::jpeg::walk::{Outcome, walk};
use rtsp_lab::lab_payload::Assembler;
use rtsp_lab::picture::Picture;
use rtsp_lab::rtp_packet::RtpPacket;
use rtsp_lab::statistics::Reception;

use crate::sender::Datagram;

/// The client, and what the diagnosis has said to it.
pub(crate) struct Receiver {
    pub(crate) diagnosis: Diagnosis,
    reception: Reception,
    assembler: Assembler,
    now: Duration,
    /// Frames that are whole, and others.
    pub(crate) shown: u32,
    pub(crate) damaged: u32,
    /// Each finding and note, and when it was told.
    pub(crate) told: Vec<(Duration, Finding)>,
    /// Each change of what stands.
    pub(crate) stood: Vec<(Duration, Option<&'static str>)>,
}

impl Receiver {
    pub(crate) fn new() -> Self {
        Self {
            diagnosis: Diagnosis::new(5008, "127.0.0.1"),
            reception: Reception::default(),
            assembler: Assembler::default(),
            now: Duration::ZERO,
            shown: 0,
            damaged: 0,
            told: Vec::new(),
            stood: Vec::new(),
        }
    }

    /// PLAY at 0, answered 2 ms later; all datagrams; then three seconds of silence.
    pub(crate) fn replay(datagrams: &[Datagram]) -> Self {
        let mut receiver = Self::new();
        receiver.play(Duration::ZERO);
        receiver.take_all(datagrams);
        receiver.wait(receiver.now + Duration::from_secs(3));
        receiver
    }

    pub(crate) fn play(&mut self, now: Duration) {
        self.now = now;
        self.reception.resume();
        self.diagnosis.play(now);
        self.diagnosis.play_answered(now + Duration::from_millis(2));
    }

    pub(crate) fn take_all(&mut self, datagrams: &[Datagram]) {
        for (at, datagram) in datagrams {
            self.wait(*at);
            self.take(datagram);
        }
    }

    /// The time goes on; where nothing comes, the socket's timeout of half a second says so.
    pub(crate) fn wait(&mut self, until: Duration) {
        while self.now + TIMEOUT <= until {
            self.now += TIMEOUT;
            self.diagnosis.tick(self.now);
            self.assembler.go_on(self.now);
            self.show();
        }
        self.now = until;
    }

    fn take(&mut self, datagram: &[u8]) {
        match RtpPacket::decode(datagram) {
            Ok(packet) => {
                let continues = self.assembler.continues(&packet);
                let order = self.reception.record(&packet, continues, self.now);
                self.diagnosis.packet(datagram, Some((&packet, order)), self.now);
                self.assembler.receive(&packet, order, self.now);
            }
            Err(_) => self.diagnosis.packet(datagram, None, self.now),
        }
        self.show();
    }

    fn show(&mut self) {
        while let Some((jpeg, packets)) = self.assembler.next_counted() {
            let mut walk = walk(&jpeg);
            if walk.outcome == Outcome::Unknown {
                if let Err(error) = Picture::decode(&jpeg) {
                    walk.outcome = Outcome::Bad(error.to_string().into());
                }
            }
            let is_shown = walk.outcome.is_whole();
            self.shown += u32::from(is_shown);
            self.damaged += u32::from(!is_shown);
            self.diagnosis.frame(&Frame::of(&jpeg, packets, &walk), self.now);
        }
        self.note();
    }

    pub(crate) fn note(&mut self) {
        while let Some(finding) = self.diagnosis.next_news() {
            self.told.push((self.now, finding));
        }
        let stands = self.diagnosis.finding().map(|finding| finding.id);
        if self.stood.last().and_then(|&(_, id)| id) != stands {
            self.stood.push((self.now, stands));
        }
    }

    /// What was told of one weight, in order.
    pub(crate) fn ids(&self, weight: Weight) -> Vec<&'static str> {
        let told = self.told.iter().filter(|(_, finding)| finding.weight == weight);
        told.map(|(_, finding)| finding.id).collect()
    }

    pub(crate) fn mistakes(&self) -> Vec<&'static str> {
        self.ids(Weight::Mistake)
    }

    pub(crate) fn notes(&self) -> Vec<&'static str> {
        self.ids(Weight::Note)
    }
}

/// One mistake, and no other, is told within two seconds and stands at the end; its words have these
/// in them.
#[track_caller]
pub(crate) fn assert_mistake(datagrams: &[Datagram], id: &str, words: &[&str]) {
    let receiver = Receiver::replay(datagrams);
    let told = &receiver.told;
    assert_eq!(
        receiver.mistakes(),
        [id],
        "expected {id}, shown {}, told {told:#?}",
        receiver.shown
    );
    let (at, finding) = told.iter().find(|(_, finding)| finding.weight == Weight::Mistake).unwrap();
    assert!(*at <= Duration::from_secs(2), "{id} is told after {at:?}");
    let text = finding.to_string();
    for word in words {
        assert!(text.contains(word), "{word} in {text}");
    }
    assert_eq!(receiver.diagnosis.finding().map(|finding| finding.id), Some(id), "at the end");
}

/// No mistake is told, and these notes are, with these words.
#[track_caller]
pub(crate) fn assert_notes(datagrams: &[Datagram], ids: &[&str], words: &[&str]) {
    let receiver = Receiver::replay(datagrams);
    let told = &receiver.told;
    assert_eq!(receiver.mistakes(), [""; 0], "shown {}, told {told:#?}", receiver.shown);
    assert_eq!(receiver.notes(), ids, "shown {}, told {told:#?}", receiver.shown);
    let text: Vec<_> = told.iter().map(|(_, finding)| finding.to_string()).collect();
    for word in words {
        assert!(text.iter().any(|text| text.contains(word)), "{word} in {text:?}");
    }
}

/// How long a client waits for a packet before it looks at the clock.
const TIMEOUT: Duration = Duration::from_millis(500);
