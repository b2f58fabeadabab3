//! `selinux`: whether SELinux is there, and whether it enforces.

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

pub(super) struct Selinux;

impl Collector for Selinux {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let current = host::number(&host.sys.join("fs/selinux/enforce"));
        if let Some(current) = current {
            let config = host::read(&host.rooted("/etc/selinux/config")).unwrap_or_default();
            page.gauge(
                "node_selinux_config_mode",
                "The mode to be taken at the next start: -1 off, 0 permissive, 1 enforcing.",
            )
            .set(configured(&config));
            page.gauge(
                "node_selinux_current_mode",
                "The mode now: 0 permissive, 1 enforcing.",
            )
            .set(current);
        }
        page.gauge("node_selinux_enabled", "Whether SELinux is in use.")
            .set(f64::from(u8::from(current.is_some())));
        Ok(())
    }
}

fn configured(text: &str) -> f64 {
    let mode = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("SELINUX="));
    match mode.map(str::trim) {
        Some("enforcing") => 1.0,
        Some("permissive") => 0.0,
        _ => -1.0,
    }
}
