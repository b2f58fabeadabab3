//! Version 1: a hierarchy for each controller.

use std::path::Path;

use super::cgroup::{Cpu, Device, Memory, Usage, first_process, keyed, number, text};

/// Limits at or above this are none: the kernel rounds "unlimited" down to a page.
const UNLIMITED: f64 = 9.0e18;
const NANOSECOND: f64 = 1e-9;
/// `cpuacct.stat` counts ticks of this many a second.
const TICKS_PER_SECOND: f64 = 100.0;

/// What the groups at `place` in all hierarchies below `root` say.
pub(super) fn read(root: &Path, place: &str) -> Usage {
    let dir = |controller: &str| root.join(controller).join(place);
    Usage {
        process: first_process(&dir("memory")),
        cpu: cpu(&dir("cpu"), &dir("cpuacct")),
        memory: memory(&dir("memory")),
        io: io(&dir("blkio")),
        processes: number(&dir("pids").join("pids.current")),
        processes_most: number(&dir("pids").join("pids.max")),
        ..Usage::default()
    }
}

fn cpu(cpu: &Path, account: &Path) -> Cpu {
    let stat = text(&cpu.join("cpu.stat")).unwrap_or_default();
    let used = text(&account.join("cpuacct.stat")).unwrap_or_default();
    let ticks = |key| keyed(&used, key).map(|ticks| ticks / TICKS_PER_SECOND);
    Cpu {
        total: number(&account.join("cpuacct.usage")).map(|ns| ns * NANOSECOND),
        user: ticks("user"),
        system: ticks("system"),
        periods: keyed(&stat, "nr_periods"),
        throttled_periods: keyed(&stat, "nr_throttled"),
        throttled: keyed(&stat, "throttled_time").map(|ns| ns * NANOSECOND),
        quota: number(&cpu.join("cpu.cfs_quota_us")).filter(|quota| *quota > 0.0),
        period: number(&cpu.join("cpu.cfs_period_us")),
        shares: number(&cpu.join("cpu.shares")),
    }
}

fn memory(dir: &Path) -> Memory {
    let stat = text(&dir.join("memory.stat")).unwrap_or_default();
    let control = text(&dir.join("memory.oom_control")).unwrap_or_default();
    let of = |key| keyed(&stat, key);
    let limit = |file: &str| number(&dir.join(file)).filter(|limit| *limit < UNLIMITED);
    Memory {
        usage: number(&dir.join("memory.usage_in_bytes")),
        most: number(&dir.join("memory.max_usage_in_bytes")),
        limit: limit("memory.limit_in_bytes"),
        swap_limit: limit("memory.memsw.limit_in_bytes"),
        reservation: limit("memory.soft_limit_in_bytes"),
        failures: number(&dir.join("memory.failcnt")),
        kills: keyed(&control, "oom_kill"),
        cache: of("total_cache"),
        rss: of("total_rss"),
        swap: of("total_swap"),
        mapped: of("total_mapped_file"),
        inactive_file: of("total_inactive_file"),
        faults: of("total_pgfault"),
        major_faults: of("total_pgmajfault"),
    }
}

/// Lines are `8:0 Read 4096`; the last one is a total.
fn io(dir: &Path) -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::new();
    for (file, bytes) in [
        ("blkio.throttle.io_service_bytes", true),
        ("blkio.throttle.io_serviced", false),
    ] {
        let text = text(&dir.join(file)).unwrap_or_default();
        for line in text.lines() {
            let mut words = line.split(' ');
            let (Some(name), Some(operation), Some(value)) =
                (words.next(), words.next(), words.next())
            else {
                continue;
            };
            let Ok(value) = value.parse::<f64>() else {
                continue;
            };
            let index = devices.iter().position(|d| d.name == name);
            let index = index.unwrap_or_else(|| {
                devices.push(Device {
                    name: name.to_owned(),
                    ..Device::default()
                });
                devices.len() - 1
            });
            let Some(device) = devices.get_mut(index) else {
                continue;
            };
            match (operation, bytes) {
                ("Read", true) => device.read_bytes = value,
                ("Write", true) => device.written_bytes = value,
                ("Read", false) => device.reads = value,
                ("Write", false) => device.writes = value,
                _ => {}
            }
        }
    }
    devices
}
