//! What is wrong with the server's packets: the threads tell what they see, the client tells its user.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::log::{ClientEvent, Log};
use super::message::Message;
use crate::diagnosis::{Diagnosis, Finding, Weight};

/// The diagnosis of a session. Each thread has a handle of its own; that of a dialect in which nothing
/// is diagnosed is the default, which hears nothing and says nothing.
///
/// # Deviation
/// It is the one thing of the client behind a lock: what is said of a packet depends on what became of
/// the frames before it, and two threads know one half each. Each holds it for one packet or frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct Examiner(Option<Arc<Case>>);

#[derive(Debug)]
struct Case {
    clock: Instant,
    diagnosis: Mutex<Diagnosis>,
}

impl Examiner {
    /// Of a session with that server, which is to send RTP to that port; times are counted from `clock`
    /// on.
    pub(crate) fn new(rtp_port: u16, server: IpAddr, clock: Instant) -> Self {
        let diagnosis = Mutex::new(Diagnosis::new(rtp_port, server.to_string()));
        Self(Some(Arc::new(Case { clock, diagnosis })))
    }

    /// Tells it something, with the time at which it is told.
    pub(crate) fn tell(&self, fact: impl FnOnce(&mut Diagnosis, Duration)) {
        self.ask(fact);
    }

    fn ask<A>(&self, question: impl FnOnce(&mut Diagnosis, Duration) -> A) -> Option<A> {
        let Case { clock, diagnosis } = self.0.as_deref()?;
        let mut diagnosis = diagnosis.lock().unwrap_or_else(PoisonError::into_inner);
        Some(question(&mut diagnosis, clock.elapsed()))
    }

    /// Tells the user what is new by now, and what is taken back; `standing` is what is wrong at present.
    /// Says whether there was anything.
    pub(crate) fn report(
        &self,
        standing: &mut Option<Finding>,
        log: &mut Log,
        now: Duration,
    ) -> bool {
        let answer = self.ask(|diagnosis, _| {
            diagnosis.tick(now);
            let news: Vec<_> = std::iter::from_fn(|| diagnosis.next_news()).collect();
            (news, diagnosis.finding().cloned())
        });
        let Some((news, found)) = answer else { return false };
        let before = std::mem::replace(standing, found);
        for note in news.iter().filter(|finding| finding.weight == Weight::Note) {
            log.report(ClientEvent::Noted(note.to_string()));
        }
        let id = |finding: &Option<Finding>| finding.as_ref().map(|finding| finding.id);
        let has_changed = id(&before) != id(standing);
        match (standing.as_ref(), before) {
            _ if !has_changed => {}
            (Some(finding), _) if news.contains(finding) => log.tell_silence(finding.into()),
            // In the window each is told once.
            (Some(finding), _) => log.report(ClientEvent::Told(finding.into())),
            (None, Some(before)) => log.take_back(&(&before).into()),
            (None, None) => {}
        }
        has_changed || !news.is_empty()
    }
}

impl From<&Finding> for Message {
    fn from(finding: &Finding) -> Self {
        Self::error(finding.title.clone(), finding.text())
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    /// An examiner after PLAY, a log, and where what is reported arrives.
    fn playing() -> (Examiner, Log, Receiver<ClientEvent>) {
        let (sender, told) = channel();
        let log = Log::new(move |event| sender.send(event).unwrap());
        let examiner = Examiner::new(5008, Ipv4Addr::LOCALHOST.into(), log.clock());
        examiner.tell(|diagnosis, _| {
            diagnosis.play(Duration::ZERO);
            diagnosis.play_answered(Duration::ZERO);
        });
        (examiner, log, told)
    }

    #[test]
    fn a_finding_is_told_once_and_taken_back_once() {
        let (examiner, mut log, told) = playing();
        let mut standing = None;
        assert!(!examiner.report(&mut standing, &mut log, Duration::from_secs(1)));
        for _ in 0..3 {
            examiner.report(&mut standing, &mut log, Duration::from_secs(3));
        }
        assert_eq!(standing.as_ref().map(|finding| finding.id), Some("nothing_comes"));
        assert_eq!(log.message().unwrap().title, "Nothing comes to UDP port 5008");
        for _ in 0..3 {
            examiner.tell(|diagnosis, _| diagnosis.packet(b"", None, Duration::from_secs(4)));
            examiner.report(&mut standing, &mut log, Duration::from_secs(4));
        }
        assert_eq!((&standing, log.message()), (&None, None));
        let told: Vec<_> = told.try_iter().map(|event| event.to_string()).collect();
        assert!(told[0].starts_with("Nothing comes to UDP port 5008: "), "{told:?}");
        assert_eq!(told[1..], ["taken back: Nothing comes to UDP port 5008"]);
    }

    #[test]
    fn where_nothing_is_diagnosed_nothing_is_said() {
        let (_, mut log, told) = playing();
        let examiner = Examiner::default();
        examiner.tell(Diagnosis::play);
        assert!(!examiner.report(&mut None, &mut log, Duration::from_secs(9)));
        assert_eq!(told.try_iter().count(), 0);
    }
}
