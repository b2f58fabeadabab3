//! Why a scrape failed.

use std::sync::Arc;

use crate::ParseError;

/// Why a scrape failed. Nothing of its page is kept then; `up` becomes 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScrapeError {
    /// The target could not be asked, or did not answer in time.
    #[error("{reason}")]
    Unreachable {
        /// The cause, in words.
        reason: Arc<str>,
    },
    /// The target answered with another status than 200.
    #[error("the target answered with HTTP status {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// The page has as many bytes as the limit, or more.
    #[error("the page reaches body_size_limit ({limit} bytes)")]
    BodySize {
        /// The limit.
        limit: u64,
    },
    /// The pages that are being read leave no room for more of this one.
    #[error(
        "no room for more than {held} bytes of the page, set body_size_limit for targets that send too much"
    )]
    NoRoom {
        /// What there was room for.
        held: usize,
    },
    /// The answer's content type names no format that can be read, and there is no fallback.
    #[error(
        "cannot read content type {content_type:?}, set scrape_fallback_protocol to read it anyway"
    )]
    ContentType {
        /// The header, empty when there was none.
        content_type: String,
    },
    /// The page is not of its format.
    #[error("cannot read the page: {0}")]
    Parse(#[from] ParseError),
    /// A name that the naming scheme does not know.
    #[error("invalid metric or label name {name:?}")]
    InvalidName {
        /// The name.
        name: String,
    },
    /// A series without a name.
    #[error("a series has no metric name")]
    NoMetricName,
    /// A series with one label name twice.
    #[error("a series has label {name:?} twice")]
    DuplicateLabel {
        /// The name.
        name: String,
    },
    /// More samples than `sample_limit`.
    #[error("the page has more samples than sample_limit ({limit})")]
    SampleLimit {
        /// The limit.
        limit: usize,
    },
    /// More buckets than `native_histogram_bucket_limit`, also at the lowest resolution.
    #[error("a native histogram has more buckets than native_histogram_bucket_limit ({limit})")]
    BucketLimit {
        /// The limit.
        limit: usize,
    },
    /// One of the label limits.
    #[error("a series has {found} {what}, the limit is {limit}")]
    LabelLimit {
        /// What is limited.
        what: &'static str,
        /// How much there is.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// The component has more targets than `target_limit`.
    #[error("there are more targets than target_limit ({limit})")]
    TargetLimit {
        /// The limit.
        limit: usize,
    },
}
