//! What udev knows of a block device: `/run/udev/data/bMAJOR:MINOR`.

use super::super::host::{self, Host};
use crate::exporter::Page;

/// The properties of one device; empty where udev knows nothing.
#[derive(Debug, Default)]
pub(super) struct Properties(String);

/// Families of ATA disks and the properties that fill them.
const ATA: [(&str, &str, &str); 3] = [
    (
        "node_disk_ata_rotation_rate_rpm",
        "Turns a minute; 0 without moving parts.",
        "ID_ATA_ROTATION_RATE_RPM",
    ),
    (
        "node_disk_ata_write_cache",
        "Whether the disk has a write cache.",
        "ID_ATA_WRITE_CACHE",
    ),
    (
        "node_disk_ata_write_cache_enabled",
        "Whether the disk's write cache is in use.",
        "ID_ATA_WRITE_CACHE_ENABLED",
    ),
];

// === impl Properties ===

impl Properties {
    pub(super) fn read(host: &Host, major: &str, minor: &str) -> Self {
        Self(host::read(&host.udev.join(format!("b{major}:{minor}"))).unwrap_or_default())
    }

    /// A property's value, `""` where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// The number on the disk's label, from where the kind of disk keeps it.
    pub(super) fn serial(&self) -> &str {
        ["SCSI_IDENT_SERIAL", "ID_SERIAL_SHORT", "ID_SERIAL"]
            .into_iter()
            .map(|name| self.get(name))
            .find(|serial| !serial.is_empty())
            .unwrap_or_default()
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.0.lines().find_map(|line| {
            let (key, value) = line.strip_prefix("E:")?.split_once('=')?;
            (key == name).then_some(value)
        })
    }
}

/// The families that only udev's data fills.
pub(super) fn put<'a>(
    host: &Host,
    disks: &(impl Iterator<Item = (&'a str, &'a Properties)> + Clone),
    page: &mut Page,
) {
    let mut rows = page.gauge(
        "node_disk_filesystem_info",
        "The file system that the device holds.",
    );
    for (device, properties) in disks.clone() {
        let kind = properties.get("ID_FS_TYPE");
        if !kind.is_empty() {
            rows.put(
                &[
                    ("device", device),
                    ("type", kind),
                    ("usage", properties.get("ID_FS_USAGE")),
                    ("uuid", properties.get("ID_FS_UUID")),
                    ("version", properties.get("ID_FS_VERSION")),
                ],
                1.0,
            );
        }
    }
    let mapped = disks
        .clone()
        .filter(|(_, properties)| !properties.get("DM_NAME").is_empty());
    let mut rows = page.gauge(
        "node_disk_device_mapper_info",
        "What the device mapper made of the device.",
    );
    for (device, properties) in mapped.clone() {
        rows.put(
            &[
                ("device", device),
                ("lv_layer", properties.get("DM_LV_LAYER")),
                ("lv_name", properties.get("DM_LV_NAME")),
                ("name", properties.get("DM_NAME")),
                ("uuid", properties.get("DM_UUID")),
                ("vg_name", properties.get("DM_VG_NAME")),
            ],
            1.0,
        );
    }
    let mut rows = page.gauge(
        "node_disk_device_mapper_backing_device_info",
        "Devices that the device mapper's device lies on.",
    );
    for (device, _) in mapped {
        let slaves = host.sys_dir(&format!("block/{device}/slaves"));
        for backing in slaves.unwrap_or_default() {
            let backing = host::name(&backing);
            rows.put(&[("backing_device", &backing), ("device", device)], 1.0);
        }
    }
    for (family, help, property) in ATA {
        let mut rows = page.gauge(family, help);
        for (device, properties) in disks.clone() {
            if let Ok(value) = properties.get(property).parse()
                && !properties.get("ID_ATA").is_empty()
            {
                rows.put(&[("device", device)], value);
            }
        }
    }
}
