//! Targets inside the agent: exporters that are scraped without a socket.
//!
//! Their address ([`InternalTargets::address`], `alloy.internal:12345`) is a name that nothing listens on; the path has
//! the component's id.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use outpost_collect::exporter::SharedExporter;

use crate::probes::Probes;

/// What stands before a component's id in a path.
const PREFIX: &str = "/api/v0/component/";

/// The exporters of one agent by component id.
#[derive(Debug)]
pub struct InternalTargets {
    address: String,
    exporters: RwLock<HashMap<String, Arc<SharedExporter>>>,
    probes: RwLock<HashMap<String, Arc<Probes>>>,
}

// === impl InternalTargets ===

impl InternalTargets {
    /// No exporters, under the name `address` (`host:port`).
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            exporters: RwLock::default(),
            probes: RwLock::default(),
        }
    }

    /// The address that exporters' targets have.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The path at which an exporter is scraped.
    pub fn metrics_path(id: &str) -> String {
        format!("{PREFIX}{id}/metrics")
    }

    /// The exporter at a path, which may or may not end in `/metrics`.
    pub fn at(&self, path: &str) -> Option<Arc<SharedExporter>> {
        self.of(id_of(path)?)
    }

    /// What probes on demand at a path.
    pub(crate) fn probes_at(&self, path: &str) -> Option<Arc<Probes>> {
        let probes = self.probes.read().unwrap_or_else(PoisonError::into_inner);
        probes.get(id_of(path)?).cloned()
    }

    /// Offers probes, in place of the component's earlier ones.
    pub(crate) fn put_probes(&self, id: &str, offered: Arc<Probes>) {
        let mut probes = self.probes.write().unwrap_or_else(PoisonError::into_inner);
        probes.insert(id.to_owned(), offered);
    }

    /// The exporter of a component.
    pub fn of(&self, id: &str) -> Option<Arc<SharedExporter>> {
        let exporters = self
            .exporters
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        exporters.get(id).cloned()
    }

    /// Offers an exporter, in place of the component's earlier one.
    pub fn put(&self, id: &str, exporter: Arc<SharedExporter>) {
        let mut exporters = self
            .exporters
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        exporters.insert(id.to_owned(), exporter);
    }

    /// Takes what a component offers away.
    pub fn remove(&self, id: &str) {
        let mut exporters = self
            .exporters
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        exporters.remove(id);
        let mut probes = self.probes.write().unwrap_or_else(PoisonError::into_inner);
        probes.remove(id);
    }
}

/// The component of a path.
fn id_of(path: &str) -> Option<&str> {
    let id = path.strip_prefix(PREFIX)?;
    Some(
        id.strip_suffix("/metrics")
            .unwrap_or(id)
            .trim_end_matches('/'),
    )
}
