//! `softirqs`: deferred work of interrupts by CPU and kind, from `/proc/softirqs`.

use super::collector::{CollectError, Collector};
use super::host::Host;
use super::parse;
use crate::exporter::Page;

pub(super) struct Softirqs;

impl Collector for Softirqs {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.proc("softirqs")?;
        let (header, lines) = text.split_once('\n').unwrap_or_default();
        let cpus: Vec<&str> = header
            .split_ascii_whitespace()
            .filter_map(|word| word.strip_prefix("CPU"))
            .collect();
        let mut rows = page.counter(
            "node_softirqs_functions_total",
            "Deferred work done, by CPU and kind.",
        );
        for (kind, counts) in parse::keyed_lines(lines) {
            let kind = kind.trim_end_matches(':');
            for (cpu, count) in cpus.iter().zip(parse::numbers(counts)) {
                rows.put(&[("cpu", cpu), ("type", kind)], count);
            }
        }
        Ok(())
    }
}
