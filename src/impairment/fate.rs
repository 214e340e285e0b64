//! What a bad network does to each packet: a function of its number and the seed.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::options::{ALL, BadImpairment, MAX_DELAY_MS, Percent};

/// What a network does to packets; nothing, by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Impairment {
    loss: Percent,
    duplicate: Percent,
    reorder: Percent,
    delay: Duration,
    jitter: Duration,
    seed: u64,
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is sent.
    Passed,
    /// It is not sent.
    Lost,
    /// It is sent twice, at once.
    Doubled,
    /// It is sent after the next one, which is neither lost nor swapped itself.
    Swapped,
}

impl Impairment {
    /// Reads the options by their names; `other_seed` is used if there is no `seed`.
    ///
    /// # Errors
    /// An option is no number, is out of its range, or contradicts another.
    pub fn read(
        option: impl Fn(&str) -> Option<String>,
        other_seed: u64,
    ) -> Result<Self, BadImpairment> {
        let percent = |name| {
            option(name).map_or(Ok(Percent::default()), |word| {
                Percent::parse(&word).ok_or(BadImpairment::Percent { name, found: word })
            })
        };
        let time = |name| {
            option(name).map_or(Ok(Duration::ZERO), |word| {
                let ms = word.parse().ok().filter(|ms| *ms <= MAX_DELAY_MS);
                ms.map(Duration::from_millis).ok_or(BadImpairment::Time { name, found: word })
            })
        };
        let seed = option("seed").map_or(Ok(other_seed), |word| {
            word.parse().map_err(|_| BadImpairment::Seed { found: word })
        });
        let [loss, duplicate, reorder] =
            [percent("loss")?, percent("duplicate")?, percent("reorder")?];
        let (delay, jitter, seed) = (time("delay")?, time("jitter")?, seed?);
        let others = ["loss", "duplicate", "reorder", "delay", "jitter"];
        if option("seed").is_some() && others.iter().all(|name| option(name).is_none()) {
            return Err(BadImpairment::SeedAlone);
        }
        Self { loss, duplicate, reorder, delay, jitter, seed }.possible()
    }

    fn possible(self) -> Result<Self, BadImpairment> {
        let Self { loss, duplicate, reorder, delay, jitter, .. } = self;
        let sum = loss.millionths() + duplicate.millionths() + reorder.millionths();
        if loss.millionths() >= ALL {
            Err(BadImpairment::NothingLeft)
        } else if reorder.millionths() > ALL / 2 {
            Err(BadImpairment::TooManySwaps { found: reorder })
        } else if sum > ALL {
            Err(BadImpairment::MoreThanAll { loss, duplicate, reorder })
        } else if jitter > delay {
            Err(BadImpairment::JitterAboveDelay { delay, jitter })
        } else {
            Ok(self)
        }
    }

    /// The same network with another loss; what it loses at 5 % it loses at 6 %, too.
    #[must_use]
    pub const fn with_loss(self, loss: Percent) -> Self {
        Self { loss, ..self }
    }

    /// The share of packets that it loses.
    pub const fn loss(self) -> Percent {
        self.loss
    }

    /// What everything follows from.
    pub const fn seed(self) -> u64 {
        self.seed
    }

    /// The option of the command line that gives packets that fate; empty if none does.
    pub(super) fn option_of(self, fate: Fate) -> String {
        let (name, share) = match fate {
            Fate::Passed => return String::new(),
            Fate::Lost => ("loss", self.loss),
            Fate::Doubled => ("duplicate", self.duplicate),
            Fate::Swapped => ("reorder", self.reorder),
        };
        format!("--{name} {}", share.to_string().trim_end_matches(" %"))
    }

