//! What is required of a server, in the order of the card.

use crate::card::Requirement;

macro_rules! requirements {
    ($($part:literal { $($constant:ident $id:ident $title:literal $paragraph:literal)+ })+) => {
        $($(
            pub(crate) const $constant: Requirement = Requirement {
                id: stringify!($id),
                part: $part,
                title: $title,
                paragraph: $paragraph,
            };
        )+)+
        /// All of them.
        pub(crate) const ALL: &[&Requirement] = &[$($(&$constant),+),+];
    };
}

requirements! {
    "Setup" {
        SETUP setup "SETUP is answered 200" "Replies"
        SESSION_NUMBER session_number "its session is a number, and not 0" "Session ids"
        NOT_FOUND not_found "SETUP of a movie that is not there is answered 404" "Status codes"
        SETUP_AFTER_404 setup_after_404 "SETUP of another one works then, on the same connection" "Status codes"
        OUTSIDE outside "SETUP of a file outside its folder is not answered 200" "Names"
    }
    "Play" {
        PLAY play "PLAY is answered 200" "Replies"
        PACKETS packets "then packets come to the client's RTP port" "RTP"
        FIRST_PACKET first_packet "the first packet comes within 0.5 s" "The report's limits"
        RESUME resume "PLAY after PAUSE goes on with the next frame" "States"
        PLAY_AGAIN play_again "PLAY while it plays changes nothing" "States"
    }
    "Pause" {
        PAUSE pause "PAUSE is answered 200" "Replies"
        PAUSE_STOPS pause_stops "no packet comes after PAUSE" "States"
    }
    "Teardown" {
        TEARDOWN teardown "TEARDOWN is answered 200" "Replies"
        TEARDOWN_STOPS teardown_stops "no packet comes after TEARDOWN" "States"
    }
    "Replies" {
        REPLY_FORM reply_form "three lines: status, CSeq, Session" "Replies"
        CSEQ cseq "the request's CSeq is repeated" "CSeq"
        SESSION session "the session is repeated" "Session ids"
        REPLY_TIME reply_time "they come within 0.05 s" "The report's limits"
    }
    "RTP header, bit by bit" {
        HEADER header "it is 12 bytes long, and then the JPEG begins" "RTP"
        VERSION version "V, 2 bits: version 2" "RTP"
        PADDING padding "P, 1 bit: 0" "RTP"
        EXTENSION extension "X, 1 bit: 0" "RTP"
        CSRC_COUNT csrc_count "CC, 4 bits: 0" "RTP"
        MARKER marker "M, 1 bit: 0, or 1 on the last packet of every frame" "RTP"
        PAYLOAD_TYPE payload_type "PT, 7 bits: 26, JPEG" "RTP"
        SEQUENCE sequence "sequence number, 16 bits: one more in each packet" "RTP"
        SEQUENCE_256 sequence_256 "sequence number: goes on after 255" "RTP"
        FIRST_NUMBER first_number "sequence number of the first packet: 1" "RTP"
        TIMESTAMP timestamp "timestamp, 32 bits: does not go back" "RTP"
        TIMESTAMP_RUNS timestamp_runs "timestamp: another one seconds later" "RTP"
        SSRC ssrc "SSRC, 32 bits: the same in all packets of a session" "RTP"
        ENCODE_BITS encode_bits "encode puts P, X, CC, M and SSRC into their bits, if they are not 0" "RTP"
    }
    "Frames" {
        FRAMES frames "they are the movie's, byte for byte and in order" "RTP"
        LOSS loss "less than 0.1 % are lost" "The report's limits"
        LARGE_FRAME large_frame "one of 20,000 bytes arrives whole" "The report's limits"
        RATE rate "20 a second" "Pacing"
        DEVIATION deviation "50 ms apart" "Pacing"
        LAST_FRAME last_frame "the last one of the movie comes" "End of the movie"
        END end "after it there is silence, and PAUSE and TEARDOWN are answered" "End of the movie"
    }
    "Several clients" {
        TWO_CLIENTS two_clients "two at once are served, each from the first frame on" "States"
        TWO_SESSIONS two_sessions "they have different sessions" "Session ids"
        WRONG_SESSION wrong_session "PLAY with a session of nobody does not play" "Status codes"
    }
    "What is asked in the wrong place" {
        EARLY early "PLAY, PAUSE, TEARDOWN before SETUP are refused and do no harm" "States"
        SECOND_SETUP second_setup "a second SETUP is refused and does no harm" "States"
        UNKNOWN_METHOD unknown_method "an unknown method is refused and does no harm" "Status codes"
        NO_REQUEST no_request "what is no request is refused and does no harm" "Status codes"
    }
    "Requests in the stream of bytes" {
        SPLIT split "one that comes in pieces is understood" "Framing"
        GLUED glued "two that come as one are both answered" "Framing"
    }
    "Describe" {
        DESCRIBE describe "DESCRIBE is answered with the session's description" "DESCRIBE"
        DESCRIBE_LENGTH describe_length "its Content-Length is right" "DESCRIBE"
        DESCRIBE_FORM describe_form "it has the report's own lines" "DESCRIBE"
    }
    "When clients have gone" {
        GONE gone "nothing is sent to one that has closed, or was killed" "End of the connection"
        SERVES_ON serves_on "new clients are served" "End of the connection"
        IDLE idle "no processor is busy when nobody plays" "End of the connection"
        THREADS threads "no session leaves a thread" "End of the connection"
        DESCRIPTORS descriptors "no session leaves an open file or socket" "End of the connection"
    }
}

/// What a case needs that only sets up a session.
pub(crate) const A_SESSION: &[&Requirement] = &[&SETUP];
/// What a case needs that plays.
pub(crate) const A_STREAM: &[&Requirement] = &[&SETUP, &PLAY, &PACKETS];
/// What a case needs that plays and pauses.
pub(crate) const A_PAUSE: &[&Requirement] = &[&SETUP, &PLAY, &PACKETS, &PAUSE];
/// What a case needs that plays and tears down.
pub(crate) const A_TEARDOWN: &[&Requirement] = &[&SETUP, &PLAY, &PACKETS, &TEARDOWN];
/// What a case needs that does all of it.
pub(crate) const EVERYTHING: &[&Requirement] = &[&SETUP, &PLAY, &PACKETS, &PAUSE, &TEARDOWN];
