//! One case: a server, its clients, and what is noted of them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::card::{Came, Evidence, Requirement, Verdict};
use crate::deadline::{CASE_LIMIT, Deadline};
use crate::story::{Log, Story};

use super::caller::Caller;
use super::exchange::Exchange;
use super::form::Form;
use super::movie::Movie;
use super::requirements as need;
use super::stream;
use super::subject::Live;

/// Something to do to a server, and what it shows.
#[derive(Debug)]
pub(crate) struct Case {
    /// What the user is shown while the case runs.
    pub(crate) name: &'static str,
    /// The requirements that must have been met before, or else the case is not played.
    pub(crate) needs: &'static [&'static Requirement],
    /// The requirements that it decides. If it ends early, the rest of them is not checked.
    pub(crate) decides: &'static [&'static Requirement],
    pub(crate) movie: MovieKind,
    pub(crate) play: fn(&mut Scene<'_>) -> Result<(), Stop>,
}

impl Case {
    /// How long it may take.
    const fn limit(&self) -> Duration {
        match self.movie {
            MovieKind::Long => LONG_CASE_LIMIT,
            MovieKind::Whole | MovieKind::Short | MovieKind::Large => CASE_LIMIT,
        }
    }

    /// Notes for the requirements that it would have decided.
    pub(crate) fn left_open(&self, why: &str) -> impl Iterator<Item = Note> {
        let verdict = Verdict::NotChecked(why.to_owned());
        self.decides.iter().map(move |requirement| Note::Verdict(requirement, verdict.clone()))
    }
}

/// Which movie a case asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MovieKind {
    /// The user's.
    Whole,
    /// The user's if it has more than 262 frames, or else one that does.
    Long,
    /// One that is over soon.
    Short,
    /// One with a frame of 20,000 bytes.
    Large,
}

/// Why a case can't go on. The reason has been noted already, or is nobody's fault.
#[derive(Clone, Debug)]
pub(crate) struct Stop(pub(crate) String);

/// What a case has found.
#[derive(Debug)]
pub(crate) enum Note {
    Verdict(&'static Requirement, Verdict),
    Figure(&'static Requirement, String),
    /// Why it has failed, most likely.
    Reason(&'static Requirement, String),
    /// What had happened before it has failed.
    Story(&'static Requirement, Story),
    Number(Number, f64),
}

impl Note {
    pub(crate) const fn is_failure(&self) -> bool {
        matches!(self, Self::Verdict(_, Verdict::Fail(_)) | Self::Story(..))
    }

    pub(crate) fn is_about(&self, requirement: &Requirement) -> bool {
        matches!(self, Self::Verdict(own, _) if *own == requirement)
    }

    fn is_of_the_same_as(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Verdict(own, _), Self::Verdict(others, _)) if own == others)
    }
}

/// What is measured, for comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Number {
    /// The median time to a reply, in seconds.
    Reply,
    /// The longest time to a reply, in seconds.
    SlowestReply,
    /// The median time from the reply to PLAY to the first packet, in seconds.
    FirstPacket,
    /// Frames a second.
    Rate,
    /// How many frames did not come, by their numbers.
    Lost,
    /// The median deviation from 50 ms between two frames, in seconds.
    Deviation,
    /// The deviation that one in a hundred exceeds, in seconds.
    LargeDeviation,
}

/// A case that is being played.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) live: Live,
    pub(crate) movie: &'a Movie,
    /// The user's movie, whatever is asked for.
    pub(crate) users: &'a Movie,
    form: Form,
    deadline: Deadline,
    /// The last PLAY that was granted.
    played: Vec<u8>,
    /// What has failed if a request is not granted, or no packet comes; else the request's own line.
    blamed: Option<&'static Requirement>,
    log: Log,
    notes: Vec<Note>,
    /// Set if nobody waits for the case any more.
    called_off: Option<&'a AtomicBool>,
}

impl<'a> Scene<'a> {
    /// A case against that server.
    pub(crate) fn new(live: Live, movie: &'a Movie, form: Form) -> Self {
        Self::beside(live, movie, movie, form)
    }

    /// As [`Self::new`], with the user's movie.
    pub(crate) fn beside(live: Live, movie: &'a Movie, users: &'a Movie, form: Form) -> Self {
        let (played, blamed, notes) = (Vec::new(), None, Vec::new());
        let deadline = Deadline::after(CASE_LIMIT);
        let log = Log::begin();
        let called_off = None;
        Self { live, movie, users, form, deadline, played, blamed, log, notes, called_off }
    }

    /// The same case, which is called off when that is set.
    pub(crate) fn until(self, called_off: Option<&'a AtomicBool>) -> Self {
        Self { called_off, ..self }
    }

