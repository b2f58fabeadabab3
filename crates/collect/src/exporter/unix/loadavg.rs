//! `loadavg`: the mean length of the run queue, from `/proc/loadavg`.

use super::collector::{CollectError, Collector};
use super::host::Host;
use super::parse;
use crate::exporter::Page;

pub(super) struct Load;

impl Collector for Load {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.proc("loadavg")?;
        let mut numbers = parse::numbers(&text);
        let (Some(one), Some(five), Some(fifteen)) =
            (numbers.next(), numbers.next(), numbers.next())
        else {
            return Err(host.malformed("loadavg", "it has no three numbers"));
        };
        page.gauge("node_load1", "Load averaged over 1 minute.")
            .set(one);
        page.gauge("node_load15", "Load averaged over 15 minutes.")
            .set(fifteen);
        page.gauge("node_load5", "Load averaged over 5 minutes.")
            .set(five);
        Ok(())
    }
}
