//! `diskstats`: what each block device has done, from `/proc/diskstats`, and what it is, from udev's data.

mod udev;

use super::collector::{CollectError, Collector};
use super::config::Filter;
use super::host::{self, Host};
use super::parse;
use crate::exporter::Page;
use udev::Properties;

/// `/proc/diskstats` counts sectors of this many bytes, whatever the device's own are.
const SECTOR: f64 = 512.0;
const MILLISECOND: f64 = 1e-3;

/// Columns after the name: family, help, what one is worth. Old kernels have only the first eleven or fifteen.
const COLUMNS: [(&str, &str, f64); 17] = [
    ("node_disk_reads_completed_total", "Reads done.", 1.0),
    (
        "node_disk_reads_merged_total",
        "Reads that were joined to others.",
        1.0,
    ),
    ("node_disk_read_bytes_total", "Bytes read.", SECTOR),
    (
        "node_disk_read_time_seconds_total",
        "Time that all reads took.",
        MILLISECOND,
    ),
    ("node_disk_writes_completed_total", "Writes done.", 1.0),
    (
        "node_disk_writes_merged_total",
        "Writes that were joined to others.",
        1.0,
    ),
    ("node_disk_written_bytes_total", "Bytes written.", SECTOR),
    (
        "node_disk_write_time_seconds_total",
        "Time that all writes took.",
        MILLISECOND,
    ),
    (IO_NOW, "Requests under way.", 1.0),
    (
        "node_disk_io_time_seconds_total",
        "Time in which the device was busy.",
        MILLISECOND,
    ),
    (
        "node_disk_io_time_weighted_seconds_total",
        "Time in which the device was busy, times the requests under way.",
        MILLISECOND,
    ),
    ("node_disk_discards_completed_total", "Discards done.", 1.0),
    (
        "node_disk_discards_merged_total",
        "Discards that were joined to others.",
        1.0,
    ),
    (
        "node_disk_discarded_sectors_total",
        "Sectors discarded.",
        1.0,
    ),
    (
        "node_disk_discard_time_seconds_total",
        "Time that all discards took.",
        MILLISECOND,
    ),
    ("node_disk_flush_requests_total", "Flushes done.", 1.0),
    (
        "node_disk_flush_requests_time_seconds_total",
        "Time that all flushes took.",
        MILLISECOND,
    ),
];
/// The one column that is no counter.
const IO_NOW: &str = "node_disk_io_now";

pub(super) struct Disks {
    filter: Filter,
}

/// A line of `/proc/diskstats`.
struct Disk<'a> {
    major: &'a str,
    minor: &'a str,
    name: &'a str,
    values: Vec<f64>,
}

// === impl Disks ===

impl Disks {
    pub(super) fn new(filter: &Filter) -> Self {
        Self {
            filter: filter.clone(),
        }
    }
}

impl Collector for Disks {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.proc("diskstats")?;
        let disks: Vec<_> = text
            .lines()
            .filter_map(disk)
            .filter(|d| self.filter.takes(d.name))
            .collect();
        for (column, (family, help, unit)) in COLUMNS.into_iter().enumerate() {
            let mut rows = if family == IO_NOW {
                page.gauge(family, help)
            } else {
                page.counter(family, help)
            };
            for disk in &disks {
                if let Some(value) = disk.values.get(column) {
                    rows.put(&[("device", disk.name)], value * unit);
                }
            }
        }
        let described: Vec<_> = disks
            .iter()
            .map(|disk| (disk, Properties::read(host, disk.major, disk.minor)))
            .collect();
        put_info(host, &described, page);
        udev::put(host, &described.iter().map(|(d, p)| (d.name, p)), page);
        Ok(())
    }
}

fn put_info(host: &Host, disks: &[(&Disk<'_>, Properties)], page: &mut Page) {
    let mut rows = page.gauge("node_disk_info", "What the device is.");
    for (disk, properties) in disks {
        let queue = host.sys.join("block").join(disk.name.replace('/', "!"));
        let rotational = host::value(&queue.join("queue/rotational")).unwrap_or_else(|| "0".into());
        rows.put(
            &[
                ("device", disk.name),
                ("major", disk.major),
                ("minor", disk.minor),
                ("model", properties.get("ID_MODEL")),
                ("path", properties.get("ID_PATH")),
                ("revision", properties.get("ID_REVISION")),
                ("rotational", &rotational),
                ("serial", properties.serial()),
                ("wwn", properties.get("ID_WWN")),
            ],
            1.0,
        );
    }
}

fn disk(line: &str) -> Option<Disk<'_>> {
    let mut words = line.split_ascii_whitespace();
    let (major, minor, name) = (words.next()?, words.next()?, words.next()?);
    let at = name.as_ptr() as usize - line.as_ptr() as usize + name.len();
    Some(Disk {
        major,
        minor,
        name,
        values: parse::numbers(line.get(at..)?).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_an_old_kernel_has_fewer_columns() {
        let disk = disk("   8       0 cciss/c0d0 1 2 3 4 5 6 7 8 9 10 11").unwrap();
        assert_eq!(
            (disk.major, disk.minor, disk.name),
            ("8", "0", "cciss/c0d0")
        );
        assert_eq!(disk.values.len(), 11);
    }
}
