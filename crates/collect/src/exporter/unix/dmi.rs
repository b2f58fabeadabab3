//! `dmi`: which machine this is, from `/sys/class/dmi/id`.

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

/// Labels, each filled by the file of its name but for the vendor's. Serial numbers are root's to read.
const LABELS: [(&str, &str); 20] = [
    ("bios_date", "bios_date"),
    ("bios_release", "bios_release"),
    ("bios_vendor", "bios_vendor"),
    ("bios_version", "bios_version"),
    ("board_asset_tag", "board_asset_tag"),
    ("board_name", "board_name"),
    ("board_serial", "board_serial"),
    ("board_vendor", "board_vendor"),
    ("board_version", "board_version"),
    ("chassis_asset_tag", "chassis_asset_tag"),
    ("chassis_serial", "chassis_serial"),
    ("chassis_vendor", "chassis_vendor"),
    ("chassis_version", "chassis_version"),
    ("product_family", "product_family"),
    ("product_name", "product_name"),
    ("product_serial", "product_serial"),
    ("product_sku", "product_sku"),
    ("product_uuid", "product_uuid"),
    ("product_version", "product_version"),
    ("system_vendor", "sys_vendor"),
];

pub(super) struct Machine;

impl Collector for Machine {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let dir = host.sys.join("class/dmi/id");
        let values: Vec<(&str, String)> = LABELS
            .into_iter()
            .filter_map(|(label, file)| Some((label, host::value(&dir.join(file))?)))
            .collect();
        if values.is_empty() {
            return Err(CollectError::NoData);
        }
        let labels: Vec<_> = values.iter().map(|(l, v)| (*l, v.as_str())).collect();
        page.gauge("node_dmi_info", "What the firmware says of the machine.")
            .put(&labels, 1.0);
        Ok(())
    }
}
