//! What a line has done to packets, in figures and in words.

use std::fmt;
use std::time::Duration;

/// What was done to a session's packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Packets that were to be sent.
    pub packets: u64,
    /// Packets that were not.
    pub lost: u64,
    /// Packets that were sent twice.
    pub doubled: u64,
    /// Packets that were sent after the next one.
    pub swapped: u64,
    /// The shortest and the longest delay of those that were sent in order.
    pub delays: Option<(Duration, Duration)>,
}

impl Tally {
    pub(super) fn delayed(&mut self, delay: Duration) {
        let (least, most) = self.delays.unwrap_or((delay, delay));
        self.delays = Some((least.min(delay), most.max(delay)));
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { packets, lost, doubled, swapped, delays } = self;
        let many = if *packets == 1 { "packet" } else { "packets" };
        write!(
            out,
            "of {packets} {many} {lost} lost, {doubled} doubled, {swapped} after the next"
        )?;
        match delays {
            Some((least, most)) if !most.is_zero() => {
                write!(out, ", delayed {} to {} ms", least.as_millis(), most.as_millis())
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Which packets something was done to, by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deeds {
    /// Those that were not sent.
    pub lost: Vec<u64>,
    /// Those that were sent twice.
    pub doubled: Vec<u64>,
    /// Those that were sent after the next one.
    pub swapped: Vec<u64>,
}

impl Deeds {
    /// Whether nothing was done.
    pub fn is_empty(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.swapped.is_empty()
    }
}

/// `lost packets 17, 23; doubled 31; swapped 40`, with the next.
impl fmt::Display for Deeds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [("lost", &self.lost), ("doubled", &self.doubled), ("swapped", &self.swapped)];
        let done = kinds.into_iter().filter(|(_, numbers)| !numbers.is_empty());
        for (index, (what, numbers)) in done.enumerate() {
            let packets = match (index, numbers.len()) {
                (0, 1) => " packet",
                (0, _) => " packets",
                _ => "",
            };
            write!(out, "{}{what}{packets}", if index == 0 { "" } else { "; " })?;
            for (place, number) in numbers.iter().take(MOST_NAMED).enumerate() {
                write!(out, "{} {number}", if place == 0 { "" } else { "," })?;
            }
            let others = numbers.len().saturating_sub(MOST_NAMED);
            if others > 0 {
                write!(out, " and {others} more")?;
            }
        }
        Ok(())
    }
}

/// How many numbers of a kind a line can name and still be readable.
const MOST_NAMED: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_reads_as_a_sentence() {
        let at = Duration::from_millis;
        let mut tally = Tally { packets: 500, lost: 25, doubled: 5, swapped: 10, delays: None };
        assert_eq!(tally.to_string(), "of 500 packets 25 lost, 5 doubled, 10 after the next");
        for ms in [40, 55, 25, 30] {
            tally.delayed(at(ms));
        }
        let shown = tally.to_string();
        assert!(shown.ends_with("10 after the next, delayed 25 to 55 ms"), "{shown}");
        let one = Tally { packets: 1, delays: Some((at(0), at(0))), ..Tally::default() };
        assert_eq!(one.to_string(), "of 1 packet 0 lost, 0 doubled, 0 after the next");
    }

    #[test]
    fn packets_are_named_by_what_was_done_to_them() {
        let all = Deeds { lost: vec![17, 23], doubled: vec![31], swapped: vec![40, 44] };
        assert_eq!(all.to_string(), "lost packets 17, 23; doubled 31; swapped 40, 44");
        let one = Deeds { doubled: vec![3], ..Deeds::default() };
        assert_eq!(one.to_string(), "doubled packet 3");
        assert!(Deeds::default().is_empty() && !one.is_empty());
    }

    #[test]
    fn a_line_stays_short() {
        let shown = Deeds { lost: (1..=22).collect(), ..Deeds::default() }.to_string();
        assert!(shown.ends_with(", 19, 20 and 2 more"), "{shown}");
    }
}
