//! The metrics that `stage.metrics` makes of lines.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use outpost_self_metrics::{DynamicFamily, DynamicSource, DynamicValue};
use tokio::time::Instant;

/// Series of all families of a pipeline; lines whose labels would make more are not counted.
const MAX_SERIES: usize = 10_000;

type LabelPairs = Vec<(String, String)>;

/// The families of one pipeline's stages. A pipeline that takes another's place begins anew.
#[derive(Clone, Debug, Default)]
pub(super) struct CustomMetrics {
    families: Arc<Mutex<BTreeMap<String, Family>>>,
}

#[derive(Debug)]
struct Family {
    help: String,
    max_idle: Duration,
    series: BTreeMap<LabelPairs, (DynamicValue, Instant)>,
}

// === impl CustomMetrics ===

impl CustomMetrics {
    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    /// A family with this name; the last one that is defined counts.
    pub(super) fn define(&self, name: &str, help: &str, max_idle: Duration) {
        let family = Family {
            help: help.to_owned(),
            max_idle,
            series: BTreeMap::new(),
        };
        self.lock().insert(name.to_owned(), family);
    }

    /// Changes one series, which begins as `start`.
    pub(super) fn change(
        &self,
        name: &str,
        labels: LabelPairs,
        start: impl FnOnce() -> DynamicValue,
        change: impl FnOnce(&mut DynamicValue),
    ) {
        let mut families = self.lock();
        let total: usize = families.values().map(|family| family.series.len()).sum();
        let Some(family) = families.get_mut(name) else {
            return;
        };
        if total >= MAX_SERIES && !family.series.contains_key(&labels) {
            return;
        }
        let (value, touched) = family
            .series
            .entry(labels)
            .or_insert_with(|| (start(), Instant::now()));
        change(value);
        *touched = Instant::now();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Family>> {
        self.families.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DynamicSource for CustomMetrics {
    fn families(&self) -> Vec<DynamicFamily> {
        let now = Instant::now();
        let mut families = self.lock();
        families
            .iter_mut()
            .map(|(name, family)| {
                let max_idle = family.max_idle;
                family
                    .series
                    .retain(|_, (_, touched)| now.saturating_duration_since(*touched) <= max_idle);
                let series = family.series.iter();
                DynamicFamily {
                    name: name.clone(),
                    help: family.help.clone(),
                    series: series
                        .map(|(labels, (value, _))| (labels.clone(), value.clone()))
                        .collect(),
                }
            })
            .collect()
    }
}
