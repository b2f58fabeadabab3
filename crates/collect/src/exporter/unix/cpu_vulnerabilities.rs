//! `cpu_vulnerabilities`: the processors' known flaws and what is done against them.

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

pub(super) struct Vulnerabilities;

impl Collector for Vulnerabilities {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let files = host.sys_dir("devices/system/cpu/vulnerabilities")?;
        let mut rows = page.gauge(
            "node_cpu_vulnerabilities_info",
            "Whether the processors have the flaw, and what is done against it.",
        );
        for file in files {
            let text = host::value(&file).unwrap_or_default();
            let (state, mitigation) = state(&text);
            rows.put(
                &[
                    ("codename", &host::name(&file)),
                    ("mitigation", mitigation),
                    ("state", state),
                ],
                1.0,
            );
        }
        Ok(())
    }
}

fn state(text: &str) -> (&'static str, &str) {
    if let Some(mitigation) = text.strip_prefix("Mitigation: ") {
        ("mitigation", mitigation)
    } else if text.starts_with("Not affected") {
        ("not affected", "")
    } else if text.starts_with("Vulnerable") {
        ("vulnerable", "")
    } else {
        ("unknown", "")
    }
}
