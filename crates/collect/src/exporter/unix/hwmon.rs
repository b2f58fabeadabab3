//! `hwmon`: temperatures, fans, voltages and the like, from `/sys/class/hwmon`.

mod sensor;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use outpost_model::MetricType;

use super::collector::{CollectError, Collector};
use super::config::Filter;
use super::host::{self, Host};
use crate::exporter::Page;
use sensor::clean;

pub(super) struct Chips {
    filter: Filter,
}

/// A value that a family takes, with the chip and the sensor that told it.
struct Reading {
    chip: String,
    sensor: String,
    value: f64,
}

type Families = BTreeMap<(String, bool), Vec<Reading>>;

// === impl Chips ===

impl Chips {
    pub(super) fn new(filter: &Filter) -> Self {
        Self {
            filter: filter.clone(),
        }
    }
}

impl Collector for Chips {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let chips: Vec<(PathBuf, String)> = host
            .sys_dir("class/hwmon")?
            .into_iter()
            .filter(|dir| dir.is_dir())
            .map(|dir| {
                let name = chip_name(&dir);
                (dir, name)
            })
            .filter(|(_, name)| self.filter.takes(name))
            .collect();
        let mut families = Families::new();
        let mut labels = Vec::new();
        for (dir, chip) in &chips {
            for (sensor, parts) in sensor::read(dir) {
                if let Some(label) = parts.get("label") {
                    labels.push((chip.clone(), sensor.clone(), label.clone()));
                }
                for (family, counter, value) in sensor::readings(&sensor, &parts) {
                    families
                        .entry((family, counter))
                        .or_default()
                        .push(Reading {
                            chip: chip.clone(),
                            sensor: sensor.clone(),
                            value,
                        });
                }
            }
        }
        put(&chips, &labels, &families, page);
        Ok(())
    }
}

fn put(
    chips: &[(PathBuf, String)],
    labels: &[(String, String, String)],
    families: &Families,
    page: &mut Page,
) {
    let mut rows = page.gauge("node_hwmon_chip_names", "What the chip calls itself.");
    for (dir, chip) in chips {
        if let Some(name) = host::value(&dir.join("name")) {
            rows.put(&[("chip", chip), ("chip_name", &clean(&name))], 1.0);
        }
    }
    let mut rows = page.gauge("node_hwmon_sensor_label", "What the chip calls the sensor.");
    for (chip, sensor, label) in labels {
        rows.put(&[("chip", chip), ("label", label), ("sensor", sensor)], 1.0);
    }
    for ((family, counter), readings) in families {
        let kind = if *counter {
            MetricType::Counter
        } else {
            MetricType::Gauge
        };
        let mut rows = page.family(family.clone(), kind, "A reading of the hardware's sensors.");
        for reading in readings {
            rows.put(
                &[("chip", &reading.chip), ("sensor", &reading.sensor)],
                reading.value,
            );
        }
    }
}

/// A name that stays: where the chip is, else what it calls itself, else its number.
fn chip_name(dir: &Path) -> String {
    if let Ok(device) = dir.join("device").canonicalize() {
        let name = clean(&host::name(&device));
        let kind = device.parent().map(|p| clean(&host::name(p)));
        match kind {
            Some(kind) if !kind.is_empty() && !name.is_empty() => return format!("{kind}_{name}"),
            _ if !name.is_empty() => return name,
            _ => {}
        }
    }
    host::value(&dir.join("name"))
        .map(|name| clean(&name))
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| clean(&host::name(dir)))
}
