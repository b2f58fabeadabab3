//! The time that each part of an HTTP probe took, summed over redirects.

use std::time::Duration;

use crate::prober::Notes;

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

/// Name and time of each phase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phases([(&'static str, Duration); 5]);

// === impl Phases ===

impl Default for Phases {
    fn default() -> Self {
        let zero = |name| (name, Duration::ZERO);
        Self([
            zero("resolve"),
            zero("connect"),
            zero("tls"),
            zero("processing"),
            zero("transfer"),
        ])
    }
}

impl Phases {
    pub(super) fn add(&mut self, phase: Phase, took: Duration) {
        if let Some((_, sum)) = self.0.get_mut(phase as usize) {
            *sum += took;
        }
    }

    pub(super) fn report(&self, notes: &mut Notes) {
        for (name, took) in &self.0 {
            notes.report.set_labelled(
                "probe_http_duration_seconds",
                "Time of each phase, summed over redirects.",
                &[("phase", name)],
                took.as_secs_f64(),
            );
        }
    }
}
