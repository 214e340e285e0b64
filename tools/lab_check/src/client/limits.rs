//! How long each part of a run may take, and how often it is looked at.

use std::time::Duration;

/// How often everything that may happen is looked at.
pub(super) const TURN: Duration = Duration::from_millis(5);
/// How much of a case's time is kept for the look at its end.
pub(super) const END_RESERVE: Duration = Duration::from_secs(1);
/// The most requests of a run: far more than any client needs. Each may be followed by a click,
/// which takes time.
pub(super) const MOST_REQUESTS: usize = 100;
/// How long the client has to open its RTP port once PLAY has come.
pub(super) const BIND_LIMIT: Duration = Duration::from_secs(1);
/// How long the client is watched after 404.
pub(super) const REFUSAL_LOOK: Duration = Duration::from_millis(1500);
/// How long the client is watched after a reply that names another session.
pub(super) const SESSION_LOOK: Duration = Duration::from_secs(2);
/// How long the client is watched for an effect of the user's click.
pub(super) const CLICK_LOOK: Duration = Duration::from_secs(5);
/// How long the client is watched after the end of the movie: some clients go on after 2 s.
pub(super) const SILENCE_LOOK: Duration = Duration::from_secs(3);
/// How long the client is watched after the end of the connection.
pub(super) const EOF_LOOK: Duration = Duration::from_secs(4);
/// After this many packets of a PLAY, a thread of the PLAY before must have ended.
pub(super) const LONG_PLAY: u16 = 12;
/// How many packets lie between two counts of the threads.
pub(super) const COUNT_EVERY: u16 = 2;
/// How long the client has to end after TEARDOWN.
pub(super) const END_LIMIT: Duration = Duration::from_secs(4);
/// How long a client that sends by itself may send nothing in READY, if only a step is looked at.
pub(super) const OWN_PATIENCE: Duration = Duration::from_millis(3500);
