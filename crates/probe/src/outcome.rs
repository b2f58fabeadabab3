//! What one probe found.

use std::time::Duration;

use crate::{Failure, Log, Report};

/// What one probe found.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Whether everything was as the module wants it.
    pub success: bool,
    /// How long the probe took.
    pub duration: Duration,
    /// Why it failed; `None` exactly when it succeeded.
    pub failure: Option<Failure>,
    /// The metrics, under blackbox_exporter's names.
    pub report: Report,
    /// The steps.
    pub log: Log,
}
