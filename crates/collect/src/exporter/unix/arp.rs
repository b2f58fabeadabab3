//! `arp`: how many neighbours each interface knows, from the host's `/proc/net/arp`.

use std::collections::BTreeMap;

use super::collector::{CollectError, Collector};
use super::config::Filter;
use super::host::Host;
use crate::exporter::Page;

pub(super) struct Neighbours {
    filter: Filter,
}

// === impl Neighbours ===

impl Neighbours {
    pub(super) fn new(filter: &Filter) -> Self {
        Self {
            filter: filter.clone(),
        }
    }
}

impl Collector for Neighbours {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.net("arp")?;
        let mut counts = BTreeMap::new();
        let devices = text
            .lines()
            .skip(1)
            .filter_map(|line| line.split_ascii_whitespace().nth(5));
        for device in devices.filter(|d| self.filter.takes(d)) {
            *counts.entry(device).or_insert(0_u32) += 1;
        }
        let mut rows = page.gauge("node_arp_entries", "Neighbours known on the interface.");
        for (device, count) in counts {
            rows.put(&[("device", device)], f64::from(count));
        }
        Ok(())
    }
}
