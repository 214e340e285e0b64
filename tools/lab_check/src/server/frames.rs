//! The lab's frames, put together from the payloads of packets: a whole JPEG in each, or its
//! pieces.

/// Puts frames together. Losses between packets are not noticed here, but a frame with a hole is
/// then found to be none of the movie's.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    /// The frame that has begun, and the number of its pieces so far.
    begun: Option<(Vec<u8>, usize)>,
    /// Whether the server leaves out the last two bytes of a JPEG.
    ends_are_missing: bool,
}

impl Frames {
    /// Takes in a packet's marker bit and payload; returns the frames that are whole now, two at
    /// most.
    pub(crate) fn push(&mut self, marker: bool, payload: &[u8]) -> Vec<Vec<u8>> {
        let mut whole = Vec::new();
        if payload.is_empty() {
            return whole;
        }
        if payload.starts_with(SOI) {
            // A start right after a start: no piece is missing between them, so the frame was
            // whole.
            if let Some((frame, 1)) = self.begun.take() {
                whole.push(frame);
                self.ends_are_missing = true;
            }
            if marker || payload.ends_with(EOI) || self.ends_are_missing {
                whole.push(payload.to_vec());
            } else {
                self.begun = Some((payload.to_vec(), 1));
            }
        } else if let Some((frame, pieces)) = &mut self.begun {
            frame.extend_from_slice(payload);
            *pieces += 1;
            if marker {
                whole.extend(self.begun.take().map(|(frame, _)| frame));
            }
        } else {
            // A server that cuts frames up does not leave out their ends, even if it seemed so.
            self.ends_are_missing = false;
        }
        whole
    }
}

/// The start and the end of every JPEG (ITU-T T.81 table B.1).
pub(crate) const SOI: &[u8] = b"\xFF\xD8";
const EOI: &[u8] = b"\xFF\xD9";

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = b"\xFF\xD8whole\xFF\xD9";
    const HEAD: &[u8] = b"\xFF\xD8head";
    const TAIL: &[u8] = b"tail\xFF\xD9";

    fn frames(packets: &[(bool, &[u8])]) -> Vec<Vec<u8>> {
        let mut frames = Frames::default();
        packets.iter().flat_map(|(marker, payload)| frames.push(*marker, payload)).collect()
    }

    #[test]
    fn a_jpeg_is_a_frame_marked_or_not() {
        assert_eq!(frames(&[(false, WHOLE), (true, WHOLE)]), [WHOLE, WHOLE]);
    }

    #[test]
    fn pieces_are_a_frame_with_the_one_that_is_marked() {
        let packets = [(false, HEAD), (false, b"".as_slice()), (false, b"x"), (true, TAIL)];
        assert_eq!(frames(&packets), [[HEAD, b"x", TAIL].concat()]);
    }

    #[test]
    fn frames_without_their_end_are_known_by_the_next_start() {
        assert_eq!(frames(&[(false, HEAD), (false, HEAD), (false, HEAD)]), [HEAD, HEAD, HEAD]);
    }

    #[test]
    fn a_frame_whose_mark_did_not_come_is_none() {
        let lost = [(false, HEAD), (false, TAIL), (false, HEAD), (true, TAIL)];
        assert_eq!(frames(&lost), [[HEAD, TAIL].concat()]);
        assert_eq!(frames(&[(true, TAIL), (false, WHOLE)]), [WHOLE], "nor one without its start");
    }
}
