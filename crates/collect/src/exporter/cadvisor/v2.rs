//! Version 2: one hierarchy for all controllers.

use std::path::Path;

use super::cgroup::{Cpu, Device, Memory, Usage, first_process, keyed, number, text};

const MICROSECOND: f64 = 1e-6;

/// What the group in `dir` says.
pub(super) fn read(dir: &Path) -> Usage {
    Usage {
        process: first_process(dir),
        cpu: cpu(dir),
        memory: memory(dir),
        io: io(&text(&dir.join("io.stat")).unwrap_or_default()),
        processes: number(&dir.join("pids.current")),
        processes_most: number(&dir.join("pids.max")),
        ..Usage::default()
    }
}

fn cpu(dir: &Path) -> Cpu {
    let stat = text(&dir.join("cpu.stat")).unwrap_or_default();
    let seconds = |key| keyed(&stat, key).map(|us| us * MICROSECOND);
    let most = text(&dir.join("cpu.max")).unwrap_or_default();
    let mut most = most.split_ascii_whitespace().map(|word| word.parse().ok());
    Cpu {
        total: seconds("usage_usec"),
        user: seconds("user_usec"),
        system: seconds("system_usec"),
        periods: keyed(&stat, "nr_periods"),
        throttled_periods: keyed(&stat, "nr_throttled"),
        throttled: seconds("throttled_usec"),
        quota: most.next().flatten(),
        period: most.next().flatten(),
        shares: number(&dir.join("cpu.weight")).map(shares),
    }
}

/// Docker makes a weight of the shares that it was given; this is the way back (as cAdvisor goes it).
fn shares(weight: f64) -> f64 {
    (2.0 + (weight - 1.0) * 262_142.0 / 9999.0).trunc()
}

fn memory(dir: &Path) -> Memory {
    let stat = text(&dir.join("memory.stat")).unwrap_or_default();
    let events = text(&dir.join("memory.events")).unwrap_or_default();
    let of = |key| keyed(&stat, key);
    let limit = number(&dir.join("memory.max"));
    Memory {
        usage: number(&dir.join("memory.current")),
        most: number(&dir.join("memory.peak")),
        limit,
        // Version 1 counts memory and swap together, version 2 swap alone.
        swap_limit: number(&dir.join("memory.swap.max")).map(|swap| swap + limit.unwrap_or(0.0)),
        reservation: number(&dir.join("memory.low")),
        failures: keyed(&events, "max"),
        kills: keyed(&events, "oom_kill"),
        cache: of("file"),
        rss: of("anon"),
        swap: number(&dir.join("memory.swap.current")),
        mapped: of("file_mapped"),
        inactive_file: of("inactive_file"),
        faults: of("pgfault"),
        major_faults: of("pgmajfault"),
    }
}

/// Lines are `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0`.
fn io(text: &str) -> Vec<Device> {
    text.lines()
        .filter_map(|line| {
            let (device, rest) = line.split_once(' ')?;
            let of = |key: &str| {
                rest.split(' ')
                    .find_map(|pair| pair.strip_prefix(key)?.strip_prefix('=')?.parse().ok())
                    .unwrap_or(0.0)
            };
            Some(Device {
                name: device.to_owned(),
                read_bytes: of("rbytes"),
                written_bytes: of("wbytes"),
                reads: of("rios"),
                writes: of("wios"),
            })
        })
        .collect()
}
