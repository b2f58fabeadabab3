//! Stages that set or remove labels, and those that move one value: labels, static_labels, label_drop, label_keep,
//! tenant, output.

use tokio::time::Instant;

use super::required;
use crate::TENANT_LABEL;
use crate::process::chain::Stage;
use crate::process::config::{LabelSource, StageError, TenantConfig};
use crate::process::item::Item;

/// An empty name in a configuration: Alloy writes it with its quotes.
const EMPTY_NAME: &str = "\"\"";

/// `stage.labels`.
pub(super) struct FromValues {
    values: Vec<(String, String)>,
    source: LabelSource,
}

/// `stage.static_labels`.
pub(super) struct Static(Vec<(String, String)>);

/// `stage.label_drop`.
pub(super) struct Drop(Vec<String>);

/// `stage.label_keep`.
pub(super) struct Keep(Vec<String>);

/// `stage.tenant`.
pub(super) struct Tenant(TenantConfig);

/// `stage.output`.
pub(super) struct Output(String);

// === impl FromValues ===

impl FromValues {
    pub(super) fn new(values: &[(String, String)], source: LabelSource) -> Self {
        let values = values.iter().map(|(name, from)| {
            let name = shown(name);
            let from = if from.is_empty() {
                name.clone()
            } else {
                from.clone()
            };
            (name, from)
        });
        Self {
            values: values.collect(),
            source,
        }
    }
}

impl Stage for FromValues {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            for (name, from) in &self.values {
                let value = match self.source {
                    LabelSource::Extracted => {
                        item.input(Some(from)).map(std::borrow::Cow::into_owned)
                    }
                    LabelSource::Metadata => item.metadata(from).map(str::to_owned),
                };
                if let Some(value) = value {
                    item.labels.set(name, &value);
                }
            }
        }
    }
}

// === impl Static ===

impl Static {
    pub(super) fn new(values: &[(String, String)]) -> Self {
        let given = values.iter().filter(|(_, value)| !value.is_empty());
        Self(
            given
                .map(|(name, value)| (shown(name), value.clone()))
                .collect(),
        )
    }
}

impl Stage for Static {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            for (name, value) in &self.0 {
                item.labels.set(name, value);
            }
        }
    }
}

// === impl Drop ===

impl Drop {
    pub(super) fn new(names: &[String]) -> Result<Self, StageError> {
        not_empty(names).map(Self)
    }
}

impl Stage for Drop {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            for name in &self.0 {
                item.labels.remove(name);
            }
        }
    }
}

// === impl Keep ===

impl Keep {
    pub(super) fn new(names: &[String]) -> Result<Self, StageError> {
        not_empty(names).map(Self)
    }
}

impl Stage for Keep {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            for name in item.labels.names() {
                if !self.0.contains(&name) {
                    item.labels.remove(&name);
                }
            }
        }
    }
}

// === impl Tenant ===

impl Tenant {
    pub(super) fn new(config: &TenantConfig) -> Self {
        Self(config.clone())
    }
}

impl Stage for Tenant {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            let tenant = match &self.0 {
                TenantConfig::Value(value) => Some(value.clone()),
                TenantConfig::Label(name) => item.labels.get(name).map(str::to_owned),
                TenantConfig::Source(name) => {
                    item.input(Some(name)).map(std::borrow::Cow::into_owned)
                }
            };
            if let Some(tenant) = tenant {
                item.labels.set(TENANT_LABEL, &tenant);
            }
        }
    }
}

// === impl Output ===

impl Output {
    pub(super) fn new(source: &str) -> Result<Self, StageError> {
        required("source", source)?;
        Ok(Self(source.to_owned()))
    }
}

impl Stage for Output {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            if let Some(text) = item.input(Some(&self.0)).map(std::borrow::Cow::into_owned) {
                item.set_text(text);
            }
        }
    }
}

fn shown(name: &str) -> String {
    if name.is_empty() { EMPTY_NAME } else { name }.to_owned()
}

pub(super) fn not_empty(names: &[String]) -> Result<Vec<String>, StageError> {
    if names.is_empty() {
        return Err(StageError::of(
            "values",
            "values is empty; name at least one",
        ));
    }
    Ok(names.to_vec())
}
