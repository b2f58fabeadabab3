//! `watchdog`: the timers that restart a machine which has stopped, from `/sys/class/watchdog`.

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

const NUMBERS: [(&str, &str, &str); 7] = [
    (
        "access_cs0",
        "node_watchdog_access_cs0",
        "Whether the machine may start from its second boot source.",
    ),
    (
        "bootstatus",
        "node_watchdog_bootstatus",
        "What the watchdog knows of the last start.",
    ),
    (
        "fw_version",
        "node_watchdog_fw_version",
        "The version of its firmware.",
    ),
    (
        "nowayout",
        "node_watchdog_nowayout",
        "Whether it cannot be stopped once started.",
    ),
    (
        "pretimeout",
        "node_watchdog_pretimeout_seconds",
        "How long before the end it warns.",
    ),
    (
        "timeleft",
        "node_watchdog_timeleft_seconds",
        "The time left.",
    ),
    (
        "timeout",
        "node_watchdog_timeout_seconds",
        "The time that it waits.",
    ),
];
const TEXTS: [(&str, &str); 5] = [
    ("identity", "identity"),
    ("options", "options"),
    ("pretimeout_governor", "pretimeout_governor"),
    ("state", "state"),
    ("status", "status"),
];

pub(super) struct Watchdogs;

impl Collector for Watchdogs {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let dogs: Vec<_> = host
            .sys_dir("class/watchdog")?
            .into_iter()
            .map(|path| (host::name(&path), path))
            .collect();
        for (file, family, help) in NUMBERS {
            let mut rows = page.gauge(family, help);
            for (name, dir) in &dogs {
                if let Some(value) = host::number(&dir.join(file)) {
                    rows.put(&[("name", name)], value);
                }
            }
        }
        let mut rows = page.gauge("node_watchdog_info", "What the watchdog is.");
        for (name, dir) in &dogs {
            let texts = TEXTS
                .map(|(label, file)| (label, host::value(&dir.join(file)).unwrap_or_default()));
            let labels: Vec<_> = [("name", name.as_str())]
                .into_iter()
                .chain(texts.iter().map(|(l, t)| (*l, t.as_str())))
                .collect();
            rows.put(&labels, 1.0);
        }
        Ok(())
    }
}
