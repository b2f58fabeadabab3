//! Label sets, samples, metadata, relabel rules, and the seam between what collects and what sends.
//!
//! ```
//! use outpost_model::Labels;
//!
//! let labels = Labels::from_pairs([("job", "node"), ("__name__", "up")]);
//! assert_eq!(labels.get("job"), Some("node"));
//! assert_eq!(labels.to_string(), r#"up{job="node"}"#);
//! ```
//!
//! It is not: I/O, async, a wire format, or a query engine.

mod go_regex;
mod histogram;
mod labels;
mod metadata;
mod receiver;
mod relabel;
mod sample;

pub use go_regex::{GoMatch, GoRegex, RegexError};
pub use histogram::{Buckets, Histogram, ResetHint, Span};
pub use labels::{Labels, LabelsBuilder, METRIC_NAME, is_legacy_label_name, is_legacy_metric_name};
pub use metadata::{Metadata, MetricType};
pub use receiver::{
    AppendError, FanOut, Generation, Lineage, MetricsReceiver, Relabel, RelabelCounts, Resolution,
};
pub use relabel::{Action, Decision, RuleConfig, RuleError, Rules, TargetNames, UnknownAction};
pub use sample::{Batch, Exemplar, LayoutId, SeriesId, StampedSample, is_stale, stale_marker};
