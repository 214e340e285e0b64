//! The members of an event, each of which is what it should be or a fault that says what it is.

use serde_json::{Map, Value};

use super::fault::Fault;

/// The members of an object, with the name of the event that has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Members<'a> {
    pub(crate) event: &'a str,
    pub(crate) object: &'a Map<String, Value>,
}

/// An hour has 3.6 million milliseconds; more than 30 years are a mistake.
const LONGEST_TIME: f64 = 1e12;

impl<'a> Members<'a> {
    /// A member that is there and is not `null`.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn read<T>(
        &self,
        name: &'static str,
        expected: &'static str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        let Some(value) = self.value(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| self.fault(name, expected))
    }

    /// The fault that a member is not what was expected.
    pub(crate) fn fault(&self, member: &'static str, expected: &'static str) -> Fault {
        let found = self.value(member).map_or("none".to_owned(), Value::to_string);
        let found = crate::text::shortened(&found, 60).escape_debug().to_string();
        // What is JSON has its quotes escaped already, if they are in a text.
        let found = found.replace("\\\"", "\"");
        Fault::Member { event: self.event.escape_debug().to_string(), member, expected, found }
    }

    /// A time or a duration in milliseconds.
    pub(crate) fn time(&self, name: &'static str) -> Result<Option<f64>, Fault> {
        let in_range = |time: &f64| (0.0..=LONGEST_TIME).contains(time);
        self.read(name, "milliseconds, 0 or more", |value| value.as_f64().filter(in_range))
    }

    pub(crate) fn whole(&self, name: &'static str) -> Result<Option<u64>, Fault> {
        self.read(name, "a whole number, 0 or more", Value::as_u64)
    }

    pub(crate) fn needed(&self, name: &'static str) -> Result<u64, Fault> {
        self.whole(name)?.ok_or_else(|| self.fault(name, "a whole number, 0 or more"))
    }

    /// The number of a packet: 16 bits extended to 64, and nobody sends more than 2^48 packets.
    pub(crate) fn packet(&self, name: &'static str) -> Result<u64, Fault> {
        let number = self.needed(name)?;
        if number >> 48 == 0 { Ok(number) } else { Err(self.fault(name, "the number of a packet")) }
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<Option<String>, Fault> {
        let text = self.read(name, "a text", Value::as_str)?;
        Ok(text.map(str::to_owned))
    }

    pub(crate) fn word(&self, name: &'static str) -> Result<String, Fault> {
        Ok(self.text(name)?.unwrap_or_default())
    }

    /// The members of a member.
    pub(crate) fn object(&self, name: &'static str) -> Result<Option<Self>, Fault> {
        let object = self.read(name, "an object", Value::as_object)?;
        Ok(object.map(|object| Self { event: self.event, object }))
    }
}

/// Between one frame a minute and a thousand a second: others are mistakes.
pub(super) fn rate(value: &Value) -> Option<f64> {
    value.as_f64().filter(|rate| (0.01..=1000.0).contains(rate))
}

/// A value without quotes.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
