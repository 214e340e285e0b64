//! Checks an event log that was handed in. The seed in its header says what became of each packet on
//! purpose, so every loss can be computed anew: a log that was made up does not fit.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use rtsp_lab::impairment::{Fate, Impairment};
use serde_json::Value;

use crate::escape;

/// What was found, a line each.
#[derive(Debug)]
pub(crate) struct Findings {
    lines: Vec<(Verdict, &'static str, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Pass,
    Fail,
    /// The log does not have what this needs.
    Open,
}

impl Findings {
    /// Whether nothing speaks against the logs, and the losses were computed anew.
    pub(crate) fn are_good(&self) -> bool {
        self.lines.iter().all(|(verdict, ..)| *verdict == Verdict::Pass)
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.lines.iter().any(|(verdict, ..)| *verdict == Verdict::Fail)
    }

    fn add(&mut self, name: &'static str, found: Result<String, String>) {
        let (verdict, text) = match found {
            Ok(text) => (Verdict::Pass, text),
            Err(text) => (Verdict::Fail, text),
        };
        self.lines.push((verdict, name, text));
    }

    fn open(&mut self, name: &'static str, text: &str) {
        self.lines.push((Verdict::Open, name, text.to_owned()));
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (verdict, name, text) in &self.lines {
            let word = match verdict {
                Verdict::Pass => "pass",
                Verdict::Fail => "FAIL",
                Verdict::Open => "open",
            };
            writeln!(out, "{word}  {name:<10}  {text}")?;
        }
        Ok(())
    }
}

/// A packet as its server has told it.
#[derive(Debug)]
struct Sent {
    line: usize,
    count: u64,
    fate: Option<Fate>,
    by: f64,
}

/// What is known of one log.
#[derive(Debug, Default)]
struct Log {
    name: String,
    network: Option<Impairment>,
    /// The packets of each session, by its name; of a player's own server by none.
    sent: BTreeMap<String, Vec<Sent>>,
    /// The 16 bits of the number of each packet that was lost on purpose, with how many packets there are.
    lost: BTreeSet<u64>,
    /// The line at which each number came.
    received: Vec<(usize, u64)>,
    /// Where time runs backwards.
    backwards: Option<usize>,
    last: f64,
    counts: BTreeMap<&'static str, u64>,
    summary: Option<Value>,
    is_sampled: bool,
    /// Whether it tells how it ended.
    has_end: bool,
}

/// Checks one log, or a client's and its server's.
///
/// # Errors
/// A file can't be read, or is no event log: which, and where.
pub(crate) fn check(paths: &[PathBuf]) -> Result<Findings, String> {
    let logs: Result<Vec<Log>, String> = paths.iter().map(|path| Log::read(path)).collect();
    let logs = logs?;
    let mut findings = Findings { lines: Vec::new() };
    findings.add("times", times(&logs));
    match logs.iter().find_map(|log| Some((log, log.network?))) {
        Some((log, network)) if !log.sent.is_empty() => {
            findings.add("fates", fates(log, network));
            findings.add("arrivals", arrivals(log, &logs));
        }
        _ => findings.open(
            "fates",
            "there is no seed: a server's log with --loss and its like has one, and so has the log of neither \
             a client alone nor a good network",
        ),
    }
    findings.add("figures", figures(&logs));
    if let Some(log) = logs.iter().find(|log| !log.has_end) {
        let why = format!("{} has no end: its program was killed, or it was cut", log.name);
        findings.open("end", &why);
    }
    Ok(findings)
}

fn times(logs: &[Log]) -> Result<String, String> {
    match logs.iter().find_map(|log| Some((log, log.backwards?))) {
        Some((log, line)) => Err(format!("{}, line {line}: time runs backwards", log.name)),
        None => Ok("they never run backwards".to_owned()),
    }
}

/// Every packet has the fate and the delay that the seed gives it.
fn fates(log: &Log, network: Impairment) -> Result<String, String> {
    let mut counts = [0_u64; 4];
    for sent in log.sent.values() {
        for (place, packet) in (1..).zip(sent) {
            let Sent { line, count, fate, by } = packet;
            let at = format!("{}, line {line}: packet {count}", log.name);
            if !log.is_sampled && *count != place {
                return Err(format!("{at} is the session's {place}th"));
            }
            let own = network.fate(*count);
            if *fate != Some(own) {
                let told = fate.map_or("something else", word);
                return Err(format!("{at} was {told}; by the seed it was {}", word(own)));
            }
            let due = network.delay(*count).as_secs_f64() * 1000.0;
            if (by - due).abs() > 0.001 {
                return Err(format!("{at} was delayed by {by:.3} ms; by the seed by {due:.3} ms"));
            }
            let of = [Fate::Passed, Fate::Lost, Fate::Doubled, Fate::Swapped];
            let counted = of.iter().zip(&mut counts).find(|(fate, _)| **fate == own);
            if let Some((_, counted)) = counted {
                *counted += 1;
            }
        }
    }
    let [passed, lost, doubled, swapped] = counts;
    let all = passed + lost + doubled + swapped;
    let network = network.options().map(|(name, value)| format!("--{name} {value}")).join(" ");
    Ok(format!(
        "{all} packets, {lost} lost, {doubled} doubled, {swapped} swapped, as {network} has them"
    ))
}

const fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Passed => "let alone",
        Fate::Lost => "lost",
        Fate::Doubled => "doubled",
        Fate::Swapped => "swapped",
    }
}

