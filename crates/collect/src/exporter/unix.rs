//! The host's metrics under node_exporter's names: what `prometheus.exporter.unix` exports.
//!
//! One collector per source, each in a file of its own: a pure parser (text to numbers) and a few lines that read the
//! files and fill the page. Collectors run in lanes on blocking threads (`lanes`), so that a source that hangs costs its
//! lane alone and only until it answers again.
//!
//! Paths are options, never assumptions: the host's `/proc`, `/sys` and root may be mounted anywhere. Network metrics are
//! read from `<procfs>/1/net`, which shows the host's network whatever network this process runs in.
//!
//! The names and label names come from node_exporter 1.11 and from what Alloy's component pushes.
//!
//! It is not: per-process or per-container metrics.

mod collector;
mod config;
mod host;
mod lanes;
mod list;
mod parse;

mod arp;
mod bonding;
mod buddyinfo;
mod cgroups;
mod conntrack;
mod cpu;
mod cpu_vulnerabilities;
mod cpufreq;
mod diskstats;
mod dmi;
mod edac;
mod entropy;
mod filefd;
mod filesystem;
mod hwmon;
mod interrupts;
mod kernel_hung;
mod ksmd;
mod loadavg;
mod mdadm;
mod meminfo;
mod meminfo_numa;
mod netclass;
mod netdev;
mod netstat;
mod nvme;
mod os;
mod powersupplyclass;
mod pressure;
mod processes;
mod rapl;
mod schedstat;
mod selinux;
mod slabinfo;
mod sockstat;
mod softirqs;
mod softnet;
mod stat;
mod sysctl;
mod tcpstat;
mod textfile;
mod thermal_zone;
mod time;
mod udp_queues;
mod uname;
mod vmstat;
mod watchdog;

use std::sync::Arc;

use tokio::time::Instant;

use super::{Collection, Exporter, Page};
pub use config::{Cpu, Filter, UnixConfig, UnixConfigError};
use host::Host;
use lanes::Lanes;
pub use list::{CollectorSet, collector_names};

/// Reads the host's metrics.
#[derive(Debug)]
pub struct UnixExporter {
    lanes: Lanes,
}

// === impl UnixExporter ===

impl UnixExporter {
    /// An exporter of what `config` names.
    pub fn new(config: &UnixConfig) -> Self {
        let host = Arc::new(Host::new(config));
        Self {
            lanes: Lanes::new(list::build(config), host),
        }
    }
}

impl Exporter for UnixExporter {
    fn collect<'a>(&'a mut self, page: &'a mut Page, deadline: Instant) -> Collection<'a> {
        Box::pin(self.lanes.collect(page, deadline))
    }
}

#[cfg(test)]
mod tests;
