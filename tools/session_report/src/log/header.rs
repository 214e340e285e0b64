//! Line 1 of a log: whose it is, of which movie, over which network.

use serde_json::{Map, Value};

use super::fault::Fault;
use super::member::{Members, plain, rate};
use super::side::{Side, Vantage};

/// What the header says.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) vantage: Vantage,
    pub(crate) title: String,
    /// When the log began, as its writer's calendar said it.
    pub(crate) began: String,
    pub(crate) ssrc: Option<String>,
    pub(crate) program: String,
    pub(crate) is_standard: bool,
    pub(crate) transport: String,
    pub(crate) frames: Option<u64>,
    pub(crate) fps: Option<f64>,
    pub(crate) network: Option<Network>,
    pub(crate) fragment: Option<u64>,
    /// The target of the playout buffer in milliseconds, 0 without one.
    pub(crate) buffer: f64,
    /// The settings as they stand in the log.
    pub(crate) settings: String,
    pub(crate) commands: Vec<String>,
}

/// A bad network on purpose.
#[derive(Clone, Debug, Default)]
pub(crate) struct Network {
    /// As the options of a command line.
    pub(crate) options: String,
    /// The share of lost packets in percent, as it was given.
    pub(crate) loss: String,
    pub(crate) seed: String,
    pub(crate) delay: f64,
}

/// The title where the movie has no name.
pub(crate) const UNNAMED: &str = "a movie";

const SCHEMA: &str = "urn:rtsp-lab:log:1";

impl Header {
    pub(crate) fn of(line: &Map<String, Value>) -> Result<Self, Fault> {
        let header = Members { event: "the header", object: line };
        match header.value("file_schema") {
            Some(Value::String(schema)) if schema == SCHEMA => {}
            Some(other) => return Err(Fault::OtherFormat { found: other.to_string() }),
            None => return Err(header.fault("file_schema", SCHEMA)),
        }
        let trace = header.object("trace")?;
        let trace = trace.ok_or_else(|| header.fault("trace", "an object"))?;
        let vantage = vantage(&trace)?;
        let common = trace.object("common_fields")?;
        let reference = match &common {
            Some(common) => common.object("reference_time")?,
            None => None,
        };
        let began = reference.map_or(Ok(None), |time| time.text("wall_clock_time"))?;
        let ssrc = common.map_or(Ok(None), |common| common.text("ssrc"))?;
        let movie = header.object("movie")?;
        let settings = header.object("settings")?;
        let buffer = settings.map_or(Ok(None), |it| it.time("buffer_ms"))?.unwrap_or_default();
        Ok(Self {
            vantage,
            title: title(&header, movie)?,
            began: calendar(&began.unwrap_or_default()),
            ssrc,
            program: program(&header)?,
            is_standard: header.word("dialect")? == "standard",
            transport: header.text("transport")?.unwrap_or_else(|| "udp".to_owned()),
            frames: movie.map_or(Ok(None), |it| it.whole("frames"))?,
            fps: movie.and_then(|it| it.value("fps")).and_then(rate),
            network: header.object("network")?.map(|network| Network::of(&network)).transpose()?,
            fragment: settings.map_or(Ok(None), |it| it.whole("fragment"))?,
            buffer,
            settings: settings.map_or(String::new(), |it| words(&it)),
            commands: commands(&header),
        })
    }
}

fn vantage(trace: &Members<'_>) -> Result<Vantage, Fault> {
    let point = trace.object("vantage_point")?;
    let point = point.ok_or_else(|| trace.fault("vantage_point", "an object"))?;
    match point.word("type")?.as_str() {
        "client" => Ok(Vantage::One(Side::Client)),
        "server" => Ok(Vantage::One(Side::Server)),
        "network" => Ok(Vantage::Both),
        _ => Err(point.fault("type", "client, server or network")),
    }
}

fn title(header: &Members<'_>, movie: Option<Members<'_>>) -> Result<String, Fault> {
    let name = movie.map_or(Ok(None), |movie| movie.text("name"))?;
    let title = header.text("title")?.or(name);
    Ok(title.filter(|title| !title.is_empty()).unwrap_or_else(|| UNNAMED.to_owned()))
}

fn program(header: &Members<'_>) -> Result<String, Fault> {
    let Some(program) = header.object("program")? else { return Ok(String::new()) };
    let words = [program.word("name")?, program.word("version")?, program.word("os")?];
    Ok(words.join(" ").trim().to_owned())
}

/// `2026-11-30T10:02:57.692Z` as a reader writes it; anything else as it is.
fn calendar(time: &str) -> String {
    match time.split_once('T') {
        Some((day, rest)) => format!("{day} {} UTC", rest.get(..8).unwrap_or(rest)),
        None => time.to_owned(),
    }
}

/// The members as `name value`.
fn words(settings: &Members<'_>) -> String {
    let given = settings.object.iter().filter(|(_, value)| !value.is_null());
    let words = given.map(|(name, value)| format!("{name} {}", plain(value)));
    words.collect::<Vec<_>>().join(", ")
}

fn commands(header: &Members<'_>) -> Vec<String> {
    let commands = header.value("command").and_then(Value::as_array);
    commands.into_iter().flatten().map(plain).collect()
}

impl Network {
    fn of(network: &Members<'_>) -> Result<Self, Fault> {
        let mut options = Vec::new();
        for name in ["loss", "duplicate", "reorder", "delay", "jitter", "seed"] {
            let value = network.value(name).map(plain);
            options.extend(value.filter(|it| it != "0").map(|it| format!("--{name} {it}")));
        }
        let text = |name| network.value(name).map(plain).unwrap_or_default();
        Ok(Self {
            options: options.join(" "),
            loss: text("loss"),
            seed: text("seed"),
            delay: network.time("delay")?.unwrap_or_default(),
        })
    }
}
