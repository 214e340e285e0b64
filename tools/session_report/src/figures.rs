//! The figures of a session, and whether they are what the report asks for.

use std::collections::BTreeMap;

use crate::session::{End, Session};
use crate::text::{amount, commas, count, counted, hundredths, whole};

/// The five figures of the head.
#[derive(Debug)]
pub(crate) struct Card {
    pub(crate) verdict: Verdict,
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) unit: String,
    /// What is asked for.
    pub(crate) need: String,
    pub(crate) why: String,
}

/// What is not measured is not seen: it is neither 0 nor passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Pass,
    Fail,
    NotSeen,
}

impl Verdict {
    const fn of(passes: bool) -> Self {
        if passes { Self::Pass } else { Self::Fail }
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "FAIL",
            Self::NotSeen => "not seen",
        }
    }

    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotSeen => "open",
        }
    }
}

/// What is counted of packets and frames.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) sent: u64,
    /// Late ones and those that came once more among them.
    pub(crate) received: u64,
    /// Missing between the first and the highest number.
    pub(crate) lost: u64,
    pub(crate) late: u64,
    pub(crate) again: u64,
    /// Sent and not received, the last ones of a run among them.
    pub(crate) never_came: u64,
    pub(crate) bytes: u64,
    pub(crate) shown: u64,
}

impl Totals {
    pub(crate) fn of(session: &Session) -> Self {
        let mut totals = Self::default();
        for packet in session.counted_packets() {
            let (came, again) = (u64::from(packet.arrived.is_some()), packet.again.len() as u64);
            totals.sent += u64::from(packet.sent.is_some());
            totals.received += came + again;
            totals.bytes += packet.bytes * (came + again);
            totals.again += again;
            totals.late += u64::from(packet.is_late);
            totals.lost += u64::from(packet.is_missed());
            totals.never_came += u64::from(packet.sent.is_some()) * (1 - came);
        }
        let until = session.sampled_from().unwrap_or(f64::INFINITY);
        totals.shown = session.shown.iter().filter(|time| **time < until).count() as u64;
        for (_, second) in &session.seconds {
            totals.sent += second.sent;
            totals.received += second.received;
            totals.lost += second.lost;
            totals.never_came += second.lost;
            totals.late += second.late;
            totals.again += second.again;
            totals.bytes += second.bytes;
            totals.shown += second.shown;
        }
        totals
    }

    /// Packets lost per packet received, in percent, as the player counts it.
    pub(crate) fn loss_rate(&self) -> f64 {
        100.0 * (counted(self.lost) / counted(self.received.max(1))).min(1.0)
    }

    /// Packets that never came per packet sent, in percent.
    pub(crate) fn loss_per_sent(&self) -> Option<f64> {
        (self.sent > 0).then(|| 100.0 * counted(self.never_came) / counted(self.sent))
    }
}

/// The frames, and why those that were not shown were not.
#[derive(Debug)]
pub(crate) struct FrameFates {
    pub(crate) frames: u64,
    pub(crate) reasons: Vec<(u64, String)>,
}

impl FrameFates {
    /// From the packets where they tell the frames, else from what the client says of frames.
    pub(crate) fn of(session: &Session, totals: &Totals) -> Self {
        if session.sampled_from().is_some() || !session.packets.iter().all(|it| it.frame.is_some())
        {
            return Self::as_told(session, totals);
        }
        // The worst that became of a packet is what became of its frame.
        let mut frames: BTreeMap<u64, (u8, String)> = BTreeMap::new();
        for packet in &session.packets {
            let fate = match packet.end {
                End::Lost => (3, "lost".to_owned()),
                End::Late => (2, "late".to_owned()),
                End::NotShown(place) => {
                    (1, session.reasons.get(place).map_or(String::new(), |it| it.why.clone()))
                }
                End::Open => (1, "of which the log has no end".to_owned()),
                End::Shown(_) => (0, String::new()),
            };
            let known = frames.entry(packet.frame.unwrap_or_default()).or_default();
            *known = known.clone().max(fate);
        }
        let mut reasons: BTreeMap<(std::cmp::Reverse<u8>, &str), u64> = BTreeMap::new();
        for (rank, why) in frames.values().filter(|(rank, _)| *rank > 0) {
            *reasons.entry((std::cmp::Reverse(*rank), why)).or_default() += 1;
        }
        let reasons = reasons.into_iter().map(|((_, why), count)| (count, why.to_owned()));
        Self { frames: frames.len() as u64, reasons: reasons.collect() }
    }

