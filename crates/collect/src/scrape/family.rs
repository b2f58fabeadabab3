//! The family that the last descriptor lines of a page spoke of.

use std::str;
use std::sync::Arc;

use outpost_model::{Metadata, MetricType};

/// What the descriptor lines said so far about the family that they named last.
#[derive(Debug, Default)]
pub(super) struct Family {
    metadata: Metadata,
    /// Shared with the receiver once a series needed it.
    shared: Option<Arc<Metadata>>,
}

// === impl Family ===

impl Family {
    /// Takes what a descriptor line says about the family `name`.
    pub(super) fn describe(&mut self, name: &[u8], change: impl FnOnce(&mut Metadata)) {
        let name = str::from_utf8(name).unwrap_or_default();
        if self.metadata.family != name {
            self.metadata = Metadata {
                family: name.to_owned(),
                ..Metadata::default()
            };
        }
        change(&mut self.metadata);
        self.shared = None;
    }

    /// The metadata, if the series `metric` belongs to the family.
    pub(super) fn of(&mut self, metric: &str) -> Option<&Arc<Metadata>> {
        if !belongs(metric, &self.metadata) {
            return None;
        }
        let metadata = &self.metadata;
        Some(
            self.shared
                .get_or_insert_with(|| Arc::new(metadata.clone())),
        )
    }
}

/// Whether a family's samples can be called `metric`.
fn belongs(metric: &str, family: &Metadata) -> bool {
    let name = family.family.as_str();
    if name.is_empty() || !metric.starts_with(name.strip_suffix("_total").unwrap_or(name)) {
        return false;
    }
    let strip = |suffixes: &[&str]| {
        suffixes
            .iter()
            .find_map(|suffix| metric.strip_suffix(suffix))
            .unwrap_or(metric)
    };
    match family.kind {
        MetricType::Counter => {
            let plain = |name: &str| name.strip_suffix("_total").unwrap_or(name).to_owned();
            plain(metric) == plain(name)
        }
        MetricType::Histogram => strip(&["_bucket", "_count", "_sum"]) == name,
        MetricType::GaugeHistogram => strip(&["_bucket", "_gcount", "_gsum"]) == name,
        MetricType::Summary => strip(&["_count", "_sum"]) == name,
        MetricType::Info => strip(&["_info"]) == name,
        MetricType::Unknown | MetricType::Gauge | MetricType::StateSet => metric == name,
    }
}
