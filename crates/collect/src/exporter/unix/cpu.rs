//! `cpu`: where each CPU's time went, from `/proc/stat`; what holds it back, from `/sys`; what it is, on request.

pub(super) mod info;
mod times;

use std::collections::BTreeMap;
use std::path::Path;

use super::collector::{CollectError, Collector};
use super::config::Cpu;
use super::host::{self, Host};
use super::parse;
use crate::exporter::Page;
use times::Times;

pub(super) struct Cpus {
    config: Cpu,
    /// What each CPU had at most so far: the kernel's idle and iowait can go back a little, counters must not.
    seen: BTreeMap<u32, Times>,
}

// === impl Cpus ===

impl Cpus {
    pub(super) fn new(config: &Cpu) -> Self {
        Self {
            config: config.clone(),
            seen: BTreeMap::new(),
        }
    }

    /// Takes what `/proc/stat` says; CPUs that are offline are forgotten.
    fn update(&mut self, text: &str) {
        let now: BTreeMap<u32, Times> = times::read(text).collect();
        self.seen = now
            .into_iter()
            .map(|(cpu, times)| (cpu, times.after(self.seen.get(&cpu))))
            .collect();
    }

    fn put_times(&self, page: &mut Page) {
        let cpus: Vec<_> = self
            .seen
            .iter()
            .map(|(cpu, times)| (cpu.to_string(), times))
            .collect();
        if self.config.guest {
            let mut rows = page.counter(
                "node_cpu_guest_seconds_total",
                "Time that the CPU ran guests of this machine.",
            );
            for (cpu, times) in &cpus {
                for (mode, seconds) in times.guest() {
                    rows.put(&[("cpu", cpu), ("mode", mode)], seconds);
                }
            }
        }
        let mut rows = page.counter(
            "node_cpu_seconds_total",
            "Time that the CPU spent in each mode.",
        );
        for (cpu, times) in &cpus {
            for (mode, seconds) in times.modes() {
                rows.put(&[("cpu", cpu), ("mode", mode)], seconds);
            }
        }
    }
}

impl Collector for Cpus {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        if self.config.info
            || self.config.flags_include.is_some()
            || self.config.bugs_include.is_some()
        {
            info::put(&host.proc("cpuinfo")?, &self.config, page);
        }
        let text = host.proc("stat")?;
        self.update(&text);
        self.put_times(page);
        put_sysfs(&host.sys.join("devices/system/cpu"), page);
        Ok(())
    }
}

/// Throttling, isolation and presence, where the machine tells them.
fn put_sysfs(dir: &Path, page: &mut Page) {
    if let Some(list) = host::value(&dir.join("isolated")) {
        let mut rows = page.gauge("node_cpu_isolated", "CPUs that the scheduler leaves alone.");
        for cpu in parse::cpu_list(&list) {
            rows.put(&[("cpu", &cpu.to_string())], 1.0);
        }
    }
    let Ok(entries) = host::list(dir) else { return };
    let cpus: BTreeMap<u32, &Path> = entries
        .iter()
        .filter_map(|path| {
            let number = host::name(path).strip_prefix("cpu")?.parse().ok()?;
            Some((number, path.as_path()))
        })
        .collect();

    // By package and core: threads of a core share one count, the first that has it tells.
    let mut cores = BTreeMap::new();
    let mut packages = BTreeMap::new();
    for path in cpus.values() {
        let throttle = path.join("thermal_throttle");
        if !throttle.exists() {
            continue;
        }
        let Some(package) = host::value(&path.join("topology/physical_package_id")) else {
            continue;
        };
        let Some(core) = host::value(&path.join("topology/core_id")) else {
            continue;
        };
        if let Some(count) = host::number(&throttle.join("core_throttle_count")) {
            cores.entry((package.clone(), core)).or_insert(count);
        }
        if let Some(count) = host::number(&throttle.join("package_throttle_count")) {
            packages.entry(package).or_insert(count);
        }
    }
    let mut rows = page.counter(
        "node_cpu_core_throttles_total",
        "Times that the core was slowed down for its heat.",
    );
    for ((package, core), count) in &cores {
        rows.put(&[("core", core), ("package", package)], *count);
    }
    let mut rows = page.counter(
        "node_cpu_package_throttles_total",
        "Times that the package was slowed down for its heat.",
    );
    for (package, count) in &packages {
        rows.put(&[("package", package)], *count);
    }
}