    fn as_told(session: &Session, totals: &Totals) -> Self {
        let told = session.reasons.iter().filter(|reason| reason.frames > 0);
        let mut reasons: Vec<_> = told.map(|it| (it.frames, it.why.clone())).collect();
        if session.frames_are_packets {
            let lost = if totals.sent > 0 { totals.never_came } else { totals.lost };
            let missing = [(lost, "lost".to_owned()), (totals.late, "late".to_owned())];
            reasons.splice(0..0, missing.into_iter().filter(|(count, _)| *count > 0));
        }
        let others: u64 = reasons.iter().map(|(count, _)| count).sum();
        Self { frames: totals.shown + others, reasons }
    }
}

/// The head's figures.
pub(crate) fn cards(session: &Session, totals: &Totals) -> [Card; 5] {
    [
        slowest_reply(session),
        first_packet(session),
        packets_lost(session, totals),
        frames_shown(session, totals),
        frames_a_second(session, totals),
    ]
}

fn card(name: &'static str, need: String) -> Card {
    let (value, unit, why) = ("–".to_owned(), String::new(), String::new());
    Card { verdict: Verdict::NotSeen, name, value, unit, need, why }
}

fn slowest_reply(session: &Session) -> Card {
    let mut card = card("slowest reply", "the report: less than 50 ms".to_owned());
    let times = session.exchanges.iter().filter_map(|it| Some((it.reply_time()?, &it.method)));
    let slowest = times.clone().max_by(|one, other| one.0.total_cmp(&other.0));
    if !session.has_client {
        "no client's log".clone_into(&mut card.why);
        return card;
    }
    if let Some((after, method)) = slowest {
        card.verdict = Verdict::of(after < 50.0);
        let name = format!("reply to {method}");
        (card.value, card.unit) = (as_summed_up(session, &name, after), "ms".to_owned());
        let replies = count(times.count() as u64, "repl").replace("repls", "replies");
        card.why = format!("to {method}; {}", replies.replace("1 repl", "1 reply"));
    }
    let silent = session.exchanges.iter().find(|it| it.reply.is_none());
    if let Some(silent) = silent {
        card.verdict = Verdict::Fail;
        card.why = format!("no reply to {}", silent.method);
    }
    card
}

fn first_packet(session: &Session) -> Card {
    let mut card = card("PLAY to first packet", "the report: at most 500 ms".to_owned());
    if !session.has_client {
        "no client's log".clone_into(&mut card.why);
        return card;
    }
    if session.runs.iter().any(|run| run.first.is_none()) {
        card.verdict = Verdict::Fail;
        "no packet came after a PLAY".clone_into(&mut card.why);
        return card;
    }
    let first = session.runs.iter().filter_map(|run| run.first).max_by(f64::total_cmp);
    let Some(first) = first else {
        "nothing was played".clone_into(&mut card.why);
        return card;
    };
    card.verdict = Verdict::of(first <= 500.0);
    (card.value, card.unit) = (whole(first).to_string(), "ms".to_owned());
    let delay = session.header.network.as_ref().map_or(0.0, |network| network.delay);
    if delay > 0.0 {
        card.why = format!("on purpose: --delay {delay}");
    } else if session.runs.len() > 1 {
        card.why = format!("the longest of {}", session.runs.len());
    }
    card
}

fn packets_lost(session: &Session, totals: &Totals) -> Card {
    let mut card = card("packets lost", "the report: less than 0.1 %".to_owned());
    if !session.has_client || totals.received == 0 {
        "no packet was received".clone_into(&mut card.why);
        return card;
    }
    let rate = totals.loss_rate();
    card.verdict = Verdict::of(rate < 0.1);
    card.value = as_summed_up(session, "packets lost rate", rate);
    "%".clone_into(&mut card.unit);
    card.why = format!("{} lost, {} received", commas(totals.lost), commas(totals.received));
    let network = session.header.network.as_ref();
    if let Some(network) = network.filter(|it| !["", "0"].contains(&it.loss.as_str())) {
        card.why = format!("{}; on purpose: --loss {}", card.why, network.loss);
    }
    let unseen = totals.never_came.saturating_sub(totals.lost);
    if unseen > 0 && session.has_server {
        card.why = format!("{}; {} more came never, with none after", card.why, commas(unseen));
    }
    card
}

