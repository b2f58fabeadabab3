//! `pressure`: time lost waiting for CPU, memory, disks and interrupts, from `/proc/pressure`.

use super::collector::{CollectError, Collector};
use super::host::Host;
use crate::exporter::Page;

const MICROSECOND: f64 = 1e-6;

/// File, which of its lines, family, help.
const FAMILIES: [(&str, &str, &str, &str); 6] = [
    (
        "cpu",
        "some",
        "node_pressure_cpu_waiting_seconds_total",
        "Time in which a task waited for a CPU.",
    ),
    (
        "io",
        "full",
        "node_pressure_io_stalled_seconds_total",
        "Time in which all tasks waited for input or output.",
    ),
    (
        "io",
        "some",
        "node_pressure_io_waiting_seconds_total",
        "Time in which a task waited for input or output.",
    ),
    (
        "irq",
        "full",
        "node_pressure_irq_stalled_seconds_total",
        "Time in which all tasks waited for interrupts to be served.",
    ),
    (
        "memory",
        "full",
        "node_pressure_memory_stalled_seconds_total",
        "Time in which all tasks waited for memory.",
    ),
    (
        "memory",
        "some",
        "node_pressure_memory_waiting_seconds_total",
        "Time in which a task waited for memory.",
    ),
];

pub(super) struct Pressure;

impl Collector for Pressure {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let mut outcome = Err(CollectError::NoData);
        for (file, line, family, help) in FAMILIES {
            let text = match host.proc(&format!("pressure/{file}")) {
                Ok(text) => text,
                Err(CollectError::NoData) => continue,
                // A kernel built with pressure but started without refuses the read.
                Err(error) => {
                    outcome = outcome.or(Err(error));
                    continue;
                }
            };
            if let Some(total) = total(&text, line) {
                page.counter(family, help).set(total * MICROSECOND);
                outcome = Ok(());
            }
        }
        outcome
    }
}

/// The `total=` of the line that begins with `kind`.
fn total(text: &str, kind: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.starts_with(kind))?;
    let (_, total) = line.split_once("total=")?;
    total.trim().parse().ok()
}