    /// Whether nobody waits for it any more.
    pub(crate) fn is_called_off(&self) -> bool {
        self.called_off.is_some_and(|it| it.load(Ordering::Relaxed))
    }

    /// Plays the case to its end; requirements that it has not decided then count as not checked.
    pub(crate) fn play(mut self, case: &Case) -> Vec<Note> {
        self.deadline = Deadline::after(case.limit());
        let reason = match (case.play)(&mut self) {
            Ok(()) => "it did not come to that".to_owned(),
            Err(Stop(reason)) => reason,
        };
        let noted = |note: &Note| self.notes.iter().any(|other| other.is_of_the_same_as(note));
        let open: Vec<_> = case.left_open(&reason).filter(|note| !noted(note)).collect();
        self.notes.extend(open);
        self.notes
    }

    /// The end of a wait that begins now, but not after the end of the case.
    pub(crate) fn within(&self, time: Duration) -> Instant {
        Instant::now() + time.min(self.deadline.left())
    }

    /// Stops a case that is out of time: what is missing then is no fault.
    fn check_time(&self) -> Result<(), Stop> {
        let over = || Stop(format!("the case took longer than {CASE_LIMIT:?}"));
        if self.deadline.is_over() { Err(over()) } else { Ok(()) }
    }

    /// A client with a connection of its own.
    pub(crate) fn caller(&mut self) -> Result<Caller, Stop> {
        let tcp = self.live.connect(self.deadline);
        let (movie, form, log) = (&self.movie.name, self.form, self.log.next_client());
        tcp.and_then(|tcp| Caller::new(tcp, movie, form, self.deadline, log)).map_err(Stop)
    }

    /// As [`Self::caller`], after an earlier client; if no connection is accepted, that is a
    /// failure.
    pub(crate) fn another_caller(
        &mut self,
        requirement: &'static Requirement,
    ) -> Result<Caller, Stop> {
        let caller = self.caller();
        if let Err(Stop(why)) = &caller {
            let fate = self.live.fate().map(|fate| format!("; {fate}")).unwrap_or_default();
            let came = format!("{why}{fate}");
            self.fail_seen(requirement, "a new connection", &came, "that it is accepted");
        }
        caller
    }

    /// A client whose session is set up.
    pub(crate) fn ready_caller(&mut self) -> Result<Caller, Stop> {
        let mut caller = self.caller()?;
        self.grant(&mut caller, "SETUP")?;
        Ok(caller)
    }

    /// A client that has received this many packets.
    pub(crate) fn playing_caller(&mut self, packets: usize) -> Result<Caller, Stop> {
        let mut caller = self.ready_caller()?;
        let play = self.grant(&mut caller, "PLAY")?;
        self.packets(&mut caller, play.packets_before, packets)?;
        Ok(caller)
    }

    /// From now on an ordinary session fails for a reason of this line.
    pub(crate) const fn blame(&mut self, requirement: &'static Requirement) {
        self.blamed = Some(requirement);
    }

    /// Sends a request that has to be granted; if it is not, notes that and ends the case.
    pub(crate) fn grant(&mut self, caller: &mut Caller, method: &str) -> Result<Exchange, Stop> {
        let exchange = caller.ask(method);
        self.check_time()?;
        if !exchange.is_granted() {
            return Err(self.not_granted(method, &exchange));
        }
        match method {
            "SETUP" => caller.take_session(&exchange),
            "PLAY" => self.played.clone_from(&exchange.sent),
            _ => {}
        }
        Ok(exchange)
    }

    /// Notes that a request was not granted.
    pub(crate) fn not_granted(&mut self, method: &str, exchange: &Exchange) -> Stop {
        let requirement = match method {
            "SETUP" => &need::SETUP,
            "PLAY" => &need::PLAY,
            "PAUSE" => &need::PAUSE,
            _ => &need::TEARDOWN,
        };
        let requirement = self.blamed.unwrap_or(requirement);
        self.fail(requirement, exchange, "200 in the first line");
        Stop(format!("{method} was not granted"))
    }

    /// Waits until this many packets have come since; if they don't, notes that and ends the case.
    pub(crate) fn packets(
        &mut self,
        caller: &mut Caller,
        since: usize,
        count: usize,
    ) -> Result<(), Stop> {
        loop {
            // Even if packets never stop.
            self.check_time()?;
            let came = caller.ear.count();
            if came >= since + count {
                return Ok(());
            }
            if !caller.ear.wait_for(came + 1, self.within(PACKET_LIMIT)) {
                self.check_time()?;
                let fate = self.live.fate().map(|fate| format!("; {fate}")).unwrap_or_default();
                let came =
                    format!("{} packets, and no more for {PACKET_LIMIT:?}{fate}", came - since);
                let expected = format!("a packet every 50 ms; here {count} of them");
                let requirement = self.blamed.unwrap_or(&need::PACKETS);
                self.fail_playing(requirement, &came, &expected);
                return Err(Stop("no packets came".to_owned()));
            }
        }
    }