fn frames_shown(session: &Session, totals: &Totals) -> Card {
    let mut card = card("frames shown", "all that were sent".to_owned());
    if !session.has_client {
        "no client's log".clone_into(&mut card.why);
        return card;
    }
    let fates = FrameFates::of(session, totals);
    if fates.frames == 0 {
        "no frame came".clone_into(&mut card.why);
        return card;
    }
    card.verdict = Verdict::of(totals.shown == fates.frames);
    card.value = totals.shown.to_string();
    card.unit = format!("of {}", commas(fates.frames));
    let others: u64 = fates.reasons.iter().map(|(count, _)| count).sum();
    if others > 0 {
        let reasons = fates.reasons.iter().map(|(count, why)| format!("{} {why}", commas(*count)));
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        card.why = format!("{} not: {reasons}", commas(others));
    }
    card
}

fn frames_a_second(session: &Session, totals: &Totals) -> Card {
    let fps = session.fps();
    let mut card = card("frames a second", format!("the movie: {fps}; here ± 0.5"));
    let play = session.play_time().max(50.0) / 1000.0;
    if !session.has_client || session.runs.is_empty() {
        "nothing was played".clone_into(&mut card.why);
        return card;
    }
    let average = counted(totals.shown) / play;
    card.verdict = Verdict::of((average - fps).abs() <= 0.5);
    card.value = as_summed_up(session, "frames per second average", average);
    card.why = format!("{} in {play:.2} s of play", commas(totals.shown));
    card
}

/// A figure with two decimals. The log's times have three, so it may be off by the last digit from
/// what the program has printed, which then stands here; any other difference is the log's fault, and
/// `differences` names it.
fn as_summed_up(session: &Session, name: &str, figure: f64) -> String {
    let own = hundredths(figure);
    match session.summed_up(name).and_then(number_in) {
        Some(printed) if (printed - figure).abs() < 0.0151 => format!("{printed:.2}"),
        _ => own,
    }
}

/// The number with which a figure begins.
fn number_in(figure: &str) -> Option<f64> {
    figure.split(' ').next()?.parse().ok()
}

/// Figures that the program has printed and its events do not give: name, printed, and of the events.
pub(crate) fn differences(
    session: &Session,
    totals: &Totals,
) -> Vec<(&'static str, String, String)> {
    let play = session.play_time() / 1000.0;
    let average = counted(totals.shown) / play.max(0.05);
    let figures = [
        ("frames shown", counted(totals.shown), 0.0),
        ("packets received", counted(totals.received), 0.0),
        ("packets lost", counted(totals.lost), 0.0),
        ("packets lost rate", totals.loss_rate(), 0.0151),
        ("late packets", counted(totals.late), 0.0),
        ("duplicate packets", counted(totals.again), 0.0),
        ("data received", counted(totals.bytes), 0.0),
        ("frames per second average", average, 0.0151),
        ("play time", play, 0.0151),
    ];
    let differs = |(name, own, most): (&'static str, f64, f64)| {
        let text = session.summed_up(name)?;
        let printed = number_in(text)?;
        let shown = if most > 0.0 { format!("{own:.2}") } else { format!("{own}") };
        ((printed - own).abs() > most).then(|| (name, text.to_owned(), shown))
    };
    figures.into_iter().filter_map(differs).collect()
}

/// The value within which that share of sorted values is.
pub(crate) fn within(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = usize::try_from(whole((share * amount(sorted.len())).ceil())).ok()?;
    sorted.get(rank.checked_sub(1)?).copied()
}

/// The middle value, or another one of that share, of sorted values.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * amount(sorted.len().checked_sub(1)?);
    let (below, part) = (place.floor(), place.fract());
    let at = |place: f64| sorted.get(usize::try_from(whole(place)).ok()?).copied();
    let (one, other) = (at(below)?, at(place.ceil())?);
    Some(one + (other - one) * part)
}
