//! Why a page was refused.

/// Why a page was refused, and where. One bad line fails the whole page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ParseError {
    /// The line, from 1; of a binary page the metric family.
    pub line: usize,
    /// What is wrong.
    pub reason: ParseReason,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseReason {
    /// The line is not of the format.
    #[error("{0}")]
    Syntax(&'static str),
    /// A type that the format does not know.
    #[error("unknown metric type {0:?}")]
    UnknownType(String),
    /// A help text or label value that is not text.
    #[error("invalid UTF-8")]
    InvalidUtf8,
    /// A sample without a name.
    #[error("the metric has no name")]
    NoMetricName,
    /// A sample with one name before the braces and one between them, or two between them.
    #[error("the metric has two names")]
    TwoMetricNames,
    /// OpenMetrics wants the unit at the end of the name.
    #[error("unit {unit:?} is not a suffix of metric {family:?}")]
    UnitIsNoSuffix {
        /// The unit.
        unit: String,
        /// The family's name.
        family: String,
    },
    /// An OpenMetrics page that was cut off.
    #[error("the page does not end with # EOF")]
    NoEof,
    /// An OpenMetrics page that goes on after its end.
    #[error("there is data after # EOF")]
    DataAfterEof,
    /// A time that is no number.
    #[error("invalid timestamp {0:?}")]
    BadTimestamp(String),
}

// === impl ParseError ===

impl ParseError {
    /// An error at byte `at` of `page`.
    pub(super) fn new(page: &[u8], at: usize, reason: ParseReason) -> Self {
        let before = page.get(..at).unwrap_or(page);
        Self {
            line: 1 + memchr::memchr_iter(b'\n', before).count(),
            reason,
        }
    }
}
