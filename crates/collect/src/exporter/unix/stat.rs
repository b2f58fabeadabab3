//! `stat`: the kernel's own counters in `/proc/stat`.

use super::collector::{CollectError, Collector};
use super::host::Host;
use super::parse;
use crate::exporter::Page;

pub(super) struct Stat;

impl Collector for Stat {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.proc("stat")?;
        for (key, rest) in parse::keyed_lines(&text) {
            let Some(value) = parse::numbers(rest).next() else {
                continue;
            };
            match key {
                "btime" => page.gauge(
                    "node_boot_time_seconds",
                    "When the machine was started, in Unix time.",
                ),
                "ctxt" => page.counter(
                    "node_context_switches_total",
                    "Switches from one task to another.",
                ),
                "processes" => page.counter("node_forks_total", "Processes and threads made."),
                "intr" => page.counter("node_intr_total", "Interrupts served."),
                "procs_blocked" => {
                    page.gauge("node_procs_blocked", "Tasks that wait for input or output.")
                }
                "procs_running" => page.gauge("node_procs_running", "Tasks that can run."),
                _ => continue,
            }
            .set(value);
        }
        Ok(())
    }
}
