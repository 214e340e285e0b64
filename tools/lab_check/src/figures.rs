//! What was measured of a program as a whole.

use serde::{Deserialize, Serialize};

/// The figures; each is missing if it could not be measured, or is not of this kind of program.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// Frames a second.
    pub(crate) rate: Option<f64>,
    /// How many of the frames that were listened to did not come.
    pub(crate) lost: Option<f64>,
    /// The median time from the reply to PLAY to the first packet, in milliseconds.
    pub(crate) first_packet_ms: Option<f64>,
    /// The median time to a reply, in milliseconds.
    pub(crate) reply_ms: Option<f64>,
    /// In how many of the runs a client has ended: `3 of 5`.
    pub(crate) ends: Option<String>,
}
