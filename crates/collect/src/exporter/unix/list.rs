//! Which collectors there are, which run by default, and in which lane.

use super::collector::Collector;
use super::config::{UnixConfig, UnixConfigError};
use super::lanes::Named;
use super::{cpu, diskstats, filesystem, loadavg, meminfo, netdev, stat, time, uname};

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
    ("cpu", Lane::Kernel, Runs::ByDefault, |c| {
        Box::new(cpu::Cpus::new(&c.cpu))
    }),
    ("diskstats", Lane::Kernel, Runs::ByDefault, |c| {
        Box::new(diskstats::Disks::new(&c.disk))
    }),
    ("filesystem", Lane::Device, Runs::ByDefault, |c| {
        Box::new(filesystem::Filesystems::new(c))
    }),
    ("loadavg", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(loadavg::Load)
    }),
    ("meminfo", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(meminfo::Memory)
    }),
    ("netdev", Lane::Kernel, Runs::ByDefault, |c| {
        Box::new(netdev::Interfaces::new(&c.netdev))
    }),
    ("stat", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(stat::Stat)
    }),
    ("time", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(time::Time)
    }),
    ("uname", Lane::Kernel, Runs::ByDefault, |_| {
        Box::new(uname::Uname)
    }),
];

/// node_exporter's collectors that this exporter does not have.
const UNSUPPORTED: &[&str] = &[];

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
        warnings
    }

    /// Refuses collectors that node_exporter has and this exporter has not.
    fn check(&self) -> Result<(), UnixConfigError> {
        let mut asked = self.set.iter().chain(&self.enable);
        match asked.find(|name| UNSUPPORTED.contains(&name.as_str())) {
            Some(name) => Err(UnixConfigError::UnsupportedCollector { name: name.clone() }),
            None => Ok(()),
        }
    }
}

/// The chosen collectors, one list for each lane.
pub(super) fn build(config: &UnixConfig) -> Result<Vec<Vec<Named>>, UnixConfigError> {
    config.collectors.check()?;
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
    Ok(vec![kernel, device])
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
