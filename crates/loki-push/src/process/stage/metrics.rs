//! `stage.metrics`: counts lines and values.

use std::borrow::Cow;

use outpost_self_metrics::DynamicValue;
use tokio::time::Instant;

use crate::process::chain::Stage;
use crate::process::config::{MetricAction, MetricConfig, MetricKind, StageError};
use crate::process::context::ProcessMetrics;
use crate::process::custom::CustomMetrics;
use crate::process::item::{Found, Item};
use crate::process::value::Value;

/// Series that nobody changes for less than this cannot be told from idle ones.
const LEAST_IDLE_SECONDS: u64 = 1;

/// The bounds of a histogram that names none.
const DEFAULT_BUCKETS: [f64; 11] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Counts.
pub(super) struct Metrics {
    metrics: Vec<Metric>,
    custom: CustomMetrics,
}

struct Metric {
    name: String,
    config: MetricConfig,
}

// === impl Metrics ===

impl Metrics {
    pub(super) fn new(
        configs: &[MetricConfig],
        metrics: &ProcessMetrics,
    ) -> Result<Self, StageError> {
        let mut all: Vec<Metric> = Vec::new();
        for config in configs {
            check(config)?;
            let name = plain(&format!("{}{}", config.prefix, config.name));
            metrics
                .custom
                .define(&name, &config.description, config.max_idle);
            // Of two metrics of one name the last counts.
            all.retain(|known| known.name != name);
            all.push(Metric {
                name,
                config: config.clone(),
            });
        }
        Ok(Self {
            metrics: all,
            custom: metrics.custom.clone(),
        })
    }
}

impl Stage for Metrics {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            for metric in &self.metrics {
                metric.count(item, &self.custom);
            }
        }
    }
}

// === impl Metric ===

impl Metric {
    fn count(&self, item: &Item, custom: &CustomMetrics) {
        let Some(amount) = self.amount(item) else {
            return;
        };
        let labels = item.labels.pairs().into_iter();
        let labels = labels
            .filter(|(name, _)| !name.starts_with("__"))
            .map(|(name, value)| (plain(&name), value))
            .collect();
        let start = || match &self.config.kind {
            MetricKind::Counter { .. } => DynamicValue::Counter(0.0),
            MetricKind::Gauge => DynamicValue::Gauge(0.0),
            MetricKind::Histogram { buckets } => DynamicValue::Histogram {
                buckets: if buckets.is_empty() {
                    &DEFAULT_BUCKETS[..]
                } else {
                    buckets
                }
                .iter()
                .map(|bound| (*bound, 0))
                .collect(),
                count: 0,
                sum: 0.0,
            },
        };
        custom.change(&self.name, labels, start, |value| match value {
            DynamicValue::Counter(total) => *total += amount,
            DynamicValue::Gauge(level) => match self.config.action {
                MetricAction::Set => *level = amount,
                MetricAction::Subtract | MetricAction::Decrement => *level -= amount,
                MetricAction::Increment | MetricAction::Add => *level += amount,
            },
            DynamicValue::Histogram {
                buckets,
                count,
                sum,
            } => {
                for (_, below) in buckets.iter_mut().filter(|(bound, _)| amount <= *bound) {
                    *below += 1;
                }
                *count += 1;
                *sum += amount;
            }
        });
    }

    /// What the line counts; None if it does not.
    fn amount(&self, item: &Item) -> Option<f64> {
        let counts_lines = match &self.config.kind {
            MetricKind::Counter {
                match_all,
                count_bytes,
            } if *match_all => {
                return match (self.config.action, count_bytes) {
                    (_, true) => Some(item.line.len() as f64),
                    (MetricAction::Increment, false) => Some(1.0),
                    _ => None,
                };
            }
            MetricKind::Histogram { .. } => false,
            _ => matches!(
                self.config.action,
                MetricAction::Increment | MetricAction::Decrement
            ),
        };
        let source = if self.config.source.is_empty() {
            &self.config.name
        } else {
            &self.config.source
        };
        let found = item.extracted.get(source)?;
        let text = match found {
            Found::Label(text) => Some(Cow::Borrowed(text)),
            Found::Value(value) => value.text(),
        };
        if !self.config.value.is_empty() && text.as_deref() != Some(self.config.value.as_str()) {
            return None;
        }
        if counts_lines {
            return Some(1.0);
        }
        let amount = match found {
            Found::Value(Value::Number(number)) => *number,
            Found::Value(Value::Bool(truth)) => f64::from(u8::from(*truth)),
            Found::Value(Value::Null | Value::Json(_)) => return None,
            _ => number(&text?)?,
        };
        // A counter never goes down.
        let is_counter = matches!(self.config.kind, MetricKind::Counter { .. });
        (!is_counter || amount >= 0.0 || amount.is_nan()).then_some(amount)
    }
}

fn check(config: &MetricConfig) -> Result<(), StageError> {
    let refuse = |message: &str| {
        Err(StageError::of(
            "",
            format!("metric {:?}: {message}", config.name),
        ))
    };
    if config.name.is_empty() {
        return refuse("name is empty");
    }
    if config.max_idle.as_secs() < LEAST_IDLE_SECONDS {
        return refuse("max_idle_duration must be at least 1s");
    }
    match &config.kind {
        MetricKind::Counter {
            match_all,
            count_bytes,
        } => {
            if !matches!(config.action, MetricAction::Increment | MetricAction::Add) {
                return refuse("a counter's action is inc or add");
            }
            if *match_all && !config.value.is_empty() {
                return refuse("match_all and value exclude each other");
            }
            if *count_bytes && (!*match_all || config.action != MetricAction::Add) {
                return refuse("count_entry_bytes needs match_all = true and action = \"add\"");
            }
        }
        MetricKind::Histogram { buckets } if !buckets.is_sorted_by(|a, b| a < b) => {
            return refuse("buckets must go up");
        }
        _ => {}
    }
    Ok(())
}

/// A number, or a duration in seconds.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().or_else(|| duration(text))
}

/// `1h2m3.5s` in seconds.
fn duration(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 8] = [
        ("ns", 1e-9),
        ("us", 1e-6),
        ("µs", 1e-6),
        ("μs", 1e-6),
        ("ms", 1e-3),
        ("s", 1.0),
        ("m", 60.0),
        ("h", 3600.0),
    ];
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut seconds = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (digits, after) = rest.split_at(end);
        let (unit, scale) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
        // `m` begins `ms` too, which stands before it in the list.
        seconds += digits.parse::<f64>().ok()? * scale;
        rest = after.get(unit.len()..)?;
    }
    Some(sign * seconds)
}

/// A name with underscores for what a metric or its labels cannot have.
fn plain(name: &str) -> String {
    name.chars()
        .enumerate()
        .map(|(at, c)| match c {
            'a'..='z' | 'A'..='Z' | '_' => c,
            '0'..='9' if at > 0 => c,
            _ => '_',
        })
        .collect()
}
