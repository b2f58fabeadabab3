//! `nvme`: the NVMe controllers, from `/sys/class/nvme`.

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

pub(super) struct Controllers;

impl Collector for Controllers {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let controllers = host.sys_dir("class/nvme")?;
        let mut rows = page.gauge("node_nvme_info", "What the controller is.");
        for dir in controllers {
            let text = |file: &str| host::value(&dir.join(file)).unwrap_or_default();
            rows.put(
                &[
                    ("cntlid", &text("cntlid")),
                    ("device", &host::name(&dir)),
                    ("firmware_revision", &text("firmware_rev")),
                    ("model", &text("model")),
                    ("serial", &text("serial")),
                    ("state", &text("state")),
                ],
                1.0,
            );
        }
        Ok(())
    }
}
