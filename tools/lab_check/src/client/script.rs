//! The variations: what the server does differently, to see how the client reacts.

use super::button::Button;

/// A variation; each is a separate run of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// Nothing is different. All others are compared with it.
    Plain,
    /// The replies to SETUP and the first PLAY come a second late.
    LateReply,
    /// SETUP gets 404.
    NotFound,
    /// Some packets do not come.
    Lost,
    /// Some packets come in the wrong order.
    Swapped,
    /// Some packets come twice.
    Doubled,
    /// Before the reply to SETUP comes one to another request.
    WrongCseq,
    /// The reply to PLAY names another session.
    WrongSession,
    /// The server closes the connection while the movie plays.
    EndOfConnection,
    /// Each reply comes in two segments.
    SplitReply,
    /// The movie is over soon.
    EndOfMovie,
}

impl Script {
    /// All of them, in the order of the card.
    pub(crate) const ALL: [Self; 11] = [
        Self::Plain,
        Self::LateReply,
        Self::WrongCseq,
        Self::WrongSession,
        Self::SplitReply,
        Self::NotFound,
        Self::Lost,
        Self::Swapped,
        Self::Doubled,
        Self::EndOfMovie,
        Self::EndOfConnection,
    ];

    /// Its name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::LateReply => "late-reply",
            Self::NotFound => "not-found",
            Self::Lost => "lost",
            Self::Swapped => "swapped",
            Self::Doubled => "doubled",
            Self::WrongCseq => "wrong-cseq",
            Self::WrongSession => "wrong-session",
            Self::EndOfConnection => "end-of-connection",
            Self::SplitReply => "split-reply",
            Self::EndOfMovie => "end-of-movie",
        }
    }

    /// The variations that the user has named, or all if none is named. `Plain` is always the
    /// first, because the others are compared with it.
    ///
    /// # Errors
    /// A name is not known: in one line.
    pub(crate) fn chosen(names: &[String]) -> Result<Vec<Self>, String> {
        for name in names {
            if !Self::ALL.iter().any(|script| script.name() == name) {
                let known = Self::ALL.map(Self::name).join(", ");
                return Err(format!("expected --script as one of {known}, found {name:?}"));
            }
        }
        let is_chosen = |script: &Self| {
            *script == Self::Plain || names.is_empty() || names.iter().any(|n| n == script.name())
        };
        Ok(Self::ALL.into_iter().filter(is_chosen).collect())
    }

    /// The numbers of the packets that are sent when that one is due.
    pub(crate) fn packets(self, number: u16) -> Vec<u16> {
        let (is_touched, follows) = (is_touched(number), is_touched(number - 1));
        if self == Self::Lost && is_touched {
            Vec::new()
        } else if self == Self::Swapped && is_touched {
            vec![number + 1]
        } else if self == Self::Swapped && follows {
            vec![number - 1]
        } else if self == Self::Doubled && is_touched {
            vec![number; 2]
        } else {
            vec![number]
        }
    }

    /// How many packets the movie has.
    pub(crate) fn length(self) -> u16 {
        if self == Self::EndOfMovie { SHORT_MOVIE } else { LONG_MOVIE }
    }

    /// The packet after which the server closes the connection.
    pub(crate) fn last_packet(self) -> Option<u16> {
        (self == Self::EndOfConnection).then_some(LAST_PACKET)
    }

    /// The button that must have no effect after the unusual event.
    pub(crate) fn trial(self) -> Option<Button> {
        let of_script = [(Self::NotFound, Button::Play), (Self::WrongSession, Button::Pause)];
        of_script.into_iter().find(|(script, _)| *script == self).map(|(_, button)| button)
    }
}

fn is_touched(number: u16) -> bool {
    TOUCHED.contains(&number)
}

/// The packets that something happens to. All are early ones, because some clients play for only a
/// second.
const TOUCHED: [u16; 3] = [4, 8, 11];
/// How many packets are lost, swapped with the next one, or doubled.
pub(crate) const TOUCHED_COUNT: u64 = TOUCHED.len() as u64;
/// When this many packets have been due, the client has seen everything that was to happen to them.
pub(crate) const SETTLED: u16 = 16;
const LAST_PACKET: u16 = 10;
const SHORT_MOVIE: u16 = 12;
const LONG_MOVIE: u16 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variation_does_to_packets_what_it_is_called() {
        let sent = |script: Script| (1..=9).flat_map(|n| script.packets(n)).collect::<Vec<_>>();
        assert_eq!(sent(Script::Plain), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(sent(Script::Lost), [1, 2, 3, 5, 6, 7, 9]);
        assert_eq!(sent(Script::Swapped), [1, 2, 3, 5, 4, 6, 7, 9, 8]);
        assert_eq!(sent(Script::Doubled), [1, 2, 3, 4, 4, 5, 6, 7, 8, 8, 9]);
    }

    #[test]
    fn whatever_is_chosen_plain_comes_first_and_what_is_unknown_is_told() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(Script::chosen(&[]).unwrap(), Script::ALL);
        assert_eq!(Script::chosen(&names(&["lost"])).unwrap(), [Script::Plain, Script::Lost]);
        let flaw = Script::chosen(&names(&["lost", "lots"])).unwrap_err();
        assert!(flaw.starts_with("expected --script as one of plain, late-reply, "), "{flaw}");
        assert!(flaw.ends_with("found \"lots\""), "{flaw}");
    }
}
