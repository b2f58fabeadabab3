//! `filefd`: open files, from `/proc/sys/fs/file-nr`.

use super::collector::{CollectError, Collector};
use super::host::Host;
use super::parse;
use crate::exporter::Page;

const FILE: &str = "sys/fs/file-nr";

pub(super) struct Files;

impl Collector for Files {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.proc(FILE)?;
        let mut numbers = parse::numbers(&text);
        // Between the two stands a number that has been 0 since Linux 2.6.
        let (Some(allocated), Some(maximum)) = (numbers.next(), numbers.nth(1)) else {
            return Err(host.malformed(FILE, "it has no three numbers"));
        };
        page.gauge("node_filefd_allocated", "Files that are open.")
            .set(allocated);
        page.gauge("node_filefd_maximum", "Files that can be open at most.")
            .set(maximum);
        Ok(())
    }
}
