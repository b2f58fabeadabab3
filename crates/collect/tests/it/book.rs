//! A receiver that writes down what it gets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use outpost_model::{
    AppendError, Batch, Exemplar, Generation, Histogram, Labels, Metadata, MetricsReceiver,
    Resolution, SeriesId, stale_marker,
};

/// A sample as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) labels: Labels,
    pub(crate) timestamp_ms: i64,
    pub(crate) value: f64,
    /// Whether the sample brought its own time.
    pub(crate) stamped: bool,
}

/// What arrived, and which series are held.
#[derive(Default)]
pub(crate) struct Pages {
    generation: u64,
    ids: HashMap<Labels, u32>,
    names: Vec<Labels>,
    holds: HashMap<u32, i64>,
    layouts: HashMap<u64, Vec<SeriesId>>,
    pub(crate) resolved: usize,
    pub(crate) batches: usize,
    pub(crate) samples: Vec<Sample>,
    pub(crate) exemplars: Vec<(Labels, Exemplar)>,
    pub(crate) histograms: Vec<(Labels, i64, Histogram)>,
    pub(crate) metadata: HashMap<Labels, Arc<Metadata>>,
}

/// The receiver; clones share their pages.
#[derive(Clone, Default)]
pub(crate) struct Book {
    pages: Arc<Mutex<Pages>>,
    arrived: Arc<Notify>,
}

impl Book {
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Pages) -> T) -> T {
        look(&mut self.pages.lock().expect("no test thread has panicked"))
    }

    /// Waits until what arrived is enough.
    pub(crate) async fn wait_until(&self, mut enough: impl FnMut(&Pages) -> bool) {
        loop {
            let arrival = self.arrived.notified();
            if self.with(|pages| enough(pages)) {
                return;
            }
            arrival.await;
        }
    }

    /// What arrived since the last call.
    pub(crate) fn take(&self) -> Vec<Sample> {
        self.with(|pages| std::mem::take(&mut pages.samples))
    }

    /// As [`Book::take`], without the report series, as `labels value` with `stale` for the marker.
    pub(crate) fn lines(&self) -> Vec<String> {
        let is_report = |name: &str| name == "up" || name.starts_with("scrape_");
        self.take()
            .iter()
            .filter(|sample| !is_report(sample.labels.metric_name()))
            .map(Sample::to_string)
            .collect()
    }

    pub(crate) fn holds(&self) -> i64 {
        self.with(|pages| pages.holds.values().sum())
    }

    pub(crate) fn new_generation(&self) {
        self.with(|pages| {
            pages.generation += 1;
            pages.ids.clear();
            pages.holds.clear();
        });
    }
}

impl std::fmt::Display for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ", self.labels)?;
        if outpost_model::is_stale(self.value) {
            f.write_str("stale")?;
        } else {
            write!(f, "{}", self.value)?;
        }
        if self.stamped {
            write!(f, " @{}", self.timestamp_ms)?;
        }
        Ok(())
    }
}

impl MetricsReceiver for Book {
    fn generation(&self) -> Generation {
        self.with(|pages| Generation(pages.generation))
    }

    fn resolve(&self, labels: &Labels, metadata: Option<&Arc<Metadata>>) -> Resolution {
        self.with(|pages| {
            pages.resolved += 1;
            let next = u32::try_from(pages.names.len()).expect("a test has few series");
            let id = *pages.ids.entry(labels.clone()).or_insert(next);
            if id == next {
                pages.names.push(labels.clone());
            }
            if let Some(metadata) = metadata {
                pages.metadata.insert(labels.clone(), metadata.clone());
            }
            *pages.holds.entry(id).or_default() += 1;
            Resolution::Series(SeriesId(id))
        })
    }

    fn release(&self, generation: Generation, series: &[SeriesId]) {
        self.with(|pages| {
            if generation.0 == pages.generation {
                for id in series {
                    let holds = pages.holds.entry(id.0).or_default();
                    *holds -= 1;
                    assert!(*holds >= 0, "series {id:?} was given back twice");
                }
            }
        });
    }

    fn append(&self, batch: &Batch<'_>) -> Result<(), AppendError> {
        self.with(|pages| {
            if batch.generation.0 != pages.generation {
                return Err(AppendError::Outdated);
            }
            self.arrived.notify_waiters();
            assert_eq!(batch.series.len(), batch.values.len());
            if !batch.series.is_empty() {
                let list = pages
                    .layouts
                    .entry(batch.layout.0)
                    .or_insert_with(|| batch.series.to_vec());
                assert_eq!(list, batch.series, "one layout stands for two lists");
            }
            pages.batches += 1;
            let mut samples = Vec::new();
            let mut add = |id: SeriesId, timestamp_ms, value, stamped| {
                assert!(
                    pages.holds.get(&id.0) > Some(&0),
                    "series {id:?} is not held"
                );
                let labels = pages.names[id.0 as usize].clone();
                samples.push(Sample {
                    labels,
                    timestamp_ms,
                    value,
                    stamped,
                });
            };
            for (id, value) in batch.series.iter().zip(batch.values) {
                add(*id, batch.timestamp_ms, *value, false);
            }
            for sample in batch.stamped {
                add(sample.series, sample.timestamp_ms, sample.value, true);
            }
            for id in batch.stale {
                add(*id, batch.timestamp_ms, stale_marker(), false);
            }
            pages.samples.extend(samples);
            let names = &pages.names;
            let name = |id: SeriesId| names[id.0 as usize].clone();
            pages
                .exemplars
                .extend(batch.exemplars.iter().map(|(id, e)| (name(*id), e.clone())));
            pages.histograms.extend(
                batch
                    .histograms
                    .iter()
                    .map(|(id, t, h)| (name(*id), *t, h.clone())),
            );
            Ok(())
        })
    }
}
