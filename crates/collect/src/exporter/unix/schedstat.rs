//! `schedstat`: how long tasks ran and waited to run on each CPU, from `/proc/schedstat`.

use super::collector::{CollectError, Collector};
use super::host::Host;
use super::parse;
use crate::exporter::Page;

const NANOSECOND: f64 = 1e-9;
/// Columns after a CPU's name: family, help, what one is worth.
const COLUMNS: [(usize, &str, &str, f64); 3] = [
    (
        6,
        "node_schedstat_running_seconds_total",
        "Time that tasks ran on the CPU.",
        NANOSECOND,
    ),
    (
        8,
        "node_schedstat_timeslices_total",
        "Turns that tasks had on the CPU.",
        1.0,
    ),
    (
        7,
        "node_schedstat_waiting_seconds_total",
        "Time that tasks waited for the CPU.",
        NANOSECOND,
    ),
];

pub(super) struct Scheduler;

impl Collector for Scheduler {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.proc("schedstat")?;
        let cpus: Vec<(&str, Vec<f64>)> = parse::keyed_lines(&text)
            .filter_map(|(key, rest)| {
                Some((key.strip_prefix("cpu")?, parse::numbers(rest).collect()))
            })
            .collect();
        for (column, family, help, unit) in COLUMNS {
            let mut rows = page.counter(family, help);
            for (cpu, values) in &cpus {
                if let Some(value) = values.get(column) {
                    rows.put(&[("cpu", cpu)], value * unit);
                }
            }
        }
        Ok(())
    }
}
