//! Probing inside the agent: what `prometheus.exporter.blackbox` offers to scrapes in place of a page of its own.
//!
//! Target and module come with each scrape, so that rules may rewrite them as they do with blackbox_exporter. Probes of
//! one component run side by side. It is not: a schedule, which the scrape has, or a page over HTTP.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use outpost_probe::{Config, LoadError, Prober, Request, load};
use tokio::sync::OnceCell;

/// The module where a scrape names none.
const DEFAULT_MODULE: &str = "http_2xx";

/// Where the modules are.
#[derive(Clone, Debug)]
pub(crate) enum Modules {
    /// In the agent's configuration.
    Inline(Arc<Config>),
    /// In a file, which every probe reads, so that changes are seen at once.
    File(PathBuf),
}

/// Probes on demand.
#[derive(Debug)]
pub(crate) struct Probes {
    modules: Modules,
    /// What a probe leaves of the scrape's time.
    offset: Duration,
    /// Made by the first probe: it reads the trusted authorities.
    prober: OnceCell<Prober>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProbeRefused {
    /// The scrape names no target.
    #[error("the scrape names no target: __param_target is missing")]
    NoTarget,
    /// There is no such module.
    #[error("unknown module {name:?}; there are {known}")]
    UnknownModule {
        /// The name asked for.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// The modules' file cannot be used.
    #[error("cannot use config_file: {0}")]
    File(#[from] LoadError),
}

// === impl Probes ===

impl Probes {
    pub(crate) fn new(modules: Modules, offset: Duration) -> Self {
        Self {
            modules,
            offset,
            prober: OnceCell::new(),
        }
    }

    /// Probes once within `budget`, less the offset, and gives the page. A probe that fails has a page too.
    pub(crate) async fn page(
        &self,
        target: &str,
        module: &str,
        budget: Duration,
    ) -> Result<String, ProbeRefused> {
        if target.is_empty() {
            return Err(ProbeRefused::NoTarget);
        }
        let config = match &self.modules {
            Modules::Inline(config) => Arc::clone(config),
            Modules::File(path) => Arc::new(load(path).await?),
        };
        let name = if module.is_empty() {
            DEFAULT_MODULE
        } else {
            module
        };
        let Some(module) = config.modules.get(name) else {
            let known: Vec<&str> = config.modules.keys().map(String::as_str).collect();
            return Err(ProbeRefused::UnknownModule {
                name: name.to_owned(),
                known: known.join(", "),
            });
        };
        // A scrape shorter than the offset keeps what time it has.
        let deadline = match budget.checked_sub(self.offset) {
            Some(left) if !left.is_zero() => left,
            _ => budget,
        };
        let prober = self.prober.get_or_init(Prober::new).await;
        let outcome = prober.probe(module, &Request::new(target), deadline).await;
        Ok(outcome.report.to_string())
    }
}
