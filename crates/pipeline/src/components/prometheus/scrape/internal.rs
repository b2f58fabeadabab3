//! The page of an exporter inside the agent, which may be replaced between two scrapes.

use std::sync::Arc;
use std::time::Duration;

use outpost_collect::{InMemoryPage, PageRead};

use crate::InternalTargets;

/// The exporter at one path.
pub(super) struct InternalPage {
    targets: Arc<InternalTargets>,
    path: String,
}

// === impl InternalPage ===

impl InternalPage {
    pub(super) fn new(targets: Arc<InternalTargets>, path: &str) -> Self {
        Self {
            targets,
            path: path.to_owned(),
        }
    }
}

impl InMemoryPage for InternalPage {
    fn read<'a>(&'a self, budget: Duration, body: &'a mut Vec<u8>) -> PageRead<'a> {
        Box::pin(async move {
            let Some(exporter) = self.targets.at(&self.path) else {
                return Err(format!("no exporter in this agent is at {}", self.path).into());
            };
            exporter
                .scrape(budget, |page| page.render(body))
                .await
                .map_err(|error| error.to_string().into())
        })
    }
}