    /// The options, by their names, with the values that the command line gives them: shares in percent,
    /// times in milliseconds.
    pub fn options(self) -> [(&'static str, String); 6] {
        let percent = |share: Percent| share.to_string().trim_end_matches(" %").to_owned();
        [
            ("loss", percent(self.loss)),
            ("duplicate", percent(self.duplicate)),
            ("reorder", percent(self.reorder)),
            ("delay", self.delay.as_millis().to_string()),
            ("jitter", self.jitter.as_millis().to_string()),
            ("seed", self.seed.to_string()),
        ]
    }

    /// Whether it does anything at all.
    pub fn is_bad(self) -> bool {
        self != Self { seed: self.seed, ..Self::default() }
    }

    /// What becomes of a packet.
    ///
    /// Swapping takes two packets: the one after a packet that was chosen to be swapped is not
    /// chosen again, and the one before a lost packet is not swapped. So 2 % come out as a little
    /// less, and every swapped packet is overtaken by exactly one.
    pub fn fate(self, number: u64) -> Fate {
        let fate = self.chosen(number);
        if fate != Fate::Swapped {
            return fate;
        }
        let follows = self.chosen(number.wrapping_sub(1)) == Fate::Swapped;
        let next_is_lost = self.chosen(number.wrapping_add(1)) == Fate::Lost;
        if follows || next_is_lost { Fate::Passed } else { Fate::Swapped }
    }

    /// How long a packet is on its way at least: the delay, plus or minus up to the jitter, each
    /// time as likely as any other.
    pub fn delay(self, number: u64) -> Duration {
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let span = micros(self.jitter).saturating_mul(2).saturating_add(1);
        let drawn = Duration::from_micros(self.draw(number, 1) % span);
        (self.delay + drawn).saturating_sub(self.jitter)
    }

    /// The packet's fate by its number alone, without regard to the packets around it.
    fn chosen(self, number: u64) -> Fate {
        let mut drawn = self.draw(number, 0) % u64::from(ALL);
        let shares = [
            (self.loss, Fate::Lost),
            (self.duplicate, Fate::Doubled),
            (self.reorder, Fate::Swapped),
        ];
        for (share, fate) in shares {
            let share = u64::from(share.millionths());
            if drawn < share {
                return fate;
            }
            drawn -= share;
        }
        Fate::Passed
    }

    /// One of two pseudorandom numbers that belong to a packet.
    const fn draw(self, number: u64, which: u64) -> u64 {
        split_mix_64(self.seed, number.wrapping_mul(2).wrapping_add(which))
    }
}

/// The network as the options say it.
impl fmt::Display for Impairment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { loss, duplicate, reorder, delay, jitter, seed } = self;
        let (delay, jitter) = (delay.as_millis(), jitter.as_millis());
        write!(out, "loss {loss}, duplicate {duplicate}, reorder {reorder}, ")?;
        write!(out, "delay {delay} ms, jitter {jitter} ms, seed {seed}")
    }
}

