//! `meminfo_numa`: memory by NUMA node, from `/sys/devices/system/node`.

use std::collections::BTreeMap;

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use super::parse;
use crate::exporter::Page;

/// What the kernel calls a kB.
const KILOBYTE: f64 = 1024.0;

pub(super) struct Nodes;

impl Collector for Nodes {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        // By family: whether it only goes up, and the nodes' values.
        let mut families: BTreeMap<String, (bool, Vec<(String, f64)>)> = BTreeMap::new();
        for dir in host.sys_dir("devices/system/node")? {
            let name = host::name(&dir);
            let Some(node) = name
                .strip_prefix("node")
                .filter(|n| n.parse::<u32>().is_ok())
            else {
                continue;
            };
            let meminfo = host::read(&dir.join("meminfo"))?;
            let numastat = host::read(&dir.join("numastat")).unwrap_or_default();
            let sizes = meminfo
                .lines()
                .filter_map(size)
                .map(|(name, value)| (name, false, value));
            let counts = parse::keyed_lines(&numastat).filter_map(|(key, value)| {
                Some((format!("{key}_total"), true, value.parse().ok()?))
            });
            for (name, counter, value) in sizes.chain(counts) {
                let family = families.entry(name).or_insert((counter, Vec::new()));
                family.1.push((node.to_owned(), value));
            }
        }
        for (name, (counter, values)) in families {
            let name = format!("node_memory_numa_{name}");
            let help = "A line of a NUMA node's meminfo or numastat.";
            let mut rows = if counter {
                page.counter(name, help)
            } else {
                page.gauge(name, help)
            };
            for (node, value) in values {
                rows.put(&[("node", &node)], value);
            }
        }
        Ok(())
    }
}

/// `Node 0 Active(anon):  12 kB`; the names have no unit here.
fn size(line: &str) -> Option<(String, f64)> {
    let mut words = line.split_ascii_whitespace().skip(2);
    let name = words.next()?.trim_end_matches(':');
    let value: f64 = words.next()?.parse().ok()?;
    let name = name.replace('(', "_").replace(')', "");
    let unit = if words.next().is_some() {
        KILOBYTE
    } else {
        1.0
    };
    Some((name, value * unit))
}
