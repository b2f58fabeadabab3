//! One exporter, asked by several: scrape loops and the component's HTTP page.
//!
//! Collections never overlap: a caller that comes while one is under way waits for it, within its own budget, and then
//! starts its own.

use std::fmt;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::{Exporter, Page};

/// An exporter and the page that its collections fill.
pub struct SharedExporter {
    held: Mutex<Held>,
}

struct Held {
    exporter: Box<dyn Exporter>,
    page: Page,
}

/// The exporter gave no page within the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("exporter gave no page within {budget:?}")]
pub struct ScrapeTimeout {
    /// The time that the caller had.
    pub budget: Duration,
}

// === impl SharedExporter ===

impl SharedExporter {
    /// Shares `exporter`.
    pub fn new(exporter: impl Exporter) -> Self {
        Self {
            held: Mutex::new(Held {
                exporter: Box::new(exporter),
                page: Page::new(),
            }),
        }
    }

    /// Collects once and lets `read` look at the page.
    ///
    /// # Errors
    /// When there is no page after `budget`. An exporter ends by its deadline of its own accord; it is cut off a tenth
    /// of the budget later than it was told to end.
    pub async fn scrape<T>(
        &self,
        budget: Duration,
        read: impl FnOnce(&Page) -> T,
    ) -> Result<T, ScrapeTimeout> {
        let now = Instant::now();
        let limit = now + budget;
        let told = now + budget.mul_f64(0.9);
        let collection = async {
            let mut held = self.held.lock().await;
            let Held { exporter, page } = &mut *held;
            page.open();
            exporter.collect(page, told).await;
            page.close();
            read(page)
        };
        timeout_at(limit, collection)
            .await
            .map_err(|_| ScrapeTimeout { budget })
    }

    /// Collects once and gives the page as text.
    ///
    /// # Errors
    /// As [`SharedExporter::scrape`].
    pub async fn text(&self, budget: Duration) -> Result<Vec<u8>, ScrapeTimeout> {
        self.scrape(budget, |page| {
            let mut out = Vec::new();
            page.render(&mut out);
            out
        })
        .await
    }
}

impl fmt::Debug for SharedExporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedExporter").finish_non_exhaustive()
    }
}
