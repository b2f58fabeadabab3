//! Fewer lines: `stage.limit` by a token bucket, `stage.sampling` by chance.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use crate::process::chain::Stage;
use crate::process::config::{LimitConfig, StageError};
use crate::process::context::ProcessMetrics;
use crate::process::item::Item;

/// Under this reason lines beyond a limit are counted.
const REASON: &str = "ratelimit_drop_stage";

/// `stage.limit`.
pub(super) struct Limit {
    rate: f64,
    burst: f64,
    drop: bool,
    by_label: Option<String>,
    max_labels: usize,
    whole: Bucket,
    buckets: HashMap<String, Bucket>,
    waiting: VecDeque<Item>,
    metrics: ProcessMetrics,
}

/// `stage.sampling`.
pub(super) struct Sampling {
    rate: f64,
    reason: String,
    metrics: ProcessMetrics,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    tokens: f64,
    filled: Option<Instant>,
}

// === impl Bucket ===

impl Bucket {
    fn fill(&mut self, rate: f64, burst: f64, now: Instant) {
        self.tokens = match self.filled {
            None => burst,
            Some(at) => {
                let gained = now.saturating_duration_since(at).as_secs_f64() * rate;
                (self.tokens + gained).min(burst)
            }
        };
        self.filled = Some(now);
    }

    fn take(&mut self, rate: f64, burst: f64, now: Instant) -> bool {
        self.fill(rate, burst, now);
        let enough = self.tokens >= 1.0;
        if enough {
            self.tokens -= 1.0;
        }
        enough
    }
}

// === impl Limit ===

impl Limit {
    pub(super) fn new(config: &LimitConfig, metrics: &ProcessMetrics) -> Result<Self, StageError> {
        if config.rate.is_nan() || config.rate <= 0.0 {
            return Err(StageError::of("rate", "rate must be greater than 0"));
        }
        if config.burst == 0 {
            return Err(StageError::of("burst", "burst must be greater than 0"));
        }
        if !config.by_label_name.is_empty() && !config.drop {
            return Err(StageError::of(
                "by_label_name",
                "by_label_name needs drop = true",
            ));
        }
        Ok(Self {
            rate: config.rate,
            burst: config.burst as f64,
            drop: config.drop,
            by_label: (!config.by_label_name.is_empty()).then(|| config.by_label_name.clone()),
            max_labels: config.max_distinct_labels.max(1),
            whole: Bucket::default(),
            buckets: HashMap::new(),
            waiting: VecDeque::new(),
            metrics: metrics.clone(),
        })
    }

    fn passes(&mut self, item: &Item, now: Instant) -> bool {
        let (rate, burst) = (self.rate, self.burst);
        let Some(name) = &self.by_label else {
            return self.whole.take(rate, burst, now);
        };
        // Lines without the label are not limited.
        let Some(value) = item.labels.get(name) else {
            return true;
        };
        if !self.buckets.contains_key(value) && self.buckets.len() >= self.max_labels {
            self.buckets.clear();
        }
        let passes = self
            .buckets
            .entry(value.to_owned())
            .or_default()
            .take(rate, burst, now);
        if !passes {
            self.metrics
                .dropped_by_label
                .with_label_values(&[name.as_str(), value])
                .inc();
        }
        passes
    }
}

impl Stage for Limit {
    fn run(&mut self, items: &mut Vec<Item>, now: Instant) {
        let mut out = Vec::with_capacity(items.len());
        for item in items.drain(..) {
            if self.waiting.is_empty() && self.passes(&item, now) {
                out.push(item);
            } else if self.drop {
                self.metrics.drop(item, REASON);
            } else {
                self.waiting.push_back(item);
            }
        }
        *items = out;
    }

    fn due(&self) -> Option<Instant> {
        self.waiting.front()?;
        let missing = (1.0 - self.whole.tokens).max(0.0) / self.rate;
        let pause = Duration::try_from_secs_f64(missing).unwrap_or(Duration::from_secs(3600));
        self.whole
            .filled
            .map(|at| at + pause.max(Duration::from_millis(1)))
    }

    /// At the end nothing is given out: waiting lines are read again.
    fn flush(&mut self, now: Instant, all: bool) -> Vec<Item> {
        let mut out = Vec::new();
        while !all && !self.waiting.is_empty() && self.whole.take(self.rate, self.burst, now) {
            out.extend(self.waiting.pop_front());
        }
        out
    }
}

// === impl Sampling ===

impl Sampling {
    pub(super) fn new(
        rate: f64,
        reason: &str,
        metrics: &ProcessMetrics,
    ) -> Result<Self, StageError> {
        if !(0.0..=1.0).contains(&rate) {
            return Err(StageError::of(
                "rate",
                format!("rate {rate} must be from 0 to 1"),
            ));
        }
        Ok(Self {
            rate,
            reason: reason.to_owned(),
            metrics: metrics.clone(),
        })
    }
}

impl Stage for Sampling {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        let rate = self.rate;
        self.metrics
            .retain(items, &self.reason, |_| fastrand::f64() >= rate);
    }
}
