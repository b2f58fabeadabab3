//! `thermal_zone`: temperatures and what cools, from `/sys/class/thermal`.

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

/// `/sys` tells thousandths of a degree.
const MILLIDEGREE: f64 = 1e-3;

pub(super) struct Zones;

impl Collector for Zones {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let entries: Vec<_> = host
            .sys_dir("class/thermal")?
            .into_iter()
            .map(|path| (host::name(&path), path))
            .collect();
        let of = |prefix: &'static str| {
            entries
                .iter()
                .filter_map(move |(name, path)| Some((name.strip_prefix(prefix)?, path)))
        };
        for (file, family, help) in [
            (
                "cur_state",
                "node_cooling_device_cur_state",
                "How much the device cools.",
            ),
            (
                "max_state",
                "node_cooling_device_max_state",
                "How much the device can cool.",
            ),
        ] {
            let mut rows = page.gauge(family, help);
            for (name, path) in of("cooling_device") {
                if let Some(value) = host::number(&path.join(file)) {
                    let kind = host::value(&path.join("type")).unwrap_or_default();
                    rows.put(&[("name", name), ("type", &kind)], value);
                }
            }
        }
        let mut rows = page.gauge(
            "node_thermal_zone_temp",
            "The zone's temperature in Celsius.",
        );
        for (zone, path) in of("thermal_zone") {
            if let Some(value) = host::number(&path.join("temp")) {
                let kind = host::value(&path.join("type")).unwrap_or_default();
                rows.put(&[("type", &kind), ("zone", zone)], value * MILLIDEGREE);
            }
        }
        Ok(())
    }
}
