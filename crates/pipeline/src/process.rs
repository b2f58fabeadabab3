//! Metrics about this process, from `/proc/self`, under the names that every Prometheus client has.

use std::fs;
use std::time::SystemTime;

use outpost_self_metrics::{Counter, Gauge, IntGauge, Scope};

/// Clock ticks per second in `/proc`, the same on every Linux that we run on.
const TICKS: f64 = 100.0;

/// What the process uses and has used.
pub(crate) struct ProcessMetrics {
    cpu: [Counter; 2],
    start: [Gauge; 2],
    resident: [IntGauge; 2],
    virtual_memory: [IntGauge; 2],
    open_files: IntGauge,
    max_files: IntGauge,
    threads: IntGauge,
}

/// What `/proc/self/stat` says.
#[derive(Debug, PartialEq)]
struct Stat {
    cpu_seconds: f64,
    threads: i64,
    start_ticks: f64,
    virtual_bytes: i64,
    resident_pages: i64,
}

// === impl ProcessMetrics ===

impl ProcessMetrics {
    pub(crate) fn new(scope: &Scope) -> Self {
        let gauges = |names: [&str; 2], help: &str| names.map(|name| scope.gauge(name, help));
        let whole = |names: [&str; 2], help: &str| names.map(|name| scope.int_gauge(name, help));
        Self {
            cpu: [
                "process_cpu_seconds_total",
                "alloy_resources_process_cpu_seconds_total",
            ]
            .map(|name| scope.float_counter(name, "Processor time used.")),
            start: gauges(
                [
                    "process_start_time_seconds",
                    "alloy_resources_process_start_time_seconds",
                ],
                "When the process started, in Unix time.",
            ),
            resident: whole(
                [
                    "process_resident_memory_bytes",
                    "alloy_resources_process_resident_memory_bytes",
                ],
                "Memory that the process really occupies.",
            ),
            virtual_memory: whole(
                [
                    "process_virtual_memory_bytes",
                    "alloy_resources_process_virtual_memory_bytes",
                ],
                "Address space of the process.",
            ),
            open_files: scope.int_gauge("process_open_fds", "Open file descriptors."),
            max_files: scope.int_gauge(
                "process_max_fds",
                "File descriptors that the process may open.",
            ),
            threads: scope.int_gauge("process_threads", "Threads of the process."),
        }
    }

    /// Reads everything again; what cannot be read keeps its value.
    pub(crate) fn refresh(&mut self) {
        if let Some(stat) = fs::read_to_string("/proc/self/stat")
            .ok()
            .and_then(|s| parse(&s))
        {
            let page = i64::try_from(rustix::param::page_size()).unwrap_or(4096);
            for counter in &self.cpu {
                counter.inc_by((stat.cpu_seconds - counter.get()).max(0.0));
            }
            self.resident
                .iter()
                .for_each(|g| g.set(stat.resident_pages * page));
            self.virtual_memory
                .iter()
                .for_each(|g| g.set(stat.virtual_bytes));
            self.threads.set(stat.threads);
            // Once: the time since the start of the machine is too coarse to give the same answer twice.
            let unknown = self.start.iter().all(|g| g.get() == 0.0);
            if let Some(boot) = boot_time().filter(|_| unknown) {
                let start = boot + stat.start_ticks / TICKS;
                self.start.iter().for_each(|g| g.set(start));
            }
        }
        if let Ok(entries) = fs::read_dir("/proc/self/fd") {
            // The listing itself is one of them.
            let count = entries.count().saturating_sub(1);
            self.open_files
                .set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        self.max_files.set(
            limit
                .and_then(|limit| i64::try_from(limit).ok())
                .unwrap_or(i64::MAX),
        );
    }
}

/// Fields are counted behind the program's name, which may hold anything but ends with the last `)`.
fn parse(stat: &str) -> Option<Stat> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<f64>().ok();
    let whole = |at: usize| fields.get(at)?.parse::<i64>().ok();
    Some(Stat {
        cpu_seconds: (number(11)? + number(12)?) / TICKS,
        threads: whole(17)?,
        start_ticks: number(19)?,
        virtual_bytes: whole(20)?,
        resident_pages: whole(21)?,
    })
}

/// When the machine started, in Unix time.
fn boot_time() -> Option<f64> {
    let uptime = fs::read_to_string("/proc/uptime").ok()?;
    let uptime: f64 = uptime.split_ascii_whitespace().next()?.parse().ok()?;
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()?;
    Some(now.as_secs_f64() - uptime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_name_with_blanks_and_brackets_does_not_shift_the_fields() {
        let line = "42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 7 0 1000 2048000 300 18446744073709551615";
        assert_eq!(
            parse(line),
            Some(Stat {
                cpu_seconds: 2.0,
                threads: 7,
                start_ticks: 1000.0,
                virtual_bytes: 2_048_000,
                resident_pages: 300,
            })
        );
    }
}
