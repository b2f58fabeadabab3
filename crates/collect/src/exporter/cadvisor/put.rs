//! Families of cAdvisor, filled from readings.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use outpost_model::MetricType::{self, Counter, Gauge};

use super::cgroup::{Device, Usage};
use super::network::Interface;
use super::{CadvisorConfig, ContainerLabels, Listed, Reading};
use crate::exporter::Page;

type Of<T> = fn(&T) -> Option<f64>;

/// Families with one row for each container. A limit that is not there is 0, as cAdvisor has it.
#[rustfmt::skip]
const FAMILIES: &[(&str, MetricType, &str, Of<Usage>)] = &[
    ("container_cpu_cfs_periods_total", Counter, "Periods in which the container was limited.", |u| u.cpu.quota.and(u.cpu.periods)),
    ("container_cpu_cfs_throttled_periods_total", Counter, "Periods in which the container met its limit.", |u| u.cpu.quota.and(u.cpu.throttled_periods)),
    ("container_cpu_cfs_throttled_seconds_total", Counter, "Time for which the container was held back.", |u| u.cpu.quota.and(u.cpu.throttled)),
    ("container_cpu_system_seconds_total", Counter, "CPU time in the kernel.", |u| u.cpu.system),
    ("container_cpu_user_seconds_total", Counter, "CPU time outside the kernel.", |u| u.cpu.user),
    ("container_memory_cache", Gauge, "Bytes of cached files.", |u| u.memory.cache),
    ("container_memory_failcnt", Counter, "Times that the memory limit was met.", |u| u.memory.failures),
    ("container_memory_mapped_file", Gauge, "Bytes of mapped files.", |u| u.memory.mapped),
    ("container_memory_max_usage_bytes", Gauge, "The most bytes in use so far.", |u| u.memory.most),
    ("container_memory_rss", Gauge, "Bytes of the processes' own.", |u| u.memory.rss),
    ("container_memory_swap", Gauge, "Bytes in swap.", |u| u.memory.swap),
    ("container_memory_usage_bytes", Gauge, "Bytes in use, cached files too.", |u| u.memory.usage),
    ("container_memory_working_set_bytes", Gauge, "Bytes in use that cannot be taken back at once.", working_set),
    ("container_oom_events_total", Counter, "Processes killed for want of memory.", |u| u.memory.kills),
    ("container_processes", Gauge, "Processes and threads.", |u| u.processes),
    ("container_spec_cpu_period", Gauge, "Microseconds of a period of the CPU limit.", |u| u.cpu.period),
    ("container_spec_cpu_quota", Gauge, "Microseconds that the container may take in a period.", |u| u.cpu.quota),
    ("container_spec_cpu_shares", Gauge, "The container's weight when CPUs are short.", |u| u.cpu.shares),
    ("container_spec_memory_limit_bytes", Gauge, "The memory limit; 0 without one.", |u| Some(u.memory.limit.unwrap_or(0.0))),
    ("container_spec_memory_reservation_limit_bytes", Gauge, "The memory kept for the container; 0 without.", |u| Some(u.memory.reservation.unwrap_or(0.0))),
    ("container_spec_memory_swap_limit_bytes", Gauge, "The limit of memory and swap together; 0 without one.", |u| Some(u.memory.swap_limit.unwrap_or(0.0))),
    ("container_threads_max", Gauge, "Processes and threads that there may be; 0 without a limit.", |u| Some(u.processes_most.unwrap_or(0.0))),
];

/// Families with one row for each device of a container.
#[rustfmt::skip]
const DEVICES: &[(&str, &str, Of<Device>)] = &[
    ("container_fs_reads_bytes_total", "Bytes read from the device.", |d| Some(d.read_bytes)),
    ("container_fs_reads_total", "Reads from the device.", |d| Some(d.reads)),
    ("container_fs_writes_bytes_total", "Bytes written to the device.", |d| Some(d.written_bytes)),
    ("container_fs_writes_total", "Writes to the device.", |d| Some(d.writes)),
];

/// Families with one row for each interface of a container.
#[rustfmt::skip]
const INTERFACES: &[(&str, &str, Of<Interface>)] = &[
    ("container_network_receive_bytes_total", "Bytes received.", |i| Some(i.received.bytes)),
    ("container_network_receive_errors_total", "Packets received with errors.", |i| Some(i.received.errors)),
    ("container_network_receive_packets_dropped_total", "Packets dropped on receipt.", |i| Some(i.received.dropped)),
    ("container_network_receive_packets_total", "Packets received.", |i| Some(i.received.packets)),
    ("container_network_transmit_bytes_total", "Bytes sent.", |i| Some(i.sent.bytes)),
    ("container_network_transmit_errors_total", "Packets that could not be sent for errors.", |i| Some(i.sent.errors)),
    ("container_network_transmit_packets_dropped_total", "Packets dropped before they were sent.", |i| Some(i.sent.dropped)),
    ("container_network_transmit_packets_total", "Packets sent.", |i| Some(i.sent.packets)),
];

fn working_set(usage: &Usage) -> Option<f64> {
    let inactive = usage.memory.inactive_file.unwrap_or(0.0);
    usage.memory.usage.map(|bytes| (bytes - inactive).max(0.0))
}

