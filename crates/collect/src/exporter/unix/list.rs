//! Which collectors there are, which run by default, and in which lane.

use super::collector::{CollectError, Collector};
use super::config::UnixConfig;
use super::host::Host;
use super::lanes::Named;
use super::{
    arp, bonding, buddyinfo, cgroups, conntrack, cpu, cpu_vulnerabilities, cpufreq, diskstats, dmi,
    edac, entropy, filefd, filesystem, hwmon, interrupts, kernel_hung, ksmd, loadavg, mdadm,
    meminfo, meminfo_numa, netclass, netdev, netstat, nvme, os, powersupplyclass, pressure,
    processes, rapl, schedstat, selinux, slabinfo, sockstat, softirqs, softnet, stat, sysctl,
    tcpstat, textfile, thermal_zone, time, udp_queues, uname, vmstat, watchdog,
};
use crate::exporter::Page;

/// How many letters may differ for a name to be offered in place of an unknown one.
const NEAR: usize = 3;

/// Where a collector runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lane {
    /// Reads what the kernel has in memory: never waits.
    Kernel,
    /// Asks devices, drivers or remote file systems.
    Device,
}

/// Whether a collector runs when nothing is said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Runs {
    ByDefault,
    OnRequest,
}

type Build = fn(&UnixConfig) -> Box<dyn Collector>;

/// All collectors, by name.
const COLLECTORS: &[(&str, Lane, Runs, Build)] = &[
    ("arp", Lane::Kernel, Runs::ByDefault, |c| {
        Box::new(arp::Neighbours::new(&c.arp))
    }),
    ("bonding", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(bonding::Bonds)
    }),
    ("buddyinfo", Lane::Kernel, Runs::OnRequest, |_| {
        Box::new(buddyinfo::Buddies)
    }),
    ("cgroups", Lane::Kernel, Runs::OnRequest, |_| {
        Box::new(cgroups::Cgroups)
    }),
    ("conntrack", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(conntrack::Connections)
    }),
    ("cpu", Lane::Kernel, Runs::ByDefault, |c| {
        Box::new(cpu::Cpus::new(&c.cpu))
    }),
    ("cpu_vulnerabilities", Lane::Kernel, Runs::OnRequest, |_| {
        Box::new(cpu_vulnerabilities::Vulnerabilities)
    }),
    ("cpufreq", Lane::Device, Runs::ByDefault, |c| {
        Box::new(cpufreq::Frequencies::new(&c.cpu))
    }),
    ("diskstats", Lane::Kernel, Runs::ByDefault, |c| {
        Box::new(diskstats::Disks::new(&c.disk))
    }),
    ("dmi", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(dmi::Machine)
    }),
    ("edac", Lane::Device, Runs::ByDefault, |_| {
        Box::new(edac::Controllers)
    }),
    ("entropy", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(entropy::Entropy)
    }),
    ("filefd", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(filefd::Files)
    }),
    ("filesystem", Lane::Device, Runs::ByDefault, |c| {
        Box::new(filesystem::Filesystems::new(c))
    }),
    ("hwmon", Lane::Device, Runs::ByDefault, |c| {
        Box::new(hwmon::Chips::new(&c.hwmon))
    }),
    ("interrupts", Lane::Kernel, Runs::OnRequest, |_| {
        Box::new(interrupts::Interrupts)
    }),
    ("kernel_hung", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(kernel_hung::Hung)
    }),
    ("ksmd", Lane::Kernel, Runs::OnRequest, |_| {
        Box::new(ksmd::Ksm)
    }),
    ("loadavg", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(loadavg::Load)
    }),
    ("mdadm", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(mdadm::Arrays)
    }),
    ("meminfo", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(meminfo::Memory)
    }),
    ("meminfo_numa", Lane::Kernel, Runs::OnRequest, |_| {
        Box::new(meminfo_numa::Nodes)
    }),
    ("netclass", Lane::Device, Runs::ByDefault, |c| {
        Box::new(netclass::Interfaces::new(
            c.netclass_ignored.as_ref(),
            c.netclass_ignore_invalid_speed,
        ))
    }),
    ("netdev", Lane::Kernel, Runs::ByDefault, |c| {
        Box::new(netdev::Interfaces::new(&c.netdev))
    }),
    ("netstat", Lane::Kernel, Runs::ByDefault, |c| {
        Box::new(netstat::Protocols::new(&c.netstat_fields))
    }),
    ("nvme", Lane::Device, Runs::ByDefault, |_| {
        Box::new(nvme::Controllers)
    }),
    ("os", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(os::Distribution)
    }),
    ("powersupplyclass", Lane::Device, Runs::ByDefault, |c| {
        Box::new(powersupplyclass::Supplies::new(
            c.powersupply_ignored.as_ref(),
        ))
    }),
    ("pressure", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(pressure::Pressure)
    }),
    ("processes", Lane::Kernel, Runs::OnRequest, |_| {
        Box::new(processes::Processes)
    }),
    ("rapl", Lane::Device, Runs::ByDefault, |_| {
        Box::new(rapl::Energy)
    }),
    ("schedstat", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(schedstat::Scheduler)
    }),
    ("selinux", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(selinux::Selinux)
    }),
    ("slabinfo", Lane::Kernel, Runs::OnRequest, |_| {
        Box::new(slabinfo::Slabs)
    }),
    ("sockstat", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(sockstat::Sockets)
    }),
    ("softirqs", Lane::Kernel, Runs::OnRequest, |_| {
        Box::new(softirqs::Softirqs)
    }),
    ("softnet", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(softnet::Packets)
    }),
    ("stat", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(stat::Stat)
    }),
    ("sysctl", Lane::Kernel, Runs::OnRequest, |c| {
        Box::new(sysctl::Settings::new(
            &c.sysctl_include,
            &c.sysctl_include_info,
        ))
    }),
    ("tcpstat", Lane::Kernel, Runs::OnRequest, |_| {
        Box::new(tcpstat::Tcp)
    }),
    ("textfile", Lane::Device, Runs::ByDefault, |c| {
        Box::new(textfile::Directory::new(&c.textfile_directory))
    }),
    ("thermal_zone", Lane::Device, Runs::ByDefault, |_| {
        Box::new(thermal_zone::Zones)
    }),
    ("time", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(time::Time)
    }),
    ("udp_queues", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(udp_queues::Queues)
    }),
    ("uname", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(uname::Uname)
    }),
    ("vmstat", Lane::Kernel, Runs::ByDefault, |c| {
        Box::new(vmstat::Counters::new(&c.vmstat_fields))
    }),
    ("watchdog", Lane::Device, Runs::ByDefault, |_| {
        Box::new(watchdog::Watchdogs)
    }),
];

