//! Taking a round's points from the log.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::lane::Lane;
use super::{Sender, until};
use crate::chunk::{Body, Chunk, Position};
use crate::metrics::Reason;
use crate::points::{Counts, Points};
use crate::source::Step;
use crate::wal::reader::Damage;

/// Series ids next to each other that stay in one lane: neighbours share labels.
const LANE_BLOCK: u32 = 64;

/// What one round carries.
#[derive(Default)]
pub(super) struct Round {
    points: Points,
    /// Keeps the series ids valid.
    chunks: Vec<Arc<Chunk>>,
    /// A chunk of which the round takes only a part, and where the next round goes on.
    partly: Option<(Arc<Chunk>, usize)>,
    /// Where the next round begins.
    pub(super) end: Position,
    /// Points taken from the log, those dropped on the way included.
    pub(super) taken: Counts,
    /// It holds as much as a round may.
    pub(super) was_full: bool,
    /// How long it took to fill.
    pub(super) waited: Duration,
    pub(super) newest_ms: Option<i64>,
    pub(super) troubled: bool,
}

// === impl Round ===

impl Round {
    /// Gets ready for the next round.
    pub(super) fn clear(&mut self) {
        self.points.clear();
        self.chunks.clear();
        self.taken = Counts::default();
        self.was_full = false;
        self.newest_ms = None;
        self.troubled = false;
    }

    /// Whether nothing was taken from the log.
    pub(super) fn is_empty(&self) -> bool {
        self.taken.total() == 0
    }

    /// Hands the points to the first `width` lanes.
    pub(super) fn spread(&mut self, lanes: &mut [Lane], width: usize) {
        if self.was_full && self.repeats() {
            self.points.group();
        }
        if width == 1 {
            if let Some(lane) = lanes.first_mut() {
                std::mem::swap(&mut lane.points, &mut self.points);
            }
            return;
        }
        let starts = std::mem::take(&mut self.points.starts);
        for lane in lanes.iter_mut().take(width) {
            lane.points.merge = self.points.merge;
            lane.points.starts.clone_from(&starts);
        }
        let lane_of = |series: u32| (series / LANE_BLOCK) as usize % width;
        for point in self.points.samples.drain(..) {
            if let Some(lane) = lanes.get_mut(lane_of(point.series)) {
                lane.points.samples.push(point);
            }
        }
        for point in self.points.histograms.drain(..) {
            if let Some(lane) = lanes.get_mut(lane_of(point.series)) {
                lane.points.histograms.push(point);
            }
        }
        for (series, exemplar) in self.points.exemplars.drain(..) {
            if let Some(lane) = lanes.get_mut(lane_of(series)) {
                lane.points.exemplars.push((series, exemplar));
            }
        }
    }

    /// Whether a layout comes more than once, so that merging saves labels.
    fn repeats(&self) -> bool {
        let layout = |chunk: &Arc<Chunk>| match &chunk.body {
            Body::Column(column) => Some(Arc::as_ptr(&column.layout)),
            _ => None,
        };
        let mut layouts: Vec<_> = self.chunks.iter().filter_map(layout).collect();
        layouts.sort_unstable();
        layouts
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a == b))
    }
}

// === impl Sender ===

impl Sender {
    /// Takes points until the round is full, or until those there have waited long enough.
    pub(super) async fn gather(
        &mut self,
        round: &mut Round,
        stopping: bool,
    ) -> std::io::Result<()> {
        let queue = self.shared.endpoint.queue;
        let want = queue.max_samples_per_send * self.width;
        let log = Arc::clone(&self.shared.log);
        let mut deadline = None;
        let begun = Instant::now();
        loop {
            let appended = log.appended.notified();
            tokio::pin!(appended);
            // Registered before looking, so that no append goes unnoticed in between.
            appended.as_mut().enable();
            let caught_up = self.fill(round, want).await?;
            round.was_full = round.points.len() >= want;
            if !caught_up || round.was_full || stopping {
                round.waited = if deadline.is_some() {
                    begun.elapsed()
                } else {
                    Duration::ZERO
                };
                return Ok(());
            }
            if !round.is_empty() && deadline.is_none() {
                deadline = Some(Instant::now() + queue.batch_send_deadline);
            }
            let stop = self.shared.stop.clone();
            let metadata = self.metadata.next(self.shared.protocol());
            tokio::select! {
                () = appended => {}
                () = until(deadline) => {
                    round.waited = begun.elapsed();
                    return Ok(());
                }
                () = stop.cancelled() => return Ok(()),
                () = until(metadata), if round.is_empty() => return Ok(()),
            }
        }
    }

    /// Takes what is there, up to `want` points; whether that was all.
    async fn fill(&mut self, round: &mut Round, want: usize) -> std::io::Result<bool> {
        while round.points.len() < want {
            let (chunk, from) = if let Some(partly) = round.partly.take() {
                partly
            } else {
                let mut damage = Damage::default();
                let step = self.source.next(&mut damage).await;
                round.taken += damage.points;
                self.shared.ledger.damaged(damage);
                match step? {
                    Step::Chunk(chunk, done) => (chunk, done),
                    Step::CaughtUp => {
                        round.end = round.end.max(self.source.position());
                        return Ok(true);
                    }
                }
            };
            let to = chunk.len().min(from + want - round.points.len());
            self.take(round, &chunk, from, to);
            if to < chunk.len() {
                let index = u32::try_from(to).unwrap_or(u32::MAX);
                round.end = Position { index, ..chunk.at };
                round.partly = Some((Arc::clone(&chunk), to));
            } else {
                round.end = chunk.end;
            }
            round.chunks.push(chunk);
        }
        Ok(false)
    }

    /// Takes points `from..to` of a chunk, but for those that this endpoint does not want.
    fn take(&mut self, round: &mut Round, chunk: &Chunk, from: usize, to: usize) {
        let counts = chunk.counts_of(to - from);
        round.taken += counts;
        let endpoint = &self.shared.endpoint;
        let ledger = &self.shared.ledger;
        let newest = chunk.newest_ms();
        round.newest_ms = round.newest_ms.max(Some(newest));
        let wanted = match &chunk.body {
            Body::Column(_) | Body::Stamped { .. } => true,
            Body::Histograms { .. } => endpoint.send_native_histograms,
            Body::Exemplars { .. } => endpoint.send_exemplars,
        };
        if !wanted {
            ledger.dropped(Reason::NotEnabled, counts);
            return;
        }
        let before = round.points.counts();
        match &mut self.mapping {
            None => chunk.copy(from..to, &mut round.points, Some),
            Some(mapping) => {
                chunk.copy(from..to, &mut round.points, |id| mapping.map(id));
                let left_out = counts - (round.points.counts() - before);
                ledger.dropped(Reason::DroppedSeries, left_out);
            }
        }
        if let Some(oldest) = self.shared.oldest_ms() {
            ledger.dropped(Reason::TooOld, round.points.drop_older(oldest));
        }
    }
}