    /// Waits until a whole frame has come after the first `before` packets.
    pub(crate) fn frame_after(&mut self, caller: &mut Caller, before: usize) -> Result<(), Stop> {
        loop {
            let count = caller.ear.count();
            if stream::frames(caller.ear.heard(), self.movie).iter().any(|frame| frame.end > before)
            {
                return Ok(());
            }
            self.packets(caller, count, 1)?;
        }
    }

    pub(crate) fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Notes a verdict. Of several failures of one kind, the first is the most telling.
    pub(crate) fn mark(&mut self, requirement: &'static Requirement, verdict: Verdict) {
        let failed = |note: &Note| note.is_failure() && note.is_about(requirement);
        if self.notes.iter().any(failed) {
            return;
        }
        let is_first = !self.notes.iter().any(Note::is_failure);
        if is_first && matches!(verdict, Verdict::Fail(_)) {
            self.note(Note::Story(requirement, self.log.story()));
        }
        self.note(Note::Verdict(requirement, verdict));
    }

    pub(crate) fn pass(&mut self, requirement: &'static Requirement) {
        self.mark(requirement, Verdict::Pass);
    }

    pub(crate) fn not_offered(&mut self, requirement: &'static Requirement, exchange: &Exchange) {
        self.mark(requirement, Verdict::NotOffered(format!("came {}", exchange.as_came())));
    }

    pub(crate) fn not_checked(&mut self, requirement: &'static Requirement, why: &str) {
        self.mark(requirement, Verdict::NotChecked(why.to_owned()));
    }

    pub(crate) fn figure(&mut self, requirement: &'static Requirement, figure: String) {
        self.note(Note::Figure(requirement, figure));
    }

    /// Notes the likeliest reason of what has failed first.
    pub(crate) fn explain(&mut self, reason: String) {
        let failed = self.notes.iter().find_map(|note| match note {
            Note::Verdict(requirement, Verdict::Fail(_)) => Some(*requirement),
            Note::Verdict(..)
            | Note::Figure(..)
            | Note::Reason(..)
            | Note::Story(..)
            | Note::Number(..) => None,
        });
        if let Some(requirement) = failed {
            self.note(Note::Reason(requirement, reason));
        }
    }

    /// Notes that the answer is not what was expected.
    pub(crate) fn fail(
        &mut self,
        requirement: &'static Requirement,
        exchange: &Exchange,
        expected: &str,
    ) {
        let nothing_came = exchange.came.is_empty();
        if nothing_came && !exchange.closed {
            if let Err(Stop(why)) = self.check_time() {
                return self.not_checked(requirement, &why);
            }
        }
        let mut evidence = exchange.evidence(expected);
        if nothing_came {
            if let Some(fate) = self.live.fate() {
                evidence.came = Came::Words(format!("{}; {fate}", evidence.came));
            }
        }
        self.mark(requirement, Verdict::Fail(evidence));
    }

    /// Notes that something was seen after PLAY that was not expected.
    pub(crate) fn fail_playing(
        &mut self,
        requirement: &'static Requirement,
        came: &str,
        expected: &str,
    ) {
        let sent = String::from_utf8_lossy(&self.played).into_owned();
        self.fail_seen(requirement, &sent, came, expected);
    }

    /// Notes that something was seen that was not expected, after these requests.
    pub(crate) fn fail_seen(
        &mut self,
        requirement: &'static Requirement,
        requests: &str,
        came: &str,
        expected: &str,
    ) {
        let came = Came::Words(came.to_owned());
        let sent = requests.as_bytes().to_vec();
        self.mark(
            requirement,
            Verdict::Fail(Evidence { sent, came, expected: expected.to_owned() }),
        );
    }

    /// Notes a pass if the answer is as expected, or else the answer.
    pub(crate) fn check(
        &mut self,
        requirement: &'static Requirement,
        met: bool,
        exchange: &Exchange,
        expected: &str,
    ) {
        if met { self.pass(requirement) } else { self.fail(requirement, exchange, expected) }
    }
}

/// How long a case may take that plays to packet 262.
const LONG_CASE_LIMIT: Duration = Duration::from_secs(18);
/// How long to wait for a packet if nothing depends on when it comes.
pub(crate) const PACKET_LIMIT: Duration = Duration::from_millis(2500);
