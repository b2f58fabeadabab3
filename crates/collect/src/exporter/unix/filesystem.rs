//! `filesystem`: sizes of the mounted file systems, as pid 1 sees them.
//!
//! The mount points come from `<procfs>/1/mountinfo`, so that they are the host's even where this process sees others,
//! and are asked for their sizes below `rootfs_path`. A mount that does not answer in time costs itself alone (`ask`).

mod ask;
mod mounts;

use std::collections::HashSet;

use super::collector::{CollectError, Collector};
use super::config::{Filter, UnixConfig};
use super::host::Host;
use crate::exporter::Page;
use ask::{Answer, Asker};
use mounts::Mount;

pub(super) struct Filesystems {
    types: Filter,
    points: Filter,
    asker: Asker,
}

/// What a family says of a file system that answered.
type Size = fn(&rustix::fs::StatFs) -> f64;

const FAMILIES: [(&str, &str, Size); 5] = [
    (
        "node_filesystem_avail_bytes",
        "Bytes that users without privileges can still take.",
        |s| s.f_bavail as f64 * s.f_bsize as f64,
    ),
    ("node_filesystem_files", "Inodes in all.", |s| {
        s.f_files as f64
    }),
    ("node_filesystem_files_free", "Inodes that are free.", |s| {
        s.f_ffree as f64
    }),
    ("node_filesystem_free_bytes", "Bytes that are free.", |s| {
        s.f_bfree as f64 * s.f_bsize as f64
    }),
    ("node_filesystem_size_bytes", "Bytes in all.", |s| {
        s.f_blocks as f64 * s.f_bsize as f64
    }),
];

// === impl Filesystems ===

impl Filesystems {
    pub(super) fn new(config: &UnixConfig) -> Self {
        Self {
            types: config.fs_types.clone(),
            points: config.mount_points.clone(),
            asker: Asker::new(config.mount_timeout),
        }
    }

    /// The mounts that are chosen, each once.
    fn chosen(&self, host: &Host) -> Result<Vec<Mount>, CollectError> {
        let root = host.root.to_string_lossy();
        // Where /proc hides other users' processes, pid 1's mounts cannot be read; this process' own are the next best.
        let text = host
            .proc("1/mountinfo")
            .or_else(|_| host.proc("self/mountinfo"))?;
        let mut seen = HashSet::new();
        Ok(mounts::read(&text)
            .map(|mount| mount.below(&root))
            .filter(|m| self.points.takes(&m.point) && self.types.takes(&m.kind))
            .filter(|m| seen.insert((m.device.clone(), m.point.clone(), m.kind.clone())))
            .collect())
    }
}

impl Collector for Filesystems {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let mounts = self.chosen(host)?;
        let paths: Vec<_> = mounts.iter().map(|m| host.rooted(&m.point)).collect();
        let answers = self.asker.ask(&paths);
        put(page, &mounts, &answers);
        Ok(())
    }
}

fn put(page: &mut Page, mounts: &[Mount], answers: &[Answer]) {
    let told: Vec<_> = mounts
        .iter()
        .zip(answers)
        .map(|(mount, answer)| {
            let error = answer.as_ref().err().map_or("", String::as_str);
            let labels = [
                ("device", mount.device.as_str()),
                ("device_error", error),
                ("fstype", mount.kind.as_str()),
                ("mountpoint", mount.point.as_str()),
            ];
            (mount, answer, labels)
        })
        .collect();
    let mut rows = page.gauge(
        "node_filesystem_device_error",
        "Whether the file system's sizes cannot be had.",
    );
    for (_, answer, labels) in &told {
        rows.put(labels, f64::from(u8::from(answer.is_err())));
    }
    let mut rows = page.gauge(
        "node_filesystem_readonly",
        "Whether the file system cannot be written to.",
    );
    for (mount, _, labels) in &told {
        rows.put(labels, f64::from(u8::from(mount.readonly)));
    }
    for (family, help, size) in FAMILIES {
        let mut rows = page.gauge(family, help);
        for (_, answer, labels) in &told {
            if let Ok(sizes) = answer {
                rows.put(labels, size(sizes));
            }
        }
    }
    let mut rows = page.gauge(
        "node_filesystem_mount_info",
        "The device number behind each mount point.",
    );
    for (mount, answer, _) in &told {
        if answer.is_ok() {
            rows.put(
                &[
                    ("device", &mount.device),
                    ("major", &mount.major),
                    ("minor", &mount.minor),
                    ("mountpoint", &mount.point),
                ],
                1.0,
            );
        }
    }
}
