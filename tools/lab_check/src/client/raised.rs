//! Exceptions that a client has raised and caught, as a script in its process tells of them.

use std::collections::BTreeMap;

/// An exception, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Raised {
    /// How often so far.
    times: u64,
    /// Its name and its message.
    what: String,
    /// The file, its line and the function.
    place: String,
    function: String,
}

impl Raised {
    /// From the words of a message.
    pub(crate) fn read(words: &[&str]) -> Option<Self> {
        let [times, kind, message, file, line, function] = words else { return None };
        let what =
            if message.is_empty() { (*kind).to_owned() } else { format!("{kind}: {message}") };
        let (times, line) = (times.parse().ok()?, line.parse::<u32>().ok()?);
        let place = format!("{file}:{line}");
        Some(Self { times, what, place, function: (*function).to_owned() })
    }
}

/// All of a run: each once, with the highest count that was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllRaised(BTreeMap<(String, String), Raised>);

impl AllRaised {
    /// One was told of.
    pub(crate) fn add(&mut self, raised: Raised) {
        let key = (raised.place.clone(), raised.what.clone());
        if self.0.len() < MOST_PLACES || self.0.contains_key(&key) {
            self.0.insert(key, raised);
        }
    }

    /// The most frequent one, in words.
    pub(crate) fn told(&self) -> Option<String> {
        let Raised { times, what, place, function } =
            self.0.values().max_by_key(|raised| raised.times)?;
        let often = match times {
            1 => "once".to_owned(),
            times => format!("{times} times or more"),
        };
        Some(format!(
            "{place}, in {function} raised {what}, {often}; what catches it there hides it"
        ))
    }
}

/// So many places are remembered.
const MOST_PLACES: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_one_is_told_with_its_place() {
        let mut all = AllRaised::default();
        assert_eq!(all.told(), None);
        let words = ["1", "KeyError", "'a'", "Client.py", "7", "handler"];
        all.add(Raised::read(&words).unwrap());
        for times in ["1", "10", "100"] {
            let words = [times, "AttributeError", "no x", "Client.py", "108", "listenRtp"];
            all.add(Raised::read(&words).unwrap());
        }
        let told = "Client.py:108, in listenRtp raised AttributeError: no x, 100 times or more; what catches \
                    it there hides it";
        assert_eq!(all.told().unwrap(), told);
        assert_eq!(Raised::read(&["1", "KeyError"]), None);
    }
}
