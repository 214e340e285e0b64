//! A bad network on purpose: what happens to RTP packets on their way out of the server.
//!
//! On loopback nothing is ever lost, and the statistics have nothing to show. Here each packet has a
//! fate, which follows from a seed and from the packet's number alone: the packets of a session are
//! counted from 1, whatever sequence numbers they have. So the same seed does the same to the same
//! packets, in both dialects, today and next year.
//!
//! ```
//! use rtsp_lab::impairment::{Fate, Impairment};
//!
//! let options = [("loss", "5"), ("duplicate", "1"), ("reorder", "2"), ("seed", "7")];
//! let option = |name: &str| {
//!     options.iter().find(|(of, _)| *of == name).map(|(_, word)| (*word).to_owned())
//! };
//! let impairment = Impairment::read(option, 0)?;
//! let lost: Vec<u64> = (1..=100).filter(|&n| impairment.fate(n) == Fate::Lost).collect();
//! assert_eq!(lost, [23, 33, 67, 80, 81]);
//! # Ok::<(), rtsp_lab::impairment::BadImpairment>(())
//! ```

mod fate;
mod line;
mod options;
mod tally;

pub use fate::{Fate, Impairment, Network};
pub use line::{Line, Pushed};
pub use options::{BadImpairment, Percent};
pub use tally::{Deeds, Tally};
