//! The seam between what collects and what sends.
//!
//! A producer resolves a label set to a [`SeriesId`] once, then appends batches of ids and values: labels are compared,
//! relabelled and interned once per series, not per sample. Relabelling is a receiver that wraps a receiver
//! ([`Relabel`]); fan-out is a receiver over several ([`FanOut`]). When a receiver's rules change its generation does
//! too: every id is void. The producer gives its holds back under the old generation, resolves its series again, and
//! appends under a new layout.

mod fan_out;
mod lineage;
mod relabel;

use std::sync::Arc;

use crate::{Batch, Labels, Metadata, SeriesId};

pub use fan_out::FanOut;
pub use lineage::Lineage;
pub use relabel::{Relabel, RelabelCounts};

/// Counts the times a receiver has declared all ids void.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Generation(pub u64);

/// What a receiver makes of a label set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The series' id; hold it until [`MetricsReceiver::release`].
    Series(SeriesId),
    /// A rule or a limit drops this series: do not append it. Nothing to release.
    Dropped,
}

/// Why a batch was not taken. Nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The ids are of an older generation: resolve again, then append again.
    #[error("series ids belong to an older generation")]
    Outdated,
    /// The receiver cannot store; the batch is lost and the receiver has counted it.
    #[error("cannot store samples: {reason}")]
    Storage {
        /// The cause, in words.
        reason: Arc<str>,
    },
}

/// Takes samples. Calls never wait for a network.
pub trait MetricsReceiver: Send + Sync {
    /// The current generation. Ids got before it changed are void.
    ///
    /// Read it before the first `resolve`: ids are of the generation that was read before them.
    fn generation(&self) -> Generation;

    /// The id of the series `labels` (which include the metric's name), of a family described by `metadata`.
    ///
    /// Each `Series` answer adds one hold on the series. Equal label sets get equal ids. Different ones may, too, where
    /// rules make them equal; a batch may then hold an id twice.
    fn resolve(&self, labels: &Labels, metadata: Option<&Arc<Metadata>>) -> Resolution;

    /// Gives back holds that were got in `generation`, one for each id. Also ids of an older generation are given back:
    /// a receiver further down may still know them; one that does not ignores them.
    fn release(&self, generation: Generation, series: &[SeriesId]);

    /// Takes a batch. On success the samples are safe from a kill of this process.
    fn append(&self, batch: &Batch<'_>) -> Result<(), AppendError>;
}

#[cfg(test)]
mod tests;
