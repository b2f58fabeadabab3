//! `cpufreq`: how fast each CPU runs and may run, from `/sys/devices/system/cpu/cpuN/cpufreq`.
//!
//! With `cpu.info` the speed that `/proc/cpuinfo` tells stands in the same family, with more labels.

use std::path::PathBuf;

use super::collector::{CollectError, Collector};
use super::config::Cpu;
use super::cpu::info;
use super::host::{self, Host};
use crate::exporter::Page;

/// `/sys` tells kilohertz.
const KILOHERTZ: f64 = 1000.0;
const FAMILIES: [(&str, &str, &str); 6] = [
    (
        "cpuinfo_cur_freq",
        SPEED,
        "The speed, as the hardware tells it.",
    ),
    (
        "cpuinfo_max_freq",
        "node_cpu_frequency_max_hertz",
        "The highest speed of the hardware.",
    ),
    (
        "cpuinfo_min_freq",
        "node_cpu_frequency_min_hertz",
        "The lowest speed of the hardware.",
    ),
    (
        "scaling_cur_freq",
        "node_cpu_scaling_frequency_hertz",
        "The speed, as the kernel has set it.",
    ),
    (
        "scaling_max_freq",
        "node_cpu_scaling_frequency_max_hertz",
        "The highest speed that the kernel may set.",
    ),
    (
        "scaling_min_freq",
        "node_cpu_scaling_frequency_min_hertz",
        "The lowest speed that the kernel may set.",
    ),
];

/// The family that both sources fill.
const SPEED: &str = "node_cpu_frequency_hertz";

pub(super) struct Frequencies {
    cpuinfo: bool,
}

// === impl Frequencies ===

impl Frequencies {
    pub(super) fn new(config: &Cpu) -> Self {
        Self {
            cpuinfo: config.info,
        }
    }
}

impl Collector for Frequencies {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let mut cpus: Vec<(u32, PathBuf)> = host
            .sys_dir("devices/system/cpu")?
            .into_iter()
            .filter_map(|path| {
                let number = host::name(&path).strip_prefix("cpu")?.parse().ok()?;
                let dir = path.join("cpufreq");
                dir.exists().then_some((number, dir))
            })
            .collect();
        cpus.sort();
        let cpuinfo = if self.cpuinfo {
            host.proc("cpuinfo").unwrap_or_default()
        } else {
            String::new()
        };
        for (file, family, help) in FAMILIES {
            let mut rows = page.gauge(family, help);
            for (cpu, dir) in &cpus {
                if let Some(value) = host::number(&dir.join(file)) {
                    rows.put(&[("cpu", &cpu.to_string())], value * KILOHERTZ);
                }
            }
            if family == SPEED {
                for (labels, speed) in info::speeds(&cpuinfo) {
                    rows.put(&labels, speed);
                }
            }
        }
        let mut rows = page.gauge(
            "node_cpu_scaling_governor",
            "Whether this policy sets the CPU's speed.",
        );
        for (cpu, dir) in &cpus {
            let current = host::value(&dir.join("scaling_governor")).unwrap_or_default();
            let known = host::value(&dir.join("scaling_available_governors")).unwrap_or_default();
            for governor in known.split_ascii_whitespace() {
                let chosen = f64::from(u8::from(governor == current));
                rows.put(&[("cpu", &cpu.to_string()), ("governor", governor)], chosen);
            }
        }
        Ok(())
    }
}
