//! A metrics receiver that keeps its identity while what stands behind it changes.
//!
//! A component exports one handle for its whole life; what it does with samples is swapped underneath when its arguments
//! change, or is put there only when the component has opened its storage. Every swap is a new generation, so that
//! producers resolve their series again.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use outpost_model::{
    AppendError, Batch, Generation, Labels, Lineage, Metadata, MetricsReceiver, Resolution,
    SeriesId,
};

/// Earlier receivers that are kept for late releases.
const KEPT: usize = 4;

/// A receiver over an exchangeable receiver.
pub struct ReceiverHandle {
    name: Arc<str>,
    behind: RwLock<Behind>,
    /// A generation stands for the count of swaps and the generation behind.
    lineage: Lineage,
}

struct Behind {
    swaps: u64,
    receiver: Option<Arc<dyn MetricsReceiver>>,
    /// Earlier receivers and how many swaps there had been when they came: late releases go to them.
    before: VecDeque<(u64, Arc<dyn MetricsReceiver>)>,
}

// === impl ReceiverHandle ===

impl ReceiverHandle {
    /// A handle with nothing behind it yet: it drops every series until [`Self::swap`]. `name` is for messages.
    pub fn new(name: impl Into<Arc<str>>) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            behind: RwLock::new(Behind {
                swaps: 0,
                receiver: None,
                before: VecDeque::new(),
            }),
            lineage: Lineage::default(),
        })
    }

    /// The component's export by name, `prometheus.relabel.app.receiver`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Puts `receiver` behind the handle and declares all ids void.
    pub fn swap(&self, receiver: Arc<dyn MetricsReceiver>) {
        let mut behind = self.behind.write().unwrap_or_else(PoisonError::into_inner);
        let swaps = behind.swaps;
        if let Some(earlier) = behind.receiver.replace(receiver) {
            behind.before.push_back((swaps, earlier));
            if behind.before.len() > KEPT {
                behind.before.pop_front();
            }
        }
        behind.swaps += 1;
    }

    /// Takes away what is behind; from now on batches are refused.
    pub fn close(&self) {
        let mut behind = self.behind.write().unwrap_or_else(PoisonError::into_inner);
        behind.swaps += 1;
        behind.receiver = None;
        behind.before.clear();
    }

    fn number(&self, behind: &Behind, inner: Generation) -> Generation {
        self.lineage.number(&[behind.swaps, inner.0])
    }

    fn with<T>(&self, act: impl FnOnce(&Behind) -> T) -> T {
        act(&self.behind.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl MetricsReceiver for ReceiverHandle {
    fn generation(&self) -> Generation {
        self.with(|behind| {
            let inner = behind.receiver.as_ref().map(|inner| inner.generation());
            self.number(behind, inner.unwrap_or_default())
        })
    }

    fn resolve(&self, labels: &Labels, metadata: Option<&Arc<Metadata>>) -> Resolution {
        self.with(|behind| match &behind.receiver {
            Some(receiver) => receiver.resolve(labels, metadata),
            None => Resolution::Dropped,
        })
    }

    fn release(&self, generation: Generation, series: &[SeriesId]) {
        let Some([swaps, inner]) = self.lineage.parts(generation).and_then(pair) else {
            return;
        };
        self.with(|behind| {
            let earlier = || behind.before.iter().find(|(at, _)| *at == swaps);
            let receiver = if swaps == behind.swaps {
                behind.receiver.as_ref()
            } else {
                earlier().map(|(_, receiver)| receiver)
            };
            if let Some(receiver) = receiver {
                receiver.release(Generation(inner), series);
            }
        });
    }

    fn append(&self, batch: &Batch<'_>) -> Result<(), AppendError> {
        self.with(|behind| {
            let Some(receiver) = &behind.receiver else {
                return Err(AppendError::Storage {
                    reason: format!("{} is not running", self.name).into(),
                });
            };
            let inner = receiver.generation();
            if batch.generation != self.number(behind, inner) {
                return Err(AppendError::Outdated);
            }
            receiver.append(&Batch {
                generation: inner,
                ..*batch
            })
        })
    }
}

impl std::fmt::Debug for ReceiverHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReceiverHandle({})", self.name)
    }
}

fn pair(parts: Vec<u64>) -> Option<[u64; 2]> {
    parts.try_into().ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use outpost_model::LayoutId;

    use super::*;

    /// Numbers series, counts holds, keeps values.
    #[derive(Default)]
    struct Recorder {
        holds: Mutex<i64>,
        values: Mutex<Vec<f64>>,
    }

    impl MetricsReceiver for Recorder {
        fn generation(&self) -> Generation {
            Generation(7)
        }

        fn resolve(&self, _: &Labels, _: Option<&Arc<Metadata>>) -> Resolution {
            *self.holds.lock().unwrap() += 1;
            Resolution::Series(SeriesId(0))
        }

        fn release(&self, generation: Generation, series: &[SeriesId]) {
            assert_eq!(generation, Generation(7));
            *self.holds.lock().unwrap() -= i64::try_from(series.len()).unwrap();
        }

        fn append(&self, batch: &Batch<'_>) -> Result<(), AppendError> {
            assert_eq!(batch.generation, Generation(7));
            self.values.lock().unwrap().extend(batch.values);
            Ok(())
        }
    }

    fn append(
        handle: &ReceiverHandle,
        generation: Generation,
        value: f64,
    ) -> Result<(), AppendError> {
        handle.append(&Batch {
            generation,
            timestamp_ms: 1,
            layout: LayoutId(1),
            series: &[SeriesId(0)],
            values: &[value],
            stale: &[],
            stamped: &[],
            histograms: &[],
            exemplars: &[],
            start_times: &[],
        })
    }

    #[test]
    fn a_swap_voids_all_ids_and_late_releases_reach_the_receiver_that_gave_them() {
        let handle = ReceiverHandle::new("prometheus.relabel.a.receiver");
        let labels = Labels::from_pairs([("__name__", "up")]);
        assert_eq!(handle.resolve(&labels, None), Resolution::Dropped);
        let (first, second) = (Arc::new(Recorder::default()), Arc::new(Recorder::default()));
        handle.swap(first.clone());
        let old = handle.generation();
        handle.resolve(&labels, None);
        append(&handle, old, 1.0).unwrap();
        handle.swap(second.clone());
        assert_eq!(append(&handle, old, 2.0), Err(AppendError::Outdated));
        handle.release(old, &[SeriesId(0)]);
        handle.resolve(&labels, None);
        append(&handle, handle.generation(), 3.0).unwrap();
        assert_eq!(*first.values.lock().unwrap(), [1.0]);
        assert_eq!(*second.values.lock().unwrap(), [3.0]);
        assert_eq!(*first.holds.lock().unwrap(), 0);
        assert_eq!(*second.holds.lock().unwrap(), 1);
    }

    #[test]
    fn a_closed_handle_refuses_batches_and_names_its_component() {
        let handle = ReceiverHandle::new("prometheus.remote_write.a.receiver");
        handle.swap(Arc::new(Recorder::default()));
        handle.close();
        let refused = append(&handle, handle.generation(), 1.0).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "cannot store samples: prometheus.remote_write.a.receiver is not running"
        );
    }
}
