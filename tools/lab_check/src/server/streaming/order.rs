//! Whether all frames came, in order, and whether the numbers count them.
//!
//! A gap in the numbers where a frame is missing is a loss. A frame that is missing without a gap
//! was never sent; and numbers with a gap where no frame is missing are wrong.

use super::super::ear::Arrival;
use super::super::requirements as need;
use super::super::scene::{Note, Number, Scene};
use super::super::stream::{Seen, number, step};

/// Judges frames, loss and sequence numbers.
pub(super) fn judge(
    scene: &mut Scene<'_>,
    arrivals: &[Arrival],
    seen: &[Seen],
    numbers_are_there: bool,
) {
    let numbers: Vec<_> = arrivals.iter().filter_map(number).collect();
    let numbers = if numbers_are_there { numbers.as_slice() } else { &[] };
    let mut findings = Findings::default();
    findings.look_at(seen, numbers, !scene.movie.frames.is_empty());
    let Findings { frames, sequence, lost } = findings;
    if scene.movie.frames.is_empty() {
        scene.not_checked(&need::FRAMES, "there is no such file here to compare with");
    } else if let Some(came) = frames.or_else(|| none_of(seen)) {
        scene.fail_playing(&need::FRAMES, &came, "each frame of the movie, once, from the first");
    } else {
        scene.pass(&need::FRAMES);
        scene.figure(&need::FRAMES, format!("{} frames", seen.len()));
    }
    if !numbers_are_there {
        let why = "where the header ends is not certain";
        scene.not_checked(&need::SEQUENCE, why);
        return scene.not_checked(&need::LOSS, why);
    }
    match sequence {
        None => scene.pass(&need::SEQUENCE),
        Some(came) => scene.fail_playing(&need::SEQUENCE, &came, "one more than before"),
    }
    judge_loss(scene, lost, seen.len());
}

fn judge_loss(scene: &mut Scene<'_>, lost: usize, received: usize) {
    let all = lost + received;
    if lost * 1000 < all || lost == 0 {
        scene.pass(&need::LOSS);
    } else {
        let came = format!("{lost} of {all} are missing, by their numbers too");
        scene.fail_playing(&need::LOSS, &came, "less than one in a thousand");
    }
    scene.figure(&need::LOSS, format!("{lost} of {all}"));
    scene.note(Note::Number(Number::Lost, f64::from(u32::try_from(lost).unwrap_or(u32::MAX))));
}

fn none_of(seen: &[Seen]) -> Option<String> {
    seen.is_empty().then(|| "packets, but no whole JPEG in them".to_owned())
}

/// What is wrong: the first fault of each kind.
#[derive(Debug, Default, PartialEq, Eq)]
struct Findings {
    frames: Option<String>,
    sequence: Option<String>,
    lost: usize,
}

impl Findings {
    fn look_at(&mut self, seen: &[Seen], numbers: &[u16], known: bool) {
        let (mut before, mut packets) = (None, 0);
        for (place, frame) in seen.iter().enumerate() {
            let pieces = numbers.get(packets..packets + frame.packets).unwrap_or_default();
            packets += frame.packets;
            self.look_at_pieces(pieces, packets);
            let step = before.zip(pieces.first()).map(|(before, &number)| step(before, number));
            before = pieces.last().copied().or(before);
            if known {
                let next = place.checked_sub(1).map_or(Some(0), |last| {
                    seen.get(last).and_then(|last| last.index).map(|index| index + 1)
                });
                self.look_at_frame(place, frame, next, step, packets);
            } else {
                self.look_at_step(step, packets);
            }
        }
    }

    /// A frame of the movie: `next` is the one that was expected, if that is known.
    fn look_at_frame(
        &mut self,
        place: usize,
        frame: &Seen,
        next: Option<usize>,
        step: Option<i16>,
        packet: usize,
    ) {
        let Some(index) = frame.index else {
            let what = format!("the frame at place {} ({} bytes)", place + 1, frame.length);
            self.frames.get_or_insert(format!("{what} is none of the movie's"));
            return;
        };
        let Some(next) = next else { return };
        if index == next {
            self.look_at_number(step, packet);
        } else if index > next && step.is_some_and(|step| step > 1) {
            self.lost += index - next;
        } else {
            let came = format!("frame {} of the movie after frame {next}", index + 1);
            self.frames.get_or_insert(came);
        }
    }

