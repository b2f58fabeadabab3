//! Targets: label names with values, in which everything becomes text.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{FromValue, Mismatch, ToValue};
use crate::go::format::plain;
use crate::stdlib::printable;
use crate::value::Value;

/// What a scrape or a tail is aimed at: names with texts.
///
/// An object becomes a target nearly whatever its entries are: `true` and `1e21` become the texts `true` and `1e+21`.
/// Only `null` is refused, and secrets, since labels are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The labels.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
}

impl FromValue for Target {
    const NAME: &'static str = "target";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        let object = match value {
            Value::Null => return Ok(Self::default()),
            Value::Object(object) => object,
            other => return Err(Mismatch::type_of(other, "object")),
        };
        let labels = object.iter().map(|(name, value)| {
            let text = label(value).map_err(|wrong| wrong.in_entry(name))?;
            Ok((Arc::clone(name), text))
        });
        Ok(Self {
            labels: labels.collect::<Result<_, _>>()?,
        })
    }
}

fn label(value: &Value) -> Result<Arc<str>, Mismatch> {
    match value {
        Value::Null => Err(Mismatch::type_of(value, "text")),
        Value::String(text) => Ok(Arc::clone(text)),
        other => Ok(plain(&printable(other)?).into()),
    }
}

impl ToValue for Target {
    fn to_value(&self) -> Value {
        let labels = self.labels.iter();
        Value::object(
            labels.map(|(name, value)| (Arc::clone(name), Value::String(Arc::clone(value)))),
        )
    }

    fn is_hidden(&self, default: &Self) -> bool {
        self.labels.is_empty() && default.labels.is_empty()
    }
}
