//! What is on its way, in numbers: read from the agent's own metrics.

use std::collections::HashMap;

/// One kind of thing on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flow {
    /// Taken from a source.
    pub(super) collected: u64,
    /// Accepted by the receiver.
    pub(super) sent: u64,
    /// Waiting.
    pub(super) pending: u64,
    /// Given up, for whatever reason.
    pub(super) dropped: u64,
}

/// Samples and lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flows {
    pub(super) samples: Flow,
    pub(super) lines: Flow,
}

// === impl Flows ===

impl Flows {
    /// Reads a page of the agent's own metrics.
    pub(super) fn of(page: &str) -> Self {
        let sums = sums(page);
        let sum = |names: &[&str]| -> u64 {
            let all = names.iter().filter_map(|name| sums.get(name));
            rounded(all.sum())
        };
        let remote = |kinds: &str| -> u64 {
            ["samples", "histograms"]
                .iter()
                .map(|of| sum(&[&format!("prometheus_remote_storage_{of}_{kinds}")]))
                .sum()
        };
        let mut samples = Flow {
            collected: remote("in_total"),
            pending: remote("pending"),
            dropped: remote("dropped_total") + remote("failed_total"),
            sent: 0,
        };
        samples.sent = samples
            .collected
            .saturating_sub(samples.pending + samples.dropped);
        let mut lines = Flow {
            sent: sum(&["loki_write_sent_entries_total"]),
            dropped: sum(&["loki_write_dropped_entries_total"]),
            ..Flow::default()
        };
        // Every source of the starter configuration goes through the one rule.
        lines.collected = sum(&["loki_relabel_entries_written"]).max(lines.sent + lines.dropped);
        lines.pending = lines.collected - lines.sent - lines.dropped;
        Self { samples, lines }
    }
}

/// The sum of every family's samples.
fn sums(page: &str) -> HashMap<&str, f64> {
    let mut sums = HashMap::new();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let Some((series, value)) = line.rsplit_once(' ') else {
            continue;
        };
        let name = series.split('{').next().unwrap_or_default();
        if let Ok(value) = value.parse::<f64>() {
            *sums.entry(name).or_insert(0.0) += value;
        }
    }
    sums
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of a page: whole, not negative, far below 2^53"
)]
fn rounded(value: f64) -> u64 {
    value.max(0.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_tells_what_is_where() {
        let page = "\
# HELP prometheus_remote_storage_samples_in_total Samples taken.
# TYPE prometheus_remote_storage_samples_in_total counter
prometheus_remote_storage_samples_in_total{component_id=\"a\"} 100
prometheus_remote_storage_samples_in_total{component_id=\"b with blank\"} 50
prometheus_remote_storage_histograms_in_total{component_id=\"a\"} 7
prometheus_remote_storage_samples_pending{remote_name=\"x\"} 30
prometheus_remote_storage_samples_dropped_total{reason=\"too_old\"} 5
prometheus_remote_storage_samples_failed_total{} 2
loki_relabel_entries_written{component_id=\"loki.relabel.env\"} 40
loki_write_sent_entries_total{host=\"h\",tenant=\"\"} 30
loki_write_dropped_entries_total{reason=\"x\"} 1
";
        let flows = Flows::of(page);
        let samples = Flow {
            collected: 157,
            sent: 120,
            pending: 30,
            dropped: 7,
        };
        let lines = Flow {
            collected: 40,
            sent: 30,
            pending: 9,
            dropped: 1,
        };
        assert_eq!(flows, Flows { samples, lines });
        assert_eq!(Flows::of(""), Flows::default());
    }
}
