//! `bonding`: how many links each bond has, and how many of them are up.

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

pub(super) struct Bonds;

impl Collector for Bonds {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let class = host.sys.join("class/net");
        let masters = host::read(&class.join("bonding_masters"))?;
        let bonds: Vec<_> = masters
            .split_ascii_whitespace()
            .map(|master| {
                let dir = class.join(master);
                let slaves = host::value(&dir.join("bonding/slaves")).unwrap_or_default();
                let states: Vec<bool> = slaves
                    .split_ascii_whitespace()
                    // Older kernels call the link slave_NAME.
                    .filter_map(|slave| {
                        ["lower", "slave"].into_iter().find_map(|prefix| {
                            host::value(
                                &dir.join(format!("{prefix}_{slave}/bonding_slave/mii_status")),
                            )
                        })
                    })
                    .map(|status| status == "up")
                    .collect();
                (master, states)
            })
            .collect();
        let mut rows = page.gauge("node_bonding_active", "Links of the bond that are up.");
        for (master, states) in &bonds {
            let up = states.iter().filter(|up| **up).count();
            rows.put(&[("master", master)], up as f64);
        }
        let mut rows = page.gauge("node_bonding_slaves", "Links of the bond.");
        for (master, states) in &bonds {
            rows.put(&[("master", master)], states.len() as f64);
        }
        Ok(())
    }
}
