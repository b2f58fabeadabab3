//! Receivers as arguments and exports: capsules that hold where samples and lines go.

use std::fmt;
use std::sync::Arc;

use outpost_alloy_syntax::{Capsule, FromValue, Mismatch, ToValue, Value};
use outpost_loki_push::LogsReceiver;
use outpost_model::MetricsReceiver;

const METRICS: &str = "metrics receiver";
const LOGS: &str = "logs receiver";

/// Where samples go: an element of `forward_to`.
#[derive(Clone)]
pub(crate) struct MetricsTo {
    capsule: Capsule,
    receiver: Arc<dyn MetricsReceiver>,
}

/// Where log lines go: an element of `forward_to`.
#[derive(Clone)]
pub(crate) struct LogsTo {
    capsule: Capsule,
    receiver: Arc<dyn LogsReceiver>,
}

/// The export that holds a metrics receiver; `name` is `prometheus.relabel.a.receiver`.
pub(crate) fn metrics_capsule(name: &str, receiver: Arc<dyn MetricsReceiver>) -> Value {
    Value::Capsule(Capsule::new(METRICS, name, receiver))
}

/// The export that holds a logs receiver; `name` is `loki.write.a.receiver`.
pub(crate) fn logs_capsule(name: &str, receiver: Arc<dyn LogsReceiver>) -> Value {
    Value::Capsule(Capsule::new(LOGS, name, receiver))
}

/// The receivers of a `forward_to`; a `null` in it counts for nothing.
pub(crate) fn receivers<R: ?Sized, T: AsRef<Arc<R>>>(to: &[Option<T>]) -> Vec<Arc<R>> {
    to.iter()
        .flatten()
        .map(|to| Arc::clone(to.as_ref()))
        .collect()
}

macro_rules! receiver {
    ($to:ident, $receiver:ident, $kind:ident) => {
        impl FromValue for $to {
            const NAME: &'static str = $kind;

            fn from_value(value: &Value) -> Result<Self, Mismatch> {
                let Value::Capsule(capsule) = value else {
                    return Err(Mismatch::type_of(value, $kind));
                };
                match capsule.get::<Arc<dyn $receiver>>() {
                    Some(receiver) => Ok(Self {
                        capsule: capsule.clone(),
                        receiver: Arc::clone(receiver),
                    }),
                    None => Err(Mismatch::type_of(value, $kind)),
                }
            }
        }

        impl ToValue for $to {
            fn to_value(&self) -> Value {
                Value::Capsule(self.capsule.clone())
            }

            fn is_hidden(&self, _: &Self) -> bool {
                false
            }
        }

        impl AsRef<Arc<dyn $receiver>> for $to {
            fn as_ref(&self) -> &Arc<dyn $receiver> {
                &self.receiver
            }
        }

        impl fmt::Debug for $to {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.capsule.text())
            }
        }
    };
}

receiver!(MetricsTo, MetricsReceiver, METRICS);
receiver!(LogsTo, LogsReceiver, LOGS);
