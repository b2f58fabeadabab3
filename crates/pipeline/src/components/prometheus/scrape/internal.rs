//! The page of an exporter inside the agent, which may be replaced between two scrapes.

use std::sync::Arc;
use std::time::Duration;

use outpost_collect::{InMemoryPage, PageRead};
use outpost_model::Labels;

use crate::InternalTargets;

/// The exporter at one path.
pub(super) struct InternalPage {
    targets: Arc<InternalTargets>,
    path: String,
    /// What probes take of the scrape: target and module.
    target: String,
    module: String,
}

// === impl InternalPage ===

impl InternalPage {
    pub(super) fn new(targets: Arc<InternalTargets>, labels: &Labels) -> Self {
        let label = |name| labels.get(name).unwrap_or_default().to_owned();
        Self {
            targets,
            path: label("__metrics_path__"),
            target: label("__param_target"),
            module: label("__param_module"),
        }
    }
}

impl InMemoryPage for InternalPage {
    fn read<'a>(&'a self, budget: Duration, body: &'a mut Vec<u8>) -> PageRead<'a> {
        Box::pin(async move {
            if let Some(probes) = self.targets.probes_at(&self.path) {
                let page = probes.page(&self.target, &self.module, budget).await;
                let page = page.map_err(|error| error.to_string())?;
                body.extend_from_slice(page.as_bytes());
                return Ok(());
            }
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
