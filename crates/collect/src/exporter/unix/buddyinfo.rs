//! `buddyinfo`: free memory by size of block, from `/proc/buddyinfo`.

use super::collector::{CollectError, Collector};
use super::host::Host;
use super::parse;
use crate::exporter::Page;

pub(super) struct Buddies;

impl Collector for Buddies {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.proc("buddyinfo")?;
        let mut rows = page.gauge("node_buddyinfo_blocks", "Free blocks of 2^size pages.");
        for (node, zone, counts) in text.lines().filter_map(zone) {
            for (size, count) in parse::numbers(counts).enumerate() {
                rows.put(
                    &[("node", node), ("size", &size.to_string()), ("zone", zone)],
                    count,
                );
            }
        }
        Ok(())
    }
}

/// `Node 0, zone   Normal  1 2 3`
fn zone(line: &str) -> Option<(&str, &str, &str)> {
    let (node, rest) = line.strip_prefix("Node ")?.split_once(", zone")?;
    let (zone, counts) = rest.trim_start().split_once(' ')?;
    Some((node, zone, counts))
}
