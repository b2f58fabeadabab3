//! What one scrape brings, in the columns of a batch; a worker uses them for one target after the other.

use outpost_model::{Batch, Exemplar, Generation, Histogram, LayoutId, SeriesId, StampedSample};

/// The columns of a batch but for the list of its series, which the target keeps.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) values: Vec<f64>,
    pub(super) stamped: Vec<StampedSample>,
    pub(super) stale: Vec<SeriesId>,
    pub(super) histograms: Vec<(SeriesId, i64, Histogram)>,
    pub(super) exemplars: Vec<(SeriesId, Exemplar)>,
    pub(super) start_times: Vec<(SeriesId, i64)>,
}

// === impl Columns ===

impl Columns {
    /// Empties all columns and makes room for the values of `reports` series at the front.
    pub(super) fn begin(&mut self, reports: usize) {
        self.values.clear();
        self.values.resize(reports, 0.0);
        self.stamped.clear();
        self.stale.clear();
        self.histograms.clear();
        self.exemplars.clear();
        self.start_times.clear();
    }

    pub(super) fn batch<'a>(
        &'a self,
        generation: Generation,
        timestamp_ms: i64,
        layout: LayoutId,
        series: &'a [SeriesId],
    ) -> Batch<'a> {
        Batch {
            generation,
            timestamp_ms,
            layout,
            series,
            values: &self.values,
            stale: &self.stale,
            stamped: &self.stamped,
            histograms: &self.histograms,
            exemplars: &self.exemplars,
            start_times: &self.start_times,
        }
    }
}
