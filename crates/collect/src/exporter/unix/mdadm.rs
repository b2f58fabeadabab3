//! `mdadm`: the state of software RAID arrays, from `/proc/mdstat` and `/sys/block/md*`.

mod mdstat;

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;
use mdstat::{Array, STATES};

pub(super) struct Arrays;

type Number = fn(&Array) -> f64;

const NUMBERS: [(&str, &str, Number); 3] = [
    ("node_md_blocks", "Blocks of the array.", |a| a.blocks),
    ("node_md_blocks_synced", "Blocks that are in step.", |a| {
        a.synced
    }),
    (
        "node_md_disks_required",
        "Disks that the array should have.",
        |a| a.required,
    ),
];

impl Collector for Arrays {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let arrays = mdstat::read(&host.proc("mdstat")?);
        for (family, help, number) in NUMBERS {
            let mut rows = page.gauge(family, help);
            for array in &arrays {
                rows.put(&[("device", &array.name)], number(array));
            }
        }
        let mut rows = page.gauge(
            "node_md_disks",
            "Disks of the array, by what they are doing.",
        );
        for array in &arrays {
            let disks = [
                ("active", array.active),
                ("failed", array.failed),
                ("spare", array.spare),
            ];
            for (state, count) in disks {
                rows.put(&[("device", &array.name), ("state", state)], count);
            }
        }
        let mut rows = page.gauge("node_md_state", "Whether the array is in this state.");
        for array in &arrays {
            for state in STATES {
                let is = f64::from(u8::from(array.state == state));
                rows.put(&[("device", &array.name), ("state", state)], is);
            }
        }
        for (file, family, help) in [
            (
                "degraded",
                "node_md_degraded",
                "Disks that the array lacks.",
            ),
            (
                "raid_disks",
                "node_md_raid_disks",
                "Disks that the array is made for.",
            ),
        ] {
            let mut rows = page.gauge(family, help);
            for array in &arrays {
                let path = host
                    .sys
                    .join("block")
                    .join(&array.name)
                    .join("md")
                    .join(file);
                if let Some(value) = host::number(&path) {
                    rows.put(&[("device", &array.name)], value);
                }
            }
        }
        Ok(())
    }
}