    /// No frame is missing here, so no number may be missing.
    fn look_at_number(&mut self, step: Option<i16>, packet: usize) {
        if let Some(step) = step.filter(|&step| step != 1) {
            let came =
                format!("a step of {step} before packet {packet}, where no frame is missing");
            self.sequence.get_or_insert(came);
        }
    }

    /// It is not known which frame it is, so a gap is a loss.
    fn look_at_step(&mut self, step: Option<i16>, packet: usize) {
        match step {
            Some(2..) => self.lost += step.and_then(|s| usize::try_from(s - 1).ok()).unwrap_or(0),
            step => self.look_at_number(step, packet),
        }
    }

    /// The pieces of one frame: each with its own number, or all with the frame's number.
    fn look_at_pieces(&mut self, pieces: &[u16], packet: usize) {
        let steps: Vec<_> = pieces
            .windows(2)
            .filter_map(|pair| Some(step(*pair.first()?, *pair.last()?)))
            .collect();
        let alike = |wanted| steps.iter().all(|&step| step == wanted);
        if !alike(1) && !alike(0) {
            let came = format!("steps of {steps:?} in the pieces of a frame up to packet {packet}");
            self.sequence.get_or_insert(came);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    /// Frames of one packet each, with these places in the movie, and these numbers.
    fn findings(indexes: &[usize], numbers: &[u16], known: bool) -> Findings {
        let at = Instant::now();
        let seen = |&index| {
            let index = known.then_some(index);
            Seen { index, length: 100, at, packets: 1, end: 0 }
        };
        let seen: Vec<_> = indexes.iter().map(seen).collect();
        let mut findings = Findings::default();
        findings.look_at(&seen, numbers, known);
        findings
    }

    /// Which of frames, sequence and loss is wrong.
    fn wrong(indexes: &[usize], numbers: &[u16]) -> [bool; 3] {
        let Findings { frames, sequence, lost } = findings(indexes, numbers, true);
        [frames.is_some(), sequence.is_some(), lost > 0]
    }

    #[test]
    fn each_fault_is_one_finding() {
        assert_eq!(wrong(&[0, 1, 2], &[1, 2, 3]), [false; 3]);
        assert_eq!(wrong(&[0, 1, 2], &[65_535, 0, 1]), [false; 3], "numbers wrap");
        assert_eq!(wrong(&[0, 1, 3], &[1, 2, 4]), [false, false, true], "lost on the way");
        assert_eq!(wrong(&[0, 1, 3], &[1, 2, 3]), [true, false, false], "never sent");
        assert_eq!(wrong(&[0, 1, 1, 2], &[1, 2, 3, 4]), [true, false, false], "sent twice");
        assert_eq!(
            wrong(&[0, 1, 1, 2], &[1, 2, 2, 3]),
            [true, false, false],
            "a packet sent twice"
        );
        assert_eq!(wrong(&[0, 2, 1, 3], &[1, 3, 2, 4]), [true, false, true], "swapped");
        assert_eq!(wrong(&[0, 1, 2], &[7, 7, 7]), [false, true, false], "does not count");
        assert_eq!(wrong(&[0, 1, 2], &[1, 3, 5]), [false, true, false], "counts by two");
        assert_eq!(wrong(&[1, 2], &[1, 2]), [true, false, false], "not from the first frame on");
    }

    #[test]
    fn without_the_movie_a_gap_is_a_loss() {
        assert_eq!(findings(&[0; 3], &[1, 2, 5], false).lost, 2);
        assert!(findings(&[0; 3], &[1, 1, 2], false).sequence.is_some());
    }

    #[test]
    fn pieces_have_a_number_each_or_their_frames() {
        for (numbers, met) in [([1, 2, 3], true), ([1, 1, 1], true), ([1, 1, 2], false)] {
            let seen = Seen { index: Some(0), length: 9, at: Instant::now(), packets: 3, end: 3 };
            let mut findings = Findings::default();
            findings.look_at(&[seen], &numbers, true);
            assert_eq!(findings.sequence.is_none(), met, "{numbers:?}");
        }
    }
}
