//! The command line.

use getopts::Options;

/// What to do.
pub(crate) struct Call {
    /// How many clients speak the lab's dialect.
    pub(crate) sessions: u16,
    /// How many speak the standard one, in rounds of their own.
    pub(crate) standard: u16,
    /// How long to measure.
    pub(crate) seconds: u32,
    /// How often the server and the baseline take turns.
    pub(crate) rounds: u32,
    /// Be the baseline, and play the movie in that file.
    pub(crate) baseline: Option<String>,
}

impl Call {
    /// # Errors
    /// Something is no number, or too many.
    pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Options::new();
        options.optopt("", "sessions", "clients of the lab (default: 200)", "N");
        options.optopt("", "standard", "of the standard dialect (default: as many)", "N");
        options.optopt("", "seconds", "how long to measure, at most 40 (default: 5)", "S");
        options.optopt("", "rounds", "how often, in turns with the baseline (default: 3)", "R");
        options.optopt("", "baseline", "be the baseline (for this program itself)", "FILE");
        options.optflag("", "bench", "what cargo says");
        let usage = || options.usage("Usage: cargo bench --bench load -- [OPTIONS]");
        let matches = options.parse(words).map_err(|flaw| format!("{flaw}\n\n{}", usage()))?;
        let number = |name: &str, default: u16, most: u16| {
            let Some(word) = matches.opt_str(name) else { return Ok(default) };
            let number = word.parse().ok().filter(|number| *number <= most);
            number.ok_or_else(|| format!("expected --{name} from 0 to {most}, found {word:?}"))
        };
        let sessions = number("sessions", 200, MOST_SESSIONS)?;
        Ok(Self {
            sessions,
            standard: number("standard", sessions, MOST_SESSIONS)?,
            seconds: number("seconds", 5, 40)?.max(1).into(),
            rounds: number("rounds", 3, 100)?.into(),
            baseline: matches.opt_str("baseline"),
        })
    }
}

/// Each has a port of this machine.
const MOST_SESSIONS: u16 = 20_000;
