//! The task of one target: wait for the slot, ask, hand on; and the way out when the target is gone.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::pool::Shared;
use super::schedule::Schedule;
use super::source::Source;
use super::status::SharedStatus;
use super::work::Work;
use super::{PageInput, ScrapeError, Scraped, Target, TargetScrape};

/// Pages above this are read on a thread of their own, so that other targets' scrapes stay on time.
const LARGE_BODY: usize = 256 << 10;

/// What the pool wants of a target's task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Go on.
    Scrape,
    /// The target is gone: end its series, when it is sure that it does not come back.
    End,
    /// Stop at once and leave the series as they are.
    Stop,
}

/// One target's task.
pub(super) struct TargetTask {
    pub(super) target: Arc<Target>,
    pub(super) shared: Arc<Shared>,
    pub(super) source: Source,
    pub(super) status: Arc<SharedStatus>,
    pub(super) orders: watch::Receiver<Order>,
    /// Why no scrape may even begin.
    pub(super) refused: Option<ScrapeError>,
}

// === impl TargetTask ===

impl TargetTask {
    pub(super) async fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        let mut scrape = TargetScrape::new(
            Arc::new(shared.options_for(&self.target)),
            self.target.sample_labels().clone(),
            Arc::clone(&shared.receiver),
        );
        let mut schedule = Schedule::new(self.target.interval(), self.target.phase(), shared.clock);
        loop {
            let order = tokio::select! {
                biased;
                order = next_order(&mut self.orders) => order,
                () = sleep_until(schedule.next()) => Order::Scrape,
            };
            match order {
                Order::Stop => return,
                Order::End => break,
                Order::Scrape => {
                    let now_ms = schedule.begin(shared.clock);
                    if let Some(old) = shared.take_ended(self.target.sample_labels()) {
                        scrape.succeed(old);
                    }
                    let Some(done) = self.once(scrape, now_ms).await else {
                        return;
                    };
                    scrape = done;
                }
            }
        }
        self.end(scrape, &schedule).await;
    }

    /// One scrape; `None` when the order to stop came while the target was asked.
    async fn once(&mut self, scrape: TargetScrape, now_ms: i64) -> Option<TargetScrape> {
        let start = Instant::now();
        let mut work = self.shared.work.take();
        // Given back when the page has been taken in.
        let mut room = self.shared.memory.room();
        let page = if let Some(error) = &self.refused {
            Err(error.clone())
        } else {
            tokio::select! {
                page = self.source.read(self.target.timeout(), &mut work.body, &mut room) => page,
                () = stopped(&mut self.orders) => return None,
            }
        };
        let ingest = move |mut scrape: TargetScrape, mut work: Work| {
            let body = std::mem::take(&mut work.body);
            let input = match page {
                Ok(format) => PageInput::Page {
                    body: &body,
                    format,
                },
                Err(error) => PageInput::Failed(error),
            };
            let scraped = scrape.scrape(&mut work.buffers, &input, now_ms, || start.elapsed());
            work.body = body;
            drop(room);
            (scrape, work, scraped)
        };
        let (scrape, work, scraped) = if work.body.len() > LARGE_BODY {
            let owned = tokio::task::spawn_blocking(move || ingest(scrape, work));
            match owned.await {
                Ok(done) => done,
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                // The runtime is shutting down.
                Err(_) => return None,
            }
        } else {
            ingest(scrape, work)
        };
        self.shared.work.put(work);
        self.note(&scraped, now_ms);
        Some(scrape)
    }

    fn note(&self, scraped: &Scraped, now_ms: i64) {
        let url = self.target.url();
        if let Some(error) = &scraped.error {
            tracing::debug!(url, %error, "scrape failed");
        }
        if let Err(error) = &scraped.append {
            tracing::warn!(url, %error, "scrape was not stored");
        }
        self.shared.metrics.note(scraped);
        self.status.note(scraped, now_ms);
    }

    /// Waits until a target that was only written in another way would have come back, then ends the series.
    ///
    /// The markers have the time of the slot that the target has missed, so that a target which comes back has the last
    /// word.
    async fn end(&mut self, scrape: TargetScrape, schedule: &Schedule) {
        let interval = self.target.interval();
        let slot = schedule.next_slot();
        let stale_ms = schedule.time_of_next();
        let labels = self.target.sample_labels().clone();
        self.shared.leave_ended(&labels, scrape);
        tokio::select! {
            biased;
            () = stopped(&mut self.orders) => return,
            () = sleep_until(slot + interval + interval / 10) => {}
        }
        if let Some(scrape) = self.shared.take_ended(&labels) {
            let mut work = self.shared.work.take();
            if let Err(error) = scrape.end(&mut work.buffers, stale_ms) {
                tracing::warn!(url = self.target.url(), %error, "stale markers were not stored");
            }
            self.shared.work.put(work);
        }
    }
}

/// The next order that is not "go on".
async fn next_order(orders: &mut watch::Receiver<Order>) -> Order {
    match orders.wait_for(|order| *order != Order::Scrape).await {
        Ok(order) => *order,
        Err(_) => Order::Stop,
    }
}

async fn stopped(orders: &mut watch::Receiver<Order>) {
    // The pool is gone, too: nobody wants markers.
    let _ = orders.wait_for(|order| *order == Order::Stop).await;
}
