//! `vmstat`: counters of the memory management, from `/proc/vmstat`.

use regex::Regex;

use super::collector::{CollectError, Collector};
use super::host::Host;
use super::parse;
use crate::exporter::Page;

pub(super) struct Counters {
    fields: Regex,
}

// === impl Counters ===

impl Counters {
    pub(super) fn new(fields: &Regex) -> Self {
        Self {
            fields: fields.clone(),
        }
    }
}

impl Collector for Counters {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.proc("vmstat")?;
        for (name, value) in parse::keyed_lines(&text) {
            if let Ok(value) = value.parse()
                && self.fields.is_match(name)
            {
                page.untyped(format!("node_vmstat_{name}"), "A line of /proc/vmstat.")
                    .set(value);
            }
        }
        Ok(())
    }
}
