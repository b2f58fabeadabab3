//! A recorder for the `metrics` facade: what a service and its libraries count is pushed every interval.
//!
//! Counters keep their names, so name them as Prometheus does (`orders_total`). Histograms have the buckets of
//! [`DEFAULT_BUCKETS`] or [`Facade::with_buckets`] and become `_bucket`, `_sum` and `_count`. Characters that a metric's
//! or a label's name may not hold become `_`.
//!
//! It is not: a page to scrape. Descriptions and units are not kept, since remote write does not need them.

mod histogram;
mod snapshot;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use outpost_model::{Labels, MetricsReceiver};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::Pusher;
use histogram::Buckets;

/// Upper bounds of histograms, in the unit that is recorded: made for seconds, as those of Prometheus' libraries.
pub const DEFAULT_BUCKETS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// The recorder. Clones share what is recorded: install one, keep one to push.
///
/// ```no_run
/// use std::time::Duration;
/// use outpost_remote_write::{Facade, RemoteWrite};
/// use tokio_util::sync::CancellationToken;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let facade = Facade::new([("job", "shop")]);
/// metrics::set_global_recorder(facade.clone())?;
/// let (handle, run) = RemoteWrite::builder("/var/lib/shop/metrics")
///     .endpoint("http://prometheus:9090/api/v1/write")
///     .build()?;
/// let shutdown = CancellationToken::new();
/// tokio::spawn(run.run(shutdown.clone()));
/// tokio::spawn(facade.push_every(Duration::from_secs(15), handle, shutdown));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Facade {
    shared: Arc<Shared>,
}

struct Shared {
    labels: Vec<(String, String)>,
    bounds: Arc<[f64]>,
    registered: Mutex<Registered>,
}

/// Everything that was ever asked for; a key keeps its value for the life of the process.
#[derive(Default)]
struct Registered {
    counters: HashMap<Key, Arc<AtomicU64>>,
    /// As the bits of a float.
    gauges: HashMap<Key, Arc<AtomicU64>>,
    histograms: HashMap<Key, Arc<Buckets>>,
}

// === impl Facade ===

impl Facade {
    /// A recorder whose series all carry `labels`, `job` and `instance` say. A metric's own label of the same name wins.
    pub fn new<'a>(labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::with_buckets(labels, DEFAULT_BUCKETS)
    }

    /// The same with other upper bounds for histograms; the one for infinity is added.
    pub fn with_buckets<'a>(
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
        bounds: &[f64],
    ) -> Self {
        let mut bounds: Vec<f64> = bounds.iter().copied().filter(|b| b.is_finite()).collect();
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        let labels = labels
            .into_iter()
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .collect();
        Self {
            shared: Arc::new(Shared {
                labels,
                bounds: bounds.into(),
                registered: Mutex::default(),
            }),
        }
    }

    /// Every series with its value now.
    pub fn snapshot(&self) -> Vec<(Labels, f64)> {
        let registered = self.lock();
        let mut all = Vec::new();
        for (key, counter) in &registered.counters {
            snapshot::counter(&self.shared.labels, key, counter, &mut all);
        }
        for (key, gauge) in &registered.gauges {
            snapshot::gauge(&self.shared.labels, key, gauge, &mut all);
        }
        for (key, buckets) in &registered.histograms {
            snapshot::histogram(&self.shared.labels, key, buckets, &mut all);
        }
        all
    }

    /// Pushes a snapshot every `interval`, and a last one at `shutdown`. A snapshot that cannot be kept is logged by the
    /// log of `receiver` and the next one is tried: values are totals, so a hole loses resolution only.
    pub async fn push_every(
        self,
        interval: Duration,
        receiver: Arc<dyn MetricsReceiver>,
        shutdown: CancellationToken,
    ) {
        let mut pusher = Pusher::new(receiver);
        let mut ticks = tokio::time::interval(interval.max(Duration::from_millis(1)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let ending = tokio::select! {
                _ = ticks.tick() => false,
                () = shutdown.cancelled() => true,
            };
            if let Err(error) = pusher.push(now_ms(), self.snapshot()) {
                tracing::warn!(%error, "the service's metrics could not be stored this time");
            }
            if ending {
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Registered> {
        self.shared
            .registered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Facade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let registered = self.lock();
        f.debug_struct("Facade")
            .field("counters", &registered.counters.len())
            .field("gauges", &registered.gauges.len())
            .field("histograms", &registered.histograms.len())
            .finish_non_exhaustive()
    }
}

impl Recorder for Facade {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let mut registered = self.lock();
        let counter = registered.counters.entry(key.clone()).or_default();
        Counter::from_arc(Arc::clone(counter))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let mut registered = self.lock();
        let gauge = registered.gauges.entry(key.clone()).or_default();
        Gauge::from_arc(Arc::clone(gauge))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let bounds = &self.shared.bounds;
        let mut registered = self.lock();
        let histogram = registered
            .histograms
            .entry(key.clone())
            .or_insert_with(|| Arc::new(Buckets::new(Arc::clone(bounds))));
        Histogram::from_arc(Arc::clone(histogram))
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