/// node_exporter's collectors that this exporter does not have.
const UNSUPPORTED: &[&str] = &[
    "bcache",
    "bcachefs",
    "btrfs",
    "drbd",
    "drm",
    "ethtool",
    "fibrechannel",
    "infiniband",
    "ipvs",
    "lnstat",
    "logind",
    "mountstats",
    "network_route",
    "nfs",
    "nfsd",
    "ntp",
    "pcidevice",
    "perf",
    "qdisc",
    "runit",
    "supervisord",
    "swap",
    "systemd",
    "tapestats",
    "timex",
    "wifi",
    "xfrm",
    "xfs",
    "zfs",
    "zoneinfo",
];

/// The three lists that choose collectors. Enabling wins over disabling, as in Alloy's code (its documentation says otherwise).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectorSet {
    /// In place of the default ones, unless empty.
    pub set: Vec<String>,
    /// On top of these.
    pub enable: Vec<String>,
    /// Never these.
    pub disable: Vec<String>,
}

// === impl CollectorSet ===

impl CollectorSet {
    /// Whether the collector `name`, which runs by default or not, runs.
    fn runs(&self, name: &str, default: Runs) -> bool {
        let has = |list: &[String]| list.iter().any(|n| n == name);
        let set = if self.set.is_empty() {
            default == Runs::ByDefault
        } else {
            has(&self.set)
        };
        has(&self.enable) || (set && !has(&self.disable))
    }

