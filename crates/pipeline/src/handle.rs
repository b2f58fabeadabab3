//! A metrics receiver that keeps its identity while what stands behind it changes.
//!
//! A component exports one handle for its whole life; what it does with samples is swapped underneath when its arguments
//! change, or is put there only when the component has opened its storage. Every swap is a new generation, so that
//! producers resolve their series again.

use std::sync::{Arc, PoisonError, RwLock};

use outpost_model::{
    AppendError, Batch, Generation, Labels, Metadata, MetricsReceiver, Resolution, SeriesId,
};

/// Bits of a generation that belong to the receiver behind; the rest counts swaps.
const INNER_BITS: u32 = 40;

/// A receiver over an exchangeable receiver.
pub struct ReceiverHandle {
    name: Arc<str>,
    behind: RwLock<Behind>,
}

struct Behind {
    swaps: u64,
    receiver: Option<Arc<dyn MetricsReceiver>>,
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
            }),
        })
    }

    /// The component's export by name, `prometheus.relabel.app.receiver`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Puts `receiver` behind the handle and declares all ids void.
    pub fn swap(&self, receiver: Arc<dyn MetricsReceiver>) {
        let mut behind = self.behind.write().unwrap_or_else(PoisonError::into_inner);
        behind.swaps += 1;
        behind.receiver = Some(receiver);
    }

    /// Takes away what is behind; from now on batches are refused.
    pub fn close(&self) {
        let mut behind = self.behind.write().unwrap_or_else(PoisonError::into_inner);
        behind.swaps += 1;
        behind.receiver = None;
    }

    fn with<T>(&self, act: impl FnOnce(&Behind) -> T) -> T {
        act(&self.behind.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl MetricsReceiver for ReceiverHandle {
    fn generation(&self) -> Generation {
        self.with(Behind::generation)
    }

    fn resolve(&self, labels: &Labels, metadata: Option<&Arc<Metadata>>) -> Resolution {
        self.with(|behind| match &behind.receiver {
            Some(receiver) => receiver.resolve(labels, metadata),
            None => Resolution::Dropped,
        })
    }

    fn release(&self, series: &[SeriesId]) {
        self.with(|behind| {
            if let Some(receiver) = &behind.receiver {
                receiver.release(series);
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
            if batch.generation != behind.combine(inner) {
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

// === impl Behind ===

impl Behind {
    fn generation(&self) -> Generation {
        self.combine(
            self.receiver
                .as_ref()
                .map_or(Generation(0), |receiver| receiver.generation()),
        )
    }

    fn combine(&self, inner: Generation) -> Generation {
        Generation((self.swaps << INNER_BITS) | (inner.0 & ((1 << INNER_BITS) - 1)))
    }
}