/// What was lost on purpose has never come.
fn arrivals(server: &Log, logs: &[Log]) -> Result<String, String> {
    let packets: usize = server.sent.values().map(Vec::len).sum();
    if server.sent.len() > 1 || packets > usize::from(u16::MAX) {
        return Ok("not looked at: there are several sessions, or too many packets".to_owned());
    }
    let mut seen = 0;
    for log in logs {
        for (line, seq) in &log.received {
            if server.lost.contains(seq) {
                let name = &log.name;
                return Err(format!(
                    "{name}, line {line}: packet {seq} came, which was lost on purpose"
                ));
            }
            seen += 1;
        }
    }
    Ok(format!("{seen} packets came, none of which was lost on purpose"))
}

/// The figures of the last line are those of the events.
fn figures(logs: &[Log]) -> Result<String, String> {
    let mut looked_at = 0;
    for log in logs.iter().filter(|log| !log.is_sampled) {
        let Some(summary) = &log.summary else { continue };
        for (name, own) in &log.counts {
            let Some(printed) = summary.get(*name).and_then(number) else { continue };
            if printed != *own {
                let name_of = &log.name;
                return Err(format!("{name_of}: {name}: {printed} printed, {own} by the events"));
            }
            looked_at += 1;
        }
        looked_at += u64::from(rate_fits(log, summary)?);
    }
    Ok(format!("{looked_at} figures of the summary are those of the events"))
}

/// Whether there is a rate of losses. It is that of the two counts it is made of.
fn rate_fits(log: &Log, summary: &Value) -> Result<bool, String> {
    let count = |name: &str| summary.get(name).and_then(Value::as_u64);
    let printed = summary.get("packets lost rate").and_then(Value::as_str);
    let (Some(printed), Some(lost), Some(received)) =
        (printed, count("packets lost"), count("packets received"))
    else {
        return Ok(false);
    };
    let told = printed.trim_end_matches(" %").parse::<f64>();
    let small = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    // As the client has it: of nothing as of one, and never more than all.
    let own = (100.0 * small(lost) / small(received.max(1))).min(100.0);
    if !told.as_ref().is_ok_and(|told| (told - own).abs() <= ROUNDED) {
        let name = &log.name;
        return Err(format!(
            "{name}: packets lost rate: {} printed, but {lost} of {received} is {own:.2} %",
            escape::escaped(printed)
        ));
    }
    Ok(true)
}

