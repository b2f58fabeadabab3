//! `powersupplyclass`: batteries and mains adapters, from `/sys/class/power_supply`.

use std::path::PathBuf;

use regex::Regex;

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

const MICRO: f64 = 1e-6;
/// Temperatures are in tenths of a degree.
const TENTH: f64 = 0.1;

/// Attributes that are numbers: file, what the family's name adds, what one is worth.
const NUMBERS: [(&str, &str, f64); 40] = [
    ("authentic", "authentic", 1.0),
    ("calibrate", "calibrate", 1.0),
    ("capacity", "capacity", 1.0),
    ("capacity_alert_max", "capacity_alert_max", 1.0),
    ("capacity_alert_min", "capacity_alert_min", 1.0),
    ("charge_control_limit", "charge_control_limit", 1.0),
    ("charge_control_limit_max", "charge_control_limit_max", 1.0),
    ("charge_counter", "charge_counter", 1.0),
    ("charge_empty", "charge_empty", MICRO),
    ("charge_empty_design", "charge_empty_design", MICRO),
    ("charge_full", "charge_ampere_full", MICRO),
    ("charge_full_design", "charge_full_design_ampere", MICRO),
    ("charge_now", "charge_ampere", MICRO),
    ("charge_term_current", "charge_term_current", MICRO),
    ("constant_charge_current", "constant_charge_current", MICRO),
    (
        "constant_charge_current_max",
        "constant_charge_current_max",
        MICRO,
    ),
    ("constant_charge_voltage", "constant_charge_voltage", MICRO),
    (
        "constant_charge_voltage_max",
        "constant_charge_voltage_max",
        MICRO,
    ),
    ("current_avg", "current_avg", MICRO),
    ("current_boot", "current_boot", MICRO),
    ("current_max", "current_max", MICRO),
    ("current_now", "current_ampere", MICRO),
    ("cyclecount", "cyclecount", 1.0),
    ("energy_empty", "energy_empty", MICRO),
    ("energy_full", "energy_full", MICRO),
    ("energy_full_design", "energy_full_design", MICRO),
    ("energy_now", "energy_watthour", MICRO),
    ("online", "online", 1.0),
    ("power_now", "power_watt", MICRO),
    ("precharge_current", "precharge_current", MICRO),
    ("present", "present", 1.0),
    ("temp", "temp_celsius", TENTH),
    ("temp_ambient", "temp_ambient_celsius", TENTH),
    ("time_to_empty_now", "time_to_empty_seconds", 1.0),
    ("time_to_full_now", "time_to_full_seconds", 1.0),
    ("voltage_avg", "voltage_avg", MICRO),
    ("voltage_max", "voltage_max", MICRO),
    ("voltage_min_design", "voltage_min_design", MICRO),
    ("voltage_now", "voltage_volt", MICRO),
    ("voltage_ocv", "voltage_ocv", MICRO),
];

/// Attributes that are text: label and file.
const TEXTS: [(&str, &str); 10] = [
    ("capacity_level", "capacity_level"),
    ("charge_type", "charge_type"),
    ("health", "health"),
    ("manufacturer", "manufacturer"),
    ("model_name", "model_name"),
    ("serial_number", "serial_number"),
    ("status", "status"),
    ("technology", "technology"),
    ("type", "type"),
    ("usb_type", "usb_type"),
];

pub(super) struct Supplies {
    ignored: Option<Regex>,
}

// === impl Supplies ===

impl Supplies {
    pub(super) fn new(ignored: Option<&Regex>) -> Self {
        Self {
            ignored: ignored.cloned(),
        }
    }
}

impl Collector for Supplies {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let supplies: Vec<(String, PathBuf)> = host
            .sys_dir("class/power_supply")?
            .into_iter()
            .map(|path| (host::name(&path), path))
            .filter(|(name, _)| !self.ignored.as_ref().is_some_and(|p| p.is_match(name)))
            .collect();
        for (file, name, unit) in NUMBERS {
            let mut rows = page.gauge(
                format!("node_power_supply_{name}"),
                "A number that the power supply tells.",
            );
            for (supply, dir) in &supplies {
                if let Some(value) = host::number(&dir.join(file)) {
                    rows.put(&[("power_supply", supply)], value * unit);
                }
            }
        }
        let mut rows = page.gauge("node_power_supply_info", "What the power supply is.");
        for (supply, dir) in &supplies {
            let texts: Vec<(&str, String)> = TEXTS
                .into_iter()
                .filter_map(|(label, file)| Some((label, host::value(&dir.join(file))?)))
                .filter(|(_, text)| !text.is_empty())
                .collect();
            let labels: Vec<_> = [("power_supply", supply.as_str())]
                .into_iter()
                .chain(texts.iter().map(|(l, t)| (*l, t.as_str())))
                .collect();
            rows.put(&labels, 1.0);
        }
        Ok(())
    }
}
