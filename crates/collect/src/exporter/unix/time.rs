//! `time`: the clock, the time zone, and the clock sources that the kernel knows.

mod zone;

use std::time::{SystemTime, UNIX_EPOCH};

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

pub(super) struct Time;

impl Collector for Time {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0.0, |d| d.as_secs_f64());
        put_sources(host, page);
        page.gauge("node_time_seconds", "The clock, in Unix time.")
            .set(now);
        let zone = zone::local(now);
        page.gauge(
            "node_time_zone_offset_seconds",
            "How far local time is ahead of UTC.",
        )
        .put(&[("time_zone", &zone.name)], f64::from(zone.offset));
        Ok(())
    }
}

fn put_sources(host: &Host, page: &mut Page) {
    const PREFIX: &str = "clocksource";
    let Ok(devices) = host.sys_dir("devices/system/clocksource") else {
        return;
    };
    let devices: Vec<_> = devices
        .iter()
        .filter_map(|path| {
            let device = host::name(path).strip_prefix(PREFIX)?.to_owned();
            Some((
                device,
                host::value(&path.join("available_clocksource"))?,
                host::value(&path.join("current_clocksource"))?,
            ))
        })
        .collect();
    let mut rows = page.gauge(
        "node_time_clocksource_available_info",
        "Clock sources that the kernel could use.",
    );
    for (device, available, _) in &devices {
        for source in available.split_ascii_whitespace() {
            rows.put(&[("clocksource", source), ("device", device)], 1.0);
        }
    }
    let mut rows = page.gauge(
        "node_time_clocksource_current_info",
        "The clock source that the kernel uses.",
    );
    for (device, _, current) in &devices {
        rows.put(&[("clocksource", current), ("device", device)], 1.0);
    }
}
