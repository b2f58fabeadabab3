//! Finds a container's control groups and reads them, whichever version the host has.

use std::fs;
use std::path::{Path, PathBuf};

use super::{v1, v2};

/// Files of control groups are small.
const LIMIT: u64 = 256 << 10;

/// What a container uses and may use. What the host does not account for is absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Usage {
    /// The group's path below the hierarchy's root, `/docker/ID`.
    pub(super) path: String,
    /// The container's first process, as the host numbers it.
    pub(super) process: Option<u32>,
    pub(super) cpu: Cpu,
    pub(super) memory: Memory,
    /// By device, `major:minor`.
    pub(super) io: Vec<Device>,
    pub(super) processes: Option<f64>,
    pub(super) processes_most: Option<f64>,
}

/// Times in seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Cpu {
    pub(super) total: Option<f64>,
    pub(super) user: Option<f64>,
    pub(super) system: Option<f64>,
    pub(super) periods: Option<f64>,
    pub(super) throttled_periods: Option<f64>,
    pub(super) throttled: Option<f64>,
    /// Microseconds in a period; absent without a limit.
    pub(super) quota: Option<f64>,
    pub(super) period: Option<f64>,
    pub(super) shares: Option<f64>,
}

/// Sizes in bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Memory {
    pub(super) usage: Option<f64>,
    pub(super) most: Option<f64>,
    pub(super) limit: Option<f64>,
    pub(super) swap_limit: Option<f64>,
    pub(super) reservation: Option<f64>,
    pub(super) failures: Option<f64>,
    pub(super) kills: Option<f64>,
    pub(super) cache: Option<f64>,
    pub(super) rss: Option<f64>,
    pub(super) swap: Option<f64>,
    pub(super) mapped: Option<f64>,
    /// What the kernel can take back at once.
    pub(super) inactive_file: Option<f64>,
    pub(super) faults: Option<f64>,
    pub(super) major_faults: Option<f64>,
}

/// What a container moved to and from a device.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Device {
    pub(super) name: String,
    pub(super) read_bytes: f64,
    pub(super) written_bytes: f64,
    pub(super) reads: f64,
    pub(super) writes: f64,
}

/// The host's hierarchies.
#[derive(Debug)]
pub(super) struct Cgroups {
    root: PathBuf,
    unified: bool,
}

// === impl Cgroups ===

impl Cgroups {
    /// The hierarchies below `<sysfs>/fs/cgroup`.
    pub(super) fn new(sysfs: &Path) -> Self {
        let root = sysfs.join("fs/cgroup");
        Self {
            unified: root.join("cgroup.controllers").exists(),
            root,
        }
    }

    /// What the container uses; `None` where its group is not there.
    pub(super) fn read(&self, id: &str) -> Option<Usage> {
        // An id goes into paths: nothing but what Docker makes ids of.
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        let places = [
            format!("docker/{id}"),
            format!("system.slice/docker-{id}.scope"),
        ];
        let hierarchy = if self.unified {
            self.root.clone()
        } else {
            self.root.join("memory")
        };
        let place = places.into_iter().find(|p| hierarchy.join(p).is_dir())?;
        let mut usage = if self.unified {
            v2::read(&self.root.join(&place))
        } else {
            v1::read(&self.root, &place)
        };
        usage.path = format!("/{place}");
        Some(usage)
    }
}

/// A file as text, if it can be read.
pub(super) fn text(path: &Path) -> Option<String> {
    let mut text = String::new();
    let file = fs::File::open(path).ok()?;
    std::io::Read::read_to_string(&mut std::io::Read::take(file, LIMIT), &mut text).ok()?;
    Some(text)
}

/// A file that holds one number; `max` is none.
pub(super) fn number(path: &Path) -> Option<f64> {
    text(path)?.trim().parse().ok()
}

/// The number of a line `key number`.
pub(super) fn keyed(text: &str, key: &str) -> Option<f64> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once(' ')?;
        (name == key).then(|| value.trim().parse().ok())?
    })
}

/// The first process of a group.
pub(super) fn first_process(dir: &Path) -> Option<u32> {
    text(&dir.join("cgroup.procs"))?
        .lines()
        .next()?
        .parse()
        .ok()
}