    /// What in these lists has no effect, in words: warnings for whoever wrote them.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let adds = |name: &String| {
            COLLECTORS
                .iter()
                .any(|(n, _, runs, _)| n == name && *runs == Runs::OnRequest)
        };
        if self.set.is_empty() && !self.enable.is_empty() && !self.enable.iter().any(adds) {
            warnings.push(
                "enable_collectors lists only collectors that run anyway; to run these alone, use set_collectors"
                    .to_owned(),
            );
        }
        for name in self.set.iter().chain(&self.enable).chain(&self.disable) {
            let known = COLLECTORS
                .iter()
                .map(|c| c.0)
                .chain(UNSUPPORTED.iter().copied());
            if !known.clone().any(|n| n == name) {
                let hint = nearest(name, known)
                    .map_or_else(String::new, |near| format!(", did you mean {near:?}?"));
                warnings.push(format!("there is no collector {name:?} on Linux{hint}"));
            }
        }
        for name in self.set.iter().chain(&self.enable) {
            if UNSUPPORTED.contains(&name.as_str()) {
                warnings.push(format!(
                    "collector {name:?} is not supported and reports nothing"
                ));
            }
        }
        warnings
    }
}

/// Stands for a collector that was asked for and is not there, so that its lack shows on the page.
struct Absent;

impl Collector for Absent {
    fn collect(&mut self, _: &Host, _: &mut Page) -> Result<(), CollectError> {
        Err(CollectError::NoData)
    }
}

/// The chosen collectors, one list for each lane.
pub(super) fn build(config: &UnixConfig) -> Vec<Vec<Named>> {
    let (mut kernel, mut device) = (Vec::new(), Vec::new());
    for (name, lane, runs, make) in COLLECTORS {
        if config.collectors.runs(name, *runs) {
            let named = Named::new(name, make(config));
            match lane {
                Lane::Kernel => kernel.push(named),
                Lane::Device => device.push(named),
            }
        }
    }
    for name in UNSUPPORTED {
        if config.collectors.runs(name, Runs::OnRequest) {
            kernel.push(Named::new(name, Box::new(Absent)));
        }
    }
    vec![kernel, device]
}

/// The names of all collectors, those that run by default first told apart by the second value.
pub fn collector_names() -> impl Iterator<Item = (&'static str, bool)> {
    COLLECTORS
        .iter()
        .map(|(name, _, runs, _)| (*name, *runs == Runs::ByDefault))
}

/// The known name that is most like `name`, if one is.
fn nearest(name: &str, known: impl Iterator<Item = &'static str>) -> Option<String> {
    known
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= NEAR)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// How many letters must change to make one word the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (y, slot) in b.iter().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = *slot;
            left = replaced.min(diagonal + 1).min(left + 1);
            *slot = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(set: &[&str], enable: &[&str], disable: &[&str]) -> CollectorSet {
        let own = |list: &[&str]| list.iter().map(|&n| n.to_owned()).collect();
        CollectorSet {
            set: own(set),
            enable: own(enable),
            disable: own(disable),
        }
    }

    #[test]
    fn enabling_wins_over_disabling_and_a_set_replaces_the_default() {
        let chosen = set(&["cpu", "stat"], &["time"], &["stat", "time"]);
        let running: Vec<_> = COLLECTORS
            .iter()
            .filter(|(name, _, runs, _)| chosen.runs(name, *runs))
            .map(|c| c.0)
            .collect();
        assert_eq!(running, ["cpu", "time"]);
    }

    #[test]
    fn an_unknown_name_is_told_with_the_nearest_known_one() {
        assert_eq!(
            set(&[], &[], &["loadvg", "nothing like it"]).warnings(),
            [
                "there is no collector \"loadvg\" on Linux, did you mean \"loadavg\"?",
                "there is no collector \"nothing like it\" on Linux"
            ]
        );
    }

    #[test]
    fn a_list_that_enables_only_what_runs_anyway_is_told() {
        let warnings = set(&[], &["cpu", "meminfo"], &[]).warnings();
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].contains("set_collectors"));
        assert!(set(&["cpu"], &["meminfo"], &[]).warnings().is_empty());
        assert!(set(&[], &[], &[]).warnings().is_empty());
    }
}
