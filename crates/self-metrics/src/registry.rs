//! The registry of one process, and its page.

use prometheus::TextEncoder;

/// All metrics of one process (or of one embedding of a library).
#[derive(Clone, Debug, Default)]
pub struct Registry {
    pub(crate) inner: prometheus::Registry,
}

// === impl Registry ===

impl Registry {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// The page in Prometheus' text format 0.0.4.
    pub fn text(&self) -> String {
        let mut page = String::new();
        // Encoding fails only for a family without a metric, which `gather` leaves out.
        let _ = TextEncoder::new().encode_utf8(&self.inner.gather(), &mut page);
        page
    }
}
