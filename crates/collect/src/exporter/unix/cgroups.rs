//! `cgroups`: the control group controllers, from `/proc/cgroups`.

use super::collector::{CollectError, Collector};
use super::host::Host;
use super::parse;
use crate::exporter::Page;

pub(super) struct Cgroups;

impl Collector for Cgroups {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.proc("cgroups")?;
        let controllers: Vec<(&str, Vec<f64>)> = parse::keyed_lines(&text)
            .filter(|(name, _)| !name.starts_with('#'))
            .map(|(name, rest)| (name, parse::numbers(rest).collect()))
            .collect();
        for (column, family, help) in [
            (1, "node_cgroups_cgroups", "Groups that use the controller."),
            (
                2,
                "node_cgroups_enabled",
                "Whether the controller can be used.",
            ),
        ] {
            let mut rows = page.gauge(family, help);
            for (name, values) in &controllers {
                if let Some(value) = values.get(column) {
                    rows.put(&[("subsys_name", name)], *value);
                }
            }
        }
        Ok(())
    }
}
