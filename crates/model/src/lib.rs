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

mod histogram;
mod labels;
mod metadata;
mod receiver;
mod sample;

pub use histogram::{Buckets, Histogram, ResetHint, Span};
pub use labels::{Labels, LabelsBuilder, METRIC_NAME};
pub use metadata::{Metadata, MetricType};
pub use receiver::{AppendError, Generation, MetricsReceiver, Resolution};
pub use sample::{Batch, Exemplar, LayoutId, SeriesId, StampedSample, is_stale, stale_marker};
