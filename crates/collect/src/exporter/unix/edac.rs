//! `edac`: errors that the memory controllers found, from `/sys/devices/system/edac/mc`.

use std::path::PathBuf;

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

pub(super) struct Controllers;

/// The errors of one kind: names of the attributes and families.
struct Kind {
    count: &'static str,
    unplaced: &'static str,
    total: (&'static str, &'static str),
    by_row: (&'static str, &'static str),
}

const KINDS: [Kind; 2] = [
    Kind {
        count: "ce_count",
        unplaced: "ce_noinfo_count",
        total: (
            "node_edac_correctable_errors_total",
            "Memory errors that were put right.",
        ),
        by_row: (
            "node_edac_csrow_correctable_errors_total",
            "Memory errors that were put right, by row.",
        ),
    },
    Kind {
        count: "ue_count",
        unplaced: "ue_noinfo_count",
        total: (
            "node_edac_uncorrectable_errors_total",
            "Memory errors that could not be put right.",
        ),
        by_row: (
            "node_edac_csrow_uncorrectable_errors_total",
            "Memory errors that could not be put right, by row.",
        ),
    },
];
/// What stands for the row of errors that cannot be placed.
const UNPLACED: &str = "unknown";

impl Collector for Controllers {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let controllers = numbered(
            host.sys_dir("devices/system/edac/mc").unwrap_or_default(),
            "mc",
        );
        for kind in KINDS {
            let mut rows = page.counter(kind.total.0, kind.total.1);
            for (controller, dir) in &controllers {
                if let Some(count) = host::number(&dir.join(kind.count)) {
                    rows.put(&[("controller", controller)], count);
                }
            }
            let mut rows = page.counter(kind.by_row.0, kind.by_row.1);
            for (controller, dir) in &controllers {
                if let Some(count) = host::number(&dir.join(kind.unplaced)) {
                    rows.put(&[("controller", controller), ("csrow", UNPLACED)], count);
                }
                for (row, dir) in numbered(host::list(dir).unwrap_or_default(), "csrow") {
                    if let Some(count) = host::number(&dir.join(kind.count)) {
                        rows.put(&[("controller", controller), ("csrow", &row)], count);
                    }
                }
            }
        }
        Ok(())
    }
}

/// The entries that are the prefix and a number, by that number.
fn numbered(entries: Vec<PathBuf>, prefix: &str) -> Vec<(String, PathBuf)> {
    entries
        .into_iter()
        .filter_map(|path| {
            let number = host::name(&path).strip_prefix(prefix)?.to_owned();
            number.parse::<u32>().ok()?;
            Some((number, path))
        })
        .collect()
}