/// `465`, or `4416516 bytes`.
fn number(value: &Value) -> Option<u64> {
    let of_text = || value.as_str()?.split(' ').next()?.parse().ok();
    value.as_u64().or_else(of_text)
}

impl Log {
    fn read(path: &Path) -> Result<Self, String> {
        let name = escape::escaped(&path.display().to_string());
        let could_not = |error: std::io::Error| format!("{name} can't be read: {error}");
        let mut lines = BufReader::new(File::open(path).map_err(could_not)?).lines();
        let header: Value = lines
            .next()
            .and_then(|line| serde_json::from_str(&line.ok()?).ok())
            .filter(|header: &Value| header["file_schema"] == SCHEMA)
            .ok_or_else(|| {
                format!("{name}, line 1: expected the header of an event log, {SCHEMA}")
            })?;
        let network = header.get("network").filter(|network| network.is_object());
        let option = |option: &str| {
            let value = network?.get(option)?;
            Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        let network = if network.is_some() {
            let read = Impairment::read(option, 0);
            Some(read.map_err(|error| format!("{name}, line 1: the network: {error}"))?)
        } else {
            None
        };
        let mut log = Self { name, network, ..Self::default() };
        for (number, line) in (2..).zip(lines) {
            let flaw =
                |what: &str| format!("{}, line {number}: expected an event, {what}", log.name);
            let line = line.map_err(|error| flaw(&error.to_string()))?;
            let event: Value = serde_json::from_str(&line).map_err(|_| flaw("a JSON object"))?;
            log.take(number, &event);
        }
        Ok(log)
    }

    fn take(&mut self, line: usize, event: &Value) {
        let time = event["time"].as_f64().unwrap_or(f64::NAN);
        let is_late = event["disorder"] == true;
        if !is_late && (time < self.last || !time.is_finite()) {
            self.backwards.get_or_insert(line);
        }
        self.last = self.last.max(time);
        let data = &event["data"];
        match event["name"].as_str().unwrap_or_default() {
            "rtp:packet_sent" => self.sent(line, event["session"].as_str(), data),
            "rtp:packet_received" => self.received(line, data),
            "frame:shown" => *self.counts.entry("frames shown").or_default() += 1,
            "stats:second" => self.is_sampled = true,
            "session:summary" => {
                self.summary = Some(data.clone());
                self.has_end = true;
            }
            "rtsp:closed" => self.has_end = true,
            _ => {}
        }
    }

    fn sent(&mut self, line: usize, session: Option<&str>, data: &Value) {
        let seq = data["seq"].as_u64().unwrap_or_default();
        let count = data["count"].as_u64().unwrap_or(seq);
        let fate = match data["net"].as_str() {
            None => Some(Fate::Passed),
            Some("lost") => Some(Fate::Lost),
            Some("doubled") => Some(Fate::Doubled),
            Some("swapped") => Some(Fate::Swapped),
            Some(_) => None,
        };
        if fate == Some(Fate::Lost) {
            self.lost.insert(seq & 0xFFFF);
        }
        let by = data["by"].as_f64().unwrap_or_default();
        let sent = Sent { line, count, fate, by };
        self.sent.entry(session.unwrap_or_default().to_owned()).or_default().push(sent);
    }

    fn received(&mut self, line: usize, data: &Value) {
        self.received.push((line, data["seq"].as_u64().unwrap_or_default() & 0xFFFF));
        let mut count = |name, more| *self.counts.entry(name).or_default() += more;
        count("packets received", 1);
        count("late packets", u64::from(data["order"] == "late"));
        count("duplicate packets", u64::from(data["order"] == "again"));
        count("data received", data["bytes"].as_u64().unwrap_or_default());
    }
}

/// A rate has two decimals.
const ROUNDED: f64 = 0.0051;

const SCHEMA: &str = "urn:rtsp-lab:log:1";