/// Number `place` of the sequence that begins with `seed`: G. L. Steele, D. Lea, C. H. Flood, "Fast
/// Splittable Pseudorandom Number Generators" (2014), figure 17. A number can be computed without
/// those before it, so this is a function and not a generator.
const fn split_mix_64(seed: u64, place: u64) -> u64 {
    let mixed = seed.wrapping_add(place.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

/// What happens to every session's RTP packets on their way out. All clones are the same network,
/// and its loss may be changed while the server serves.
#[derive(Clone, Debug)]
pub struct Network {
    impairment: Impairment,
    loss_millionths: Arc<AtomicU32>,
}

impl Network {
    /// A network that does this.
    pub fn new(impairment: Impairment) -> Self {
        let loss_millionths = Arc::new(AtomicU32::new(impairment.loss().millionths()));
        Self { impairment, loss_millionths }
    }

    /// The share of packets that is lost from now on.
    pub fn loss(&self) -> Percent {
        Percent::of_millionths(self.loss_millionths.load(Ordering::Relaxed)).unwrap_or_default()
    }

    /// Changes that share.
    pub fn set_loss(&self, loss: Percent) {
        self.loss_millionths.store(loss.millionths(), Ordering::Relaxed);
    }

    /// What happens to packets now.
    pub(crate) fn impairment(&self) -> Impairment {
        self.impairment.with_loss(self.loss())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The network that a command line asks for.
    pub(in crate::impairment) fn network(line: &str) -> Result<Impairment, BadImpairment> {
        let words: Vec<_> = line.split(' ').collect();
        let word = |name: &str| {
            let option = format!("--{name}");
            let pair = words.chunks(2).find(|pair| pair[0] == option);
            pair.map(|pair| pair[1].to_owned())
        };
        Impairment::read(word, 99)
    }

    const ISSUE: &str = "--loss 5 --duplicate 1 --reorder 2 --delay 40 --jitter 15 --seed 7";

    fn numbers(impairment: Impairment, fate: Fate, count: u64) -> Vec<u64> {
        (1..=count).filter(|&number| impairment.fate(number) == fate).collect()
    }

    /// The first numbers of the published generator, for its published seed.
    #[test]
    fn the_numbers_are_those_of_split_mix_64() {
        let numbers: Vec<_> = (1..=5).map(|place| split_mix_64(1_234_567, place)).collect();
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
    }

    /// They must be the same on every machine and for ever, since a handout may name them.
    #[test]
    fn a_seeds_fates_never_change() {
        let network = network(ISSUE).unwrap();
        assert_eq!(numbers(network, Fate::Lost, 500), LOST);
        assert_eq!(numbers(network, Fate::Doubled, 500), DOUBLED);
        assert_eq!(numbers(network, Fate::Swapped, 500), SWAPPED);
        let delays: Vec<_> = (1..=8).map(|number| network.delay(number).as_micros()).collect();
        assert_eq!(delays, DELAYS);
    }

    #[test]
    fn of_a_million_packets_the_shares_are_those_asked_for() {
        for seed in [0, 1, 7, u64::MAX] {
            let line = format!("--loss 5 --duplicate 1 --reorder 0.5 --seed {seed}");
            let network = network(&line).unwrap();
            let mut counts = [0_u32; 3];
            for number in 1..=1_000_000 {
                match network.fate(number) {
                    Fate::Lost => counts[0] += 1,
                    Fate::Doubled => counts[1] += 1,
                    Fate::Swapped => counts[2] += 1,
                    Fate::Passed => {}
                }
            }
            // Five standard deviations around the mean. One in 18 of those chosen to be swapped is
            // not.
            for (count, mean, room) in
                [(counts[0], 50_000, 1100), (counts[1], 10_000, 500), (counts[2], 4726, 350)]
            {
                assert!(count.abs_diff(mean) < room, "{count}, not {mean}, with seed {seed}");
            }
        }
    }

    #[test]
    fn seeds_that_are_neighbours_have_nothing_in_common() {
        let of_seed = |seed| {
            let network = network(&format!("--loss 50 --seed {seed}")).unwrap();
            (1..=10_000).map(|number| network.fate(number) == Fate::Lost).collect::<Vec<_>>()
        };
        let (one, other) = (of_seed(7), of_seed(8));
        for shift in 0..5 {
            let pairs = one.iter().zip(&other[shift..]);
            let same = pairs.filter(|(one, other)| one == other).count();
            assert!((4_700..5_300).contains(&same), "{same} of 10,000 alike");
        }
    }

    #[test]
    fn more_loss_loses_the_same_packets_and_others() {
        let network = network(ISSUE).unwrap();
        let lost = numbers(network, Fate::Lost, 1000);
        let more = numbers(network.with_loss(Percent::whole(20)), Fate::Lost, 1000);
        assert!(lost.iter().all(|number| more.contains(number)));
        assert!(more.len() > 2 * lost.len());
    }

    #[test]
    fn whoever_is_overtaken_is_overtaken_by_one_that_comes() {
        let network = network("--loss 30 --duplicate 20 --reorder 50 --seed 3").unwrap();
        let swapped = numbers(network, Fate::Swapped, 10_000);
        assert!(swapped.len() > 1000);
        for number in swapped {
            assert!(!matches!(network.fate(number + 1), Fate::Lost | Fate::Swapped));
        }
    }

    #[test]
    fn delays_take_all_of_their_range_and_no_more() {
        let network = network("--delay 40 --jitter 15 --seed 7").unwrap();
        let delays: Vec<_> = (1..=100_000).map(|number| network.delay(number)).collect();
        let (at, least, most) =
            (Duration::from_micros, delays.iter().min().unwrap(), delays.iter().max().unwrap());
        assert!((at(25_000)..at(25_010)).contains(least), "{least:?}");
        assert!((at(54_991)..=at(55_000)).contains(most), "{most:?}");
        let below = delays.iter().filter(|delay| **delay < at(32_500)).count();
        assert!((24_300..25_700).contains(&below), "a quarter of the range, not {below}");
    }

    #[test]
    fn without_jitter_every_delay_is_the_delay() {
        let network = network("--delay 40 --seed 7").unwrap();
        assert!((1..=1000).all(|number| network.delay(number) == Duration::from_millis(40)));
        assert_eq!(Impairment::default().delay(1), Duration::ZERO);
    }

    #[test]
    fn what_does_nothing_is_not_bad() {
        for (line, bad) in [
            ("--loss 0 --seed 7", false),
            ("--loss 0.0 --duplicate 0 --reorder 0 --delay 0 --jitter 0", false),
            ("--loss 0.0001", true),
            ("--delay 1", true),
        ] {
            assert_eq!(network(line).unwrap().is_bad(), bad, "{line}");
        }
    }

    #[test]
    fn a_network_reads_as_its_options() {
        let shown = "loss 5 %, duplicate 1 %, reorder 2 %, delay 40 ms, jitter 15 ms, seed 7";
        assert_eq!(network(ISSUE).unwrap().to_string(), shown);
        assert_eq!(network("--loss 5").unwrap().seed(), 99, "another seed if none is named");
    }

    #[test]
    fn what_is_no_network_is_told_with_what_was_found() {
        for (line, flaw) in [
            (
                "--loss 100",
                "expected --loss of less than 100 %, found 100 %: such a network shows nothing",
            ),
            (
                "--loss 101",
                "expected --loss from 0 to less than 100 percent, as 5 or 0.5, found \"101\"",
            ),
            (
                "--duplicate -1",
                "expected --duplicate from 0 to 100 percent, as 5 or 0.5, found \"-1\"",
            ),
            ("--reorder x", "expected --reorder from 0 to 50 percent, as 5 or 0.5, found \"x\""),
            (
                "--reorder 50.1",
                "expected --reorder of at most 50 %, found 50.1 %: it takes two to swap",
            ),
            (
                "--loss NaN",
                "expected --loss from 0 to less than 100 percent, as 5 or 0.5, found \"NaN\"",
            ),
            (
                "--loss 50 --reorder 50 --duplicate 0.5",
                "expected --loss, --duplicate and --reorder of at most 100 % together, found 50 %, 0.5 % and 50 %",
            ),
            ("--delay 10001", "expected --delay from 0 to 10000 ms, found \"10001\""),
            ("--delay -1", "expected --delay from 0 to 10000 ms, found \"-1\""),
            ("--delay 40 --jitter 1e1", "expected --jitter from 0 to 10000 ms, found \"1e1\""),
            (
                "--delay 10 --jitter 15",
                "expected --jitter of at most the --delay, 10 ms, found 15 ms: no packet comes before it is sent",
            ),
            (
                "--jitter 1",
                "expected --jitter of at most the --delay, 0 ms, found 1 ms: no packet comes before it is sent",
            ),
            (
                "--loss 5 --seed 0.5",
                "expected --seed from 0 to 18446744073709551615, found \"0.5\"",
            ),
            (
                "--seed 7",
                "expected --seed with --loss, --duplicate, --reorder or --delay, found it alone",
            ),
        ] {
            assert_eq!(network(line).unwrap_err().to_string(), flaw, "{line}");
        }
        for line in [
            "--loss 99.9999",
            "--duplicate 100",
            "--reorder 50 --loss 50",
            "--delay 10000 --jitter 10000",
        ] {
            assert!(network(line).is_ok(), "{line}");
        }
    }

    // Computed by another program.
    const LOST: [u64; 27] = [
        23, 33, 67, 80, 81, 106, 110, 130, 136, 186, 195, 202, 240, 263, 276, 300, 307, 320, 335,
        360, 375, 423, 427, 454, 455, 460, 485,
    ];
    const DOUBLED: [u64; 9] = [161, 187, 230, 404, 410, 414, 415, 422, 480];
    const SWAPPED: [u64; 8] = [214, 234, 250, 280, 302, 321, 433, 481];
    const DELAYS: [u128; 8] = [37043, 54931, 53344, 34312, 34262, 42398, 33466, 48355];
}
