//! The bad network that a server pretends to have.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::fate::Impairment;
use super::options::Percent;

/// What happens to every session's RTP packets on their way out. All copies are the same network,
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
