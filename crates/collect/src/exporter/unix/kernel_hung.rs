//! `kernel_hung`: tasks that the kernel found stuck.

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

pub(super) struct Hung;

impl Collector for Hung {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let path = host.proc.join("sys/kernel/hung_task_detect_count");
        let count = host::number(&path).ok_or(CollectError::NoData)?;
        page.counter(
            "node_kernel_hung_tasks_total",
            "Tasks that were found to hang.",
        )
        .set(count);
        Ok(())
    }
}
