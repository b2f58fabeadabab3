//! The files of one chip: `temp1_input`, `fan2_alarm`, … and what they mean (the kernel's hwmon sysfs interface).

use std::collections::BTreeMap;
use std::path::Path;

use super::super::host;

/// What sensors there are.
const KINDS: [&str; 14] = [
    "vrm",
    "beep_enable",
    "update_interval",
    "in",
    "cpu",
    "fan",
    "pwm",
    "temp",
    "curr",
    "power",
    "energy",
    "humidity",
    "intrusion",
    "freq",
];

/// A sensor's files by what follows its name: `input`, `label`, `""`, …
pub(super) type Parts = BTreeMap<String, String>;

/// The sensors of the chip in `dir`, and of the device that it belongs to.
pub(super) fn read(dir: &Path) -> BTreeMap<String, Parts> {
    let mut sensors: BTreeMap<String, Parts> = BTreeMap::new();
    for dir in [dir.to_owned(), dir.join("device")] {
        for file in host::list(&dir).unwrap_or_default() {
            let name = host::name(&file);
            let Some((kind, number, part)) = explode(&name) else {
                continue;
            };
            if let Some(value) = host::value(&file) {
                sensors
                    .entry(format!("{kind}{number}"))
                    .or_default()
                    .insert(part.to_owned(), value);
            }
        }
    }
    sensors
}

/// `temp1_input` is kind `temp`, number 1, part `input`.
fn explode(file: &str) -> Option<(&str, u32, &str)> {
    if let Some(kind) = KINDS.into_iter().find(|kind| *kind == file) {
        return Some((kind, 0, ""));
    }
    let digit = file.find(|c: char| c.is_ascii_digit())?;
    let (kind, rest) = file.split_at(digit);
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (number, rest) = rest.split_at(end);
    let part = match rest {
        "" => "",
        _ => rest.strip_prefix('_')?,
    };
    let kind = KINDS.into_iter().find(|known| *known == kind)?;
    Some((kind, number.parse().ok()?, part))
}

/// The families that a sensor's parts fill: name, whether it only goes up, value.
pub(super) fn readings(sensor: &str, parts: &Parts) -> Vec<(String, bool, f64)> {
    let Some((kind, _, _)) =
        explode(sensor.strip_suffix('0').unwrap_or(sensor)).or(explode(sensor))
    else {
        return Vec::new();
    };
    parts
        .iter()
        .filter(|(part, _)| *part != "label")
        .filter_map(|(part, text)| reading(kind, part, text, parts))
        .collect()
}

fn reading(kind: &str, part: &str, text: &str, parts: &Parts) -> Option<(String, bool, f64)> {
    match kind {
        "beep_enable" => {
            let on = f64::from(u8::from(text == "1"));
            return Some(("node_hwmon_beep_enabled".to_owned(), false, on));
        }
        "vrm" => {
            let name = "node_hwmon_voltage_regulator_version".to_owned();
            return Some((name, false, text.parse().ok()?));
        }
        "update_interval" => {
            let name = "node_hwmon_update_interval_seconds".to_owned();
            return Some((name, false, text.parse::<f64>().ok()? * MILLI));
        }
        _ => {}
    }
    let value: f64 = text.parse().ok()?;
    let mut name = format!("node_hwmon_{kind}");
    match part {
        // The reading itself, unless a file without a part holds it.
        "input" if !parts.contains_key("") => {}
        "" => {}
        _ => {
            name.push('_');
            name.push_str(&clean(part));
        }
    }
    let (unit, scale) = unit(kind, part);
    Some((
        name + unit,
        kind == "energy" && unit == "_joule_total",
        value * scale,
    ))
}

const MILLI: f64 = 1e-3;
const MICRO: f64 = 1e-6;

/// What a name ends in, and what one is worth in that unit.
fn unit(kind: &str, part: &str) -> (&'static str, f64) {
    match (kind, part) {
        (_, "beep") => ("_enabled", 1.0),
        (_, "fault" | "alarm") | ("temp", "type") => ("", 1.0),
        ("in" | "cpu", _) => ("_volts", MILLI),
        ("temp", _) => ("_celsius", MILLI),
        ("curr", _) => ("_amps", MILLI),
        ("energy", _) => ("_joule_total", MICRO),
        ("power", "accuracy") | ("humidity", _) => ("", MICRO),
        ("power", "average_interval" | "average_interval_min" | "average_interval_max") => {
            ("_seconds", MILLI)
        }
        ("power", _) => ("_watt", MICRO),
        ("fan", "input" | "min" | "max" | "target") => ("_rpm", 1.0),
        ("freq", "input") => ("_freq_mhz", MICRO),
        _ => ("", 1.0),
    }
}

/// A name as metric names go: lower case, anything odd an underscore.
pub(super) fn clean(name: &str) -> String {
    let lower = name.to_lowercase();
    let cleaned: String = lower
        .chars()
        .map(|c| match c {
            'a'..='z' | '0'..='9' | ':' | '_' => c,
            _ => '_',
        })
        .collect();
    cleaned.trim_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(sensor: &str, parts: &[(&str, &str)]) -> Vec<(String, f64)> {
        let parts = parts
            .iter()
            .map(|(p, v)| ((*p).to_owned(), (*v).to_owned()))
            .collect();
        readings(sensor, &parts)
            .into_iter()
            .map(|(name, _, value)| (name, value))
            .collect()
    }

    #[test]
    fn units_follow_the_kind_of_sensor() {
        assert_eq!(
            told(
                "temp1",
                &[("input", "55000"), ("crit_alarm", "0"), ("label", "Core 0")]
            ),
            [
                ("node_hwmon_temp_crit_alarm_celsius".to_owned(), 0.0),
                ("node_hwmon_temp_celsius".to_owned(), 55.0)
            ]
        );
        assert_eq!(
            told("fan2", &[("input", "1098"), ("alarm", "1")]),
            [
                ("node_hwmon_fan_alarm".to_owned(), 1.0),
                ("node_hwmon_fan_rpm".to_owned(), 1098.0)
            ]
        );
        assert_eq!(
            told("power1", &[("average", "5000000"), ("input", "broken")]),
            [("node_hwmon_power_average_watt".to_owned(), 5.0)]
        );
        assert_eq!(
            told("pwm1", &[("", "130"), ("input", "7")]),
            [
                ("node_hwmon_pwm".to_owned(), 130.0),
                ("node_hwmon_pwm_input".to_owned(), 7.0)
            ]
        );
    }

    #[test]
    fn files_of_other_names_are_no_sensors() {
        assert_eq!(explode("temp1_input"), Some(("temp", 1, "input")));
        assert_eq!(explode("pwm3"), Some(("pwm", 3, "")));
        assert_eq!(explode("vrm"), Some(("vrm", 0, "")));
        assert_eq!(explode("uevent"), None);
        assert_eq!(explode("temp1input"), None);
        assert_eq!(clean("Core i7: 0!"), "core_i7:_0");
    }
}
