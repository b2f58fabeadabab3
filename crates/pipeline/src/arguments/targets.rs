//! Targets: label sets that name something to scrape or to read.

use std::collections::BTreeMap;

use outpost_alloy_syntax::{FromValue, Mismatch, ToValue, Value};
use outpost_model::LabelsBuilder;

/// A target's labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Target(pub(crate) BTreeMap<String, String>);

/// Targets as the value of an export.
pub(crate) fn targets_value<'a>(targets: impl IntoIterator<Item = &'a Target>) -> Value {
    Value::array(targets.into_iter().map(ToValue::to_value))
}

// === impl Target ===

impl Target {
    /// The target as a builder to relabel.
    pub(crate) fn builder(&self) -> LabelsBuilder {
        let mut builder = LabelsBuilder::default();
        for (name, value) in &self.0 {
            builder.set(name.as_str(), value.as_str());
        }
        builder
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Target {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(labels: I) -> Self {
        Self(
            labels
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

impl FromValue for Target {
    const NAME: &'static str = "target";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        let target = outpost_alloy_syntax::Target::from_value(value)?;
        let labels = target.labels.iter();
        Ok(labels.map(|(name, value)| (&**name, &**value)).collect())
    }
}

impl ToValue for Target {
    fn to_value(&self) -> Value {
        Value::object(
            self.0
                .iter()
                .map(|(name, value)| (name.as_str(), Value::from(value.as_str()))),
        )
    }

    fn is_hidden(&self, default: &Self) -> bool {
        self == default
    }
}
