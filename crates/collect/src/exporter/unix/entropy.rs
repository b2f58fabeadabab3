//! `entropy`: how much the kernel's random numbers rest on.

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

pub(super) struct Entropy;

impl Collector for Entropy {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let dir = host.proc.join("sys/kernel/random");
        let available = host::number(&dir.join("entropy_avail")).ok_or(CollectError::NoData)?;
        page.gauge("node_entropy_available_bits", "Bits of entropy at hand.")
            .set(available);
        if let Some(size) = host::number(&dir.join("poolsize")) {
            page.gauge("node_entropy_pool_size_bits", "Bits that the pool holds.")
                .set(size);
        }
        Ok(())
    }
}
