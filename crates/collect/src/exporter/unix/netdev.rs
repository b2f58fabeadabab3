//! `netdev`: what each network interface has moved, from the host's `/proc/net/dev`.
//!
//! The file folds some of the kernel's counters together just as node_exporter does over netlink: dropped holds missed,
//! frame holds length, overrun and CRC errors. Packets without a handler are only in `/sys`.

use super::collector::{CollectError, Collector};
use super::config::Filter;
use super::host::{self, Host};
use super::parse;
use crate::exporter::Page;

/// The columns of `/proc/net/dev`, left to right.
const COLUMNS: [&str; 16] = [
    "receive_bytes",
    "receive_packets",
    "receive_errs",
    "receive_drop",
    "receive_fifo",
    "receive_frame",
    "receive_compressed",
    "receive_multicast",
    "transmit_bytes",
    "transmit_packets",
    "transmit_errs",
    "transmit_drop",
    "transmit_fifo",
    "transmit_colls",
    "transmit_carrier",
    "transmit_compressed",
];

pub(super) struct Interfaces {
    filter: Filter,
    families: [String; COLUMNS.len()],
}

/// A line of `/proc/net/dev`.
#[derive(Debug, PartialEq)]
struct Interface<'a> {
    name: &'a str,
    values: [f64; COLUMNS.len()],
}

// === impl Interfaces ===

impl Interfaces {
    pub(super) fn new(filter: &Filter) -> Self {
        Self {
            filter: filter.clone(),
            families: COLUMNS.map(|column| format!("node_network_{column}_total")),
        }
    }
}

impl Collector for Interfaces {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.net("dev")?;
        let mut interfaces: Vec<_> = interfaces(&text)
            .filter(|i| self.filter.takes(i.name))
            .collect();
        interfaces.sort_by_key(|i| i.name);
        for (column, family) in self.families.iter().enumerate() {
            let mut rows = page.counter(family.clone(), "A column of /proc/net/dev.");
            for interface in &interfaces {
                let value = interface.values.get(column).copied().unwrap_or_default();
                rows.put(&[("device", interface.name)], value);
            }
        }
        let mut rows = page.counter(
            "node_network_receive_nohandler_total",
            "Packets received that nothing was there to take.",
        );
        for interface in &interfaces {
            let path = host
                .sys
                .join("class/net")
                .join(interface.name)
                .join("statistics/rx_nohandler");
            if let Some(value) = host::number(&path) {
                rows.put(&[("device", interface.name)], value);
            }
        }
        Ok(())
    }
}

/// The interfaces of a `/proc/net/dev`. A line with too few columns is left out.
fn interfaces(text: &str) -> impl Iterator<Item = Interface<'_>> {
    text.lines().skip(2).filter_map(|line| {
        // An alias (`eth0:1`) has a colon of its own.
        let (name, rest) = line.rsplit_once(':')?;
        let mut values = [0.0; COLUMNS.len()];
        let mut numbers = parse::numbers(rest);
        for value in &mut values {
            *value = numbers.next()?;
        }
        Some(Interface {
            name: name.trim(),
            values,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_even_where_no_blank_follows_the_name() {
        let text = "Inter-|   Receive\n face |bytes\n\
            eth0:1:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 18446744073709551615\n  lo: 1 2\n";
        let found: Vec<_> = interfaces(text).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "eth0:1");
        assert_eq!(found[0].values[..2], [1.0, 2.0]);
        assert_eq!(found[0].values[15..], [18_446_744_073_709_551_615.0]);
    }
}
