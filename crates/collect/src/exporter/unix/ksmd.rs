//! `ksmd`: memory pages that are alike and kept once, from `/sys/kernel/mm/ksm`.

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

const SCANS: &str = "node_ksmd_full_scans_total";
const FILES: [(&str, &str, &str, f64); 9] = [
    (
        "full_scans",
        SCANS,
        "Times that all memory was looked through.",
        1.0,
    ),
    (
        "merge_across_nodes",
        "node_ksmd_merge_across_nodes",
        "Whether pages of different nodes are merged.",
        1.0,
    ),
    (
        "pages_shared",
        "node_ksmd_pages_shared",
        "Pages kept for several.",
        1.0,
    ),
    (
        "pages_sharing",
        "node_ksmd_pages_sharing",
        "Pages saved.",
        1.0,
    ),
    (
        "pages_to_scan",
        "node_ksmd_pages_to_scan",
        "Pages looked at in one go.",
        1.0,
    ),
    (
        "pages_unshared",
        "node_ksmd_pages_unshared",
        "Pages that were found to be unlike all others.",
        1.0,
    ),
    (
        "pages_volatile",
        "node_ksmd_pages_volatile",
        "Pages that change too fast.",
        1.0,
    ),
    ("run", "node_ksmd_run", "Whether the search runs.", 1.0),
    (
        "sleep_millisecs",
        "node_ksmd_sleep_seconds",
        "The rest between two goes.",
        1e-3,
    ),
];

pub(super) struct Ksm;

impl Collector for Ksm {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let dir = host.sys.join("kernel/mm/ksm");
        if !dir.is_dir() {
            return Err(CollectError::NoData);
        }
        for (file, family, help, unit) in FILES {
            if let Some(value) = host::number(&dir.join(file)) {
                let mut rows = if family == SCANS {
                    page.counter(family, help)
                } else {
                    page.gauge(family, help)
                };
                rows.set(value * unit);
            }
        }
        Ok(())
    }
}
