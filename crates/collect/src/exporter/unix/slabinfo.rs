//! `slabinfo`: the kernel's own objects, from `/proc/slabinfo`, which only root may read.

use super::collector::{CollectError, Collector};
use super::host::Host;
use super::parse;
use crate::exporter::Page;

/// The columns after the name.
const COLUMNS: [(&str, &str); 5] = [
    ("node_slabinfo_active_objects", "Objects in use."),
    ("node_slabinfo_objects", "Objects that there is room for."),
    ("node_slabinfo_object_size_bytes", "The size of an object."),
    ("node_slabinfo_objects_per_slab", "Objects in a slab."),
    ("node_slabinfo_pages_per_slab", "Pages in a slab."),
];

pub(super) struct Slabs;

impl Collector for Slabs {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.proc("slabinfo")?;
        let slabs: Vec<(&str, Vec<f64>)> = parse::keyed_lines(&text)
            .skip(2)
            .map(|(name, rest)| (name, parse::numbers(rest).collect()))
            .collect();
        for (column, (family, help)) in COLUMNS.into_iter().enumerate() {
            let mut rows = page.gauge(family, help);
            for (slab, values) in &slabs {
                if let Some(value) = values.get(column) {
                    rows.put(&[("slab", slab)], *value);
                }
            }
        }
        Ok(())
    }
}
