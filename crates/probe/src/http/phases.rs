//! The time that each part of an HTTP probe took, summed over redirects.

use std::time::Duration;

use crate::prober::Notes;

/// The family of the phases' times.
const DURATION: &str = "probe_http_duration_seconds";

/// The parts, in the order of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Resolve,
    Connect,
    Tls,
    /// From the request sent to the answer's head.
    Processing,
    /// The answer's body.
    Transfer,
}

// === impl Phase ===

impl Phase {
    /// What comes after the address is known; without one the real exporter has no such rows.
    pub(super) const AFTER_RESOLVE: [Self; 4] =
        [Self::Connect, Self::Tls, Self::Processing, Self::Transfer];

    fn name(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Processing => "processing",
            Self::Transfer => "transfer",
        }
    }

    /// A row of no time.
    pub(super) fn zero(self, notes: &mut Notes) {
        notes.report.set_labelled(
            DURATION,
            "Time of each phase, summed over redirects.",
            &[("phase", self.name())],
            0.0,
        );
    }

    /// Adds what it took.
    pub(super) fn add(self, took: Duration, notes: &mut Notes) {
        let labels = [("phase", self.name())];
        notes.report.add(DURATION, &labels, took.as_secs_f64());
    }

    /// Adds what it takes until it or the probe ends.
    pub(super) fn begin(self, notes: &mut Notes) {
        notes.begin(DURATION, self.name());
    }
}
