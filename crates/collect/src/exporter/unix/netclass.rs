//! `netclass`: what each network interface is, from `/sys/class/net`.
//!
//! `/sys` shows the interfaces of the network in which it was mounted: mount the host's to see the host's.

use regex::Regex;

use super::collector::{CollectError, Collector};
use super::host::{self, Attributes, Host};
use crate::exporter::Page;

/// Attributes that are numbers: file, family, help.
const NUMBERS: [(&str, &str, &str); 15] = [
    (
        "addr_assign_type",
        "node_network_address_assign_type",
        "How the hardware address came about.",
    ),
    (
        "carrier",
        "node_network_carrier",
        "Whether there is a signal on the wire.",
    ),
    (
        "carrier_changes",
        "node_network_carrier_changes_total",
        "Times that the signal came or went.",
    ),
    (
        "carrier_down_count",
        "node_network_carrier_down_changes_total",
        "Times that the signal went.",
    ),
    (
        "carrier_up_count",
        "node_network_carrier_up_changes_total",
        "Times that the signal came.",
    ),
    (
        "dev_id",
        "node_network_device_id",
        "Tells interfaces apart that share a hardware address.",
    ),
    (
        "dormant",
        "node_network_dormant",
        "Whether the interface waits for another party.",
    ),
    (
        "flags",
        "node_network_flags",
        "The interface's flags, as a number.",
    ),
    (
        "ifindex",
        "node_network_iface_id",
        "The interface's number.",
    ),
    (
        "iflink",
        "node_network_iface_link",
        "The number of the interface that it goes through.",
    ),
    (
        "link_mode",
        "node_network_iface_link_mode",
        "Who decides that the link is up.",
    ),
    ("mtu", "node_network_mtu_bytes", "The longest packet."),
    (
        "name_assign_type",
        "node_network_name_assign_type",
        "How the name came about.",
    ),
    (
        "netdev_group",
        "node_network_net_dev_group",
        "The group that the interface is in.",
    ),
    (
        "type",
        "node_network_protocol_type",
        "The kind of hardware, as ARP numbers it.",
    ),
];
/// The flag of an interface that is switched on.
const IFF_UP: u64 = 1;
/// `speed` is in Mbit/s.
const BYTES_PER_MEGABIT: f64 = 125_000.0;

pub(super) struct Interfaces {
    ignored: Option<Regex>,
    ignore_invalid_speed: bool,
}

// === impl Interfaces ===

impl Interfaces {
    pub(super) fn new(ignored: Option<&Regex>, ignore_invalid_speed: bool) -> Self {
        Self {
            ignored: ignored.cloned(),
            ignore_invalid_speed,
        }
    }
}

impl Collector for Interfaces {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let devices: Vec<(String, Attributes)> = host
            .sys_dir("class/net")?
            .into_iter()
            .map(|path| (host::name(&path), path))
            .filter(|(name, _)| !self.ignored.as_ref().is_some_and(|p| p.is_match(name)))
            // Beside the interfaces there are files of the bonding driver.
            .filter_map(|(name, path)| Some((name, Attributes::open(&path)?)))
            .collect();
        put_info(&devices, page);
        for (file, family, help) in NUMBERS {
            let mut rows = if family.ends_with("_total") {
                page.counter(family, help)
            } else {
                page.gauge(family, help)
            };
            for (device, attributes) in &devices {
                if let Some(value) = attributes.number(file) {
                    rows.put(&[("device", device)], value);
                }
            }
        }
        let mut rows = page.gauge("node_network_speed_bytes", "Bytes per second on the wire.");
        for (device, attributes) in &devices {
            if let Some(speed) = attributes.number("speed")
                && (speed >= 0.0 || !self.ignore_invalid_speed)
            {
                rows.put(&[("device", device)], speed * BYTES_PER_MEGABIT);
            }
        }
        let mut rows = page.gauge(
            "node_network_transmit_queue_length",
            "Packets that can wait to be sent.",
        );
        for (device, attributes) in &devices {
            if let Some(length) = attributes.number("tx_queue_len") {
                rows.put(&[("device", device)], length);
            }
        }
        Ok(())
    }
}

fn put_info(devices: &[(String, Attributes)], page: &mut Page) {
    let mut rows = page.gauge("node_network_info", "What the interface is.");
    let mut states = Vec::new();
    for (device, attributes) in devices {
        let text = |file: &str| attributes.value(file).unwrap_or_default();
        let flags = text("flags");
        let flags = u64::from_str_radix(flags.trim_start_matches("0x"), 16).unwrap_or_default();
        let operstate = text("operstate");
        rows.put(
            &[
                ("address", &text("address")),
                (
                    "adminstate",
                    if flags & IFF_UP == 0 { "down" } else { "up" },
                ),
                ("broadcast", &text("broadcast")),
                ("device", device),
                ("duplex", &text("duplex")),
                ("ifalias", &text("ifalias")),
                ("operstate", &operstate),
            ],
            1.0,
        );
        states.push((device, operstate == "up"));
    }
    let mut rows = page.gauge("node_network_up", "Whether the interface is up.");
    for (device, up) in states {
        rows.put(&[("device", device)], f64::from(u8::from(up)));
    }
}