/// Puts all families.
pub(super) fn put(
    readings: &[Reading],
    started: &BTreeMap<String, f64>,
    config: &CadvisorConfig,
    page: &mut Page,
) {
    let labelled: Vec<_> = readings
        .iter()
        .map(|reading| {
            (
                reading,
                labels(&reading.container, &reading.usage.path, &config.labels),
            )
        })
        .collect();
    for (family, kind, help, of) in FAMILIES {
        let mut rows = page.family(*family, *kind, *help);
        for (reading, labels) in &labelled {
            if let Some(value) = of(&reading.usage) {
                rows.put(&with(labels, &[]), value);
            }
        }
    }
    let mut rows = page.counter("container_cpu_usage_seconds_total", "CPU time.");
    for (reading, labels) in &labelled {
        if let Some(total) = reading.usage.cpu.total {
            rows.put(&with(labels, &[("cpu", "total")]), total);
        }
    }
    let mut rows = page.counter("container_memory_failures_total", "Page faults.");
    for (reading, labels) in &labelled {
        let memory = &reading.usage.memory;
        for (kind, count) in [
            ("pgfault", memory.faults),
            ("pgmajfault", memory.major_faults),
        ] {
            if let Some(count) = count {
                let further = [("failure_type", kind), ("scope", "hierarchy")];
                rows.put(&with(labels, &further), count);
            }
        }
    }
    for (family, help, of) in DEVICES {
        let mut rows = page.counter(*family, *help);
        for (reading, labels) in &labelled {
            for device in &reading.usage.io {
                if let Some(value) = of(device) {
                    rows.put(&with(labels, &[("device", &device.name)]), value);
                }
            }
        }
    }
    for (family, help, of) in INTERFACES {
        let mut rows = page.counter(*family, *help);
        for (reading, labels) in &labelled {
            for interface in &reading.interfaces {
                if let Some(value) = of(interface) {
                    rows.put(&with(labels, &[("interface", &interface.name)]), value);
                }
            }
        }
    }
    let mut rows = page.gauge(
        "container_start_time_seconds",
        "When the container was started, in Unix time.",
    );
    for (reading, labels) in &labelled {
        if let Some(at) = started.get(&reading.container.id) {
            rows.put(&with(labels, &[]), *at);
        }
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let mut rows = page.gauge(
        "container_last_seen",
        "When the container was seen, in Unix time.",
    );
    for (_, labels) in &labelled {
        let seconds = now.as_ref().map_or(0, std::time::Duration::as_secs);
        rows.put(&with(labels, &[]), seconds as f64);
    }
}

/// The labels of a container's series, by name.
fn labels(container: &Listed, path: &str, chosen: &ContainerLabels) -> BTreeMap<String, String> {
    let mut labels: BTreeMap<String, String> = container
        .labels
        .iter()
        .filter(|(name, _)| match chosen {
            ContainerLabels::All => true,
            ContainerLabels::Only(names) => names.contains(name),
        })
        .map(|(name, value)| (format!("container_label_{}", clean(name)), value.clone()))
        .collect();
    labels.insert("id".to_owned(), path.to_owned());
    labels.insert("image".to_owned(), container.image.clone());
    labels.insert("name".to_owned(), container.name.clone());
    labels
}

fn with<'a>(
    labels: &'a BTreeMap<String, String>,
    further: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let own = labels.iter().map(|(n, v)| (n.as_str(), v.as_str()));
    own.chain(further.iter().copied()).collect()
}

/// A name as label names go.
fn clean(name: &str) -> String {
    let fit = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '_'
        }
    };
    name.chars().map(fit).collect()
}

/// `2026-11-24T07:40:52.123456789Z` in Unix time; the year 1, which stands for never, is none.
pub(super) fn unix_time(text: &str) -> Option<f64> {
    let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let mut parts = clock.splitn(3, ':');
    let hour: f64 = parts.next()?.parse().ok()?;
    let minute: f64 = parts.next()?.parse().ok()?;
    let second: f64 = parts.next()?.parse().ok()?;
    // Years begin in March, so that the leap day is their last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(days as f64 * 86_400.0 + hour * 3600.0 + minute * 60.0 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_labels_are_cleaned_and_only_the_chosen_ones_come() {
        let container = Listed {
            id: "i".into(),
            name: "n".into(),
            image: "m".into(),
            labels: [("com.docker.compose.service", "web"), ("other", "x")]
                .map(|(n, v)| (n.to_owned(), v.to_owned()))
                .into(),
        };
        let only = ContainerLabels::Only(vec!["com.docker.compose.service".into()]);
        let names: Vec<_> = labels(&container, "/docker/i", &only).into_keys().collect();
        assert_eq!(
            names,
            [
                "container_label_com_docker_compose_service",
                "id",
                "image",
                "name"
            ]
        );
    }

    #[test]
    fn times_of_docker_become_unix_time() {
        assert_eq!(unix_time("2024-02-29T00:00:01.5Z"), Some(1_709_164_801.5));
        assert_eq!(unix_time("0001-01-01T00:00:00Z"), None);
        assert_eq!(unix_time("yesterday"), None);
    }
}
