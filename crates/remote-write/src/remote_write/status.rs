//! Numbers for people and for `/metrics`.

use std::sync::PoisonError;

use super::RemoteWrite;
use crate::ledger::{EndpointStatus, Health};
use crate::points::Counts;

/// What a [`RemoteWrite`] does, in numbers, since it was built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Points taken and stored.
    pub appended: Counts,
    /// Points lost because the log could not be written.
    pub unstored: Counts,
    /// Why the last batch could not be stored, if it could not.
    pub storage_error: Option<String>,
    /// Series in use.
    pub series: usize,
    /// Bytes of the log on disk.
    pub log_bytes: u64,
    /// Its segments.
    pub segments: usize,
    /// Each endpoint.
    pub endpoints: Vec<EndpointStatus>,
}

// === impl Status ===

impl Status {
    /// What is wrong, in words; `None`: nothing.
    pub fn problem(&self) -> Option<String> {
        if let Some(error) = &self.storage_error {
            return Some(error.clone());
        }
        self.endpoints
            .iter()
            .find_map(|endpoint| match &endpoint.health {
                Health::Unknown | Health::Delivering => None,
                Health::Retrying { reason } => {
                    Some(format!("cannot deliver to {}: {reason}", endpoint.url))
                }
                Health::Refused { reason } => {
                    Some(format!("{} refuses samples: {reason}", endpoint.url))
                }
            })
    }
}

// === impl RemoteWrite ===

impl RemoteWrite {
    /// The numbers at present.
    pub fn status(&self) -> Status {
        let (log_bytes, _, segments) = self.log.size();
        let storage = self.storage().clone();
        let ledgers = self
            .ledgers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let endpoints = ledgers.iter().map(|books| {
            books
                .ledger
                .status(&books.name, &books.url, self.log.pending(&books.key))
        });
        Status {
            appended: storage.appended,
            unstored: storage.unstored,
            storage_error: storage
                .error
                .map(|error| error.to_string())
                .or(storage.sync_error),
            series: self.log.table.read().len(),
            log_bytes,
            segments,
            endpoints: endpoints.collect(),
        }
    }

    /// Brings the gauges up to date.
    pub(super) fn set_gauges(&self) {
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let (bytes, segment, _) = self.log.size();
        self.metrics.storage_bytes.set(number(bytes));
        self.metrics.segment.set(number(segment));
        let (series, memory) = {
            let tables = self.log.table.read();
            (tables.len() as u64, tables.bytes() as u64)
        };
        self.metrics.active_series.set(number(series));
        self.metrics.series_memory.set(number(memory));
        let now_ms = crate::clock::now_ms();
        let highest = self.metrics.highest_timestamp.get();
        for books in self
            .ledgers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
        {
            let pending = self.log.pending(&books.key);
            let metrics = &books.ledger.metrics;
            let counts = [
                pending.counts.samples,
                pending.counts.histograms,
                pending.counts.exemplars,
            ];
            for (gauge, count) in metrics.pending.iter().zip(counts) {
                gauge.set(number(count));
            }
            metrics.unsent_bytes.set(number(pending.bytes));
            let age = pending
                .oldest_ms
                .map_or(0, |oldest| now_ms.saturating_sub(oldest).max(0));
            metrics.unsent_age.set(age as f64 / 1000.0);
            metrics.highest.set(highest);
        }
    }
}
