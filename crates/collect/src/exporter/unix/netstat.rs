//! `netstat`: the counters of the network protocols, from the host's `/proc/net/{netstat,snmp,snmp6}`.

use std::collections::BTreeMap;

use regex::Regex;

use super::collector::{CollectError, Collector};
use super::host::Host;
use super::parse;
use crate::exporter::Page;

pub(super) struct Protocols {
    fields: Regex,
}

// === impl Protocols ===

impl Protocols {
    pub(super) fn new(fields: &Regex) -> Self {
        Self {
            fields: fields.clone(),
        }
    }
}

impl Collector for Protocols {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let mut values = BTreeMap::new();
        let (netstat, snmp) = (host.net("netstat")?, host.net("snmp")?);
        values.extend(pairs(&netstat).chain(pairs(&snmp)));
        // A kernel without IPv6 has no such file.
        let snmp6 = host.net("snmp6").unwrap_or_default();
        values.extend(parse::keyed_lines(&snmp6).filter_map(sixth));
        for (name, value) in values {
            if self.fields.is_match(&name) {
                page.untyped(
                    format!("node_netstat_{name}"),
                    "A counter of the network protocols.",
                )
                .set(value);
            }
        }
        Ok(())
    }
}

/// Two lines that begin alike hold names and values: `Tcp: InSegs …` and `Tcp: 12 …`.
fn pairs(text: &str) -> impl Iterator<Item = (String, f64)> {
    let mut lines = text.lines();
    std::iter::from_fn(move || {
        let (names, values) = (lines.next()?, lines.next()?);
        let protocol = names.split(':').next().unwrap_or_default();
        let names = names.split_ascii_whitespace().skip(1);
        let values = values.split_ascii_whitespace().skip(1);
        let pairs: Vec<_> = names
            .zip(values)
            .filter_map(|(name, value)| Some((format!("{protocol}_{name}"), value.parse().ok()?)))
            .collect();
        Some(pairs)
    })
    .flatten()
}

/// `Icmp6InMsgs` is protocol `Icmp6`, name `InMsgs`.
fn sixth((key, value): (&str, &str)) -> Option<(String, f64)> {
    let (protocol, name) = key.split_once('6')?;
    Some((format!("{protocol}6_{name}"), value.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_joined_and_negative_values_kept() {
        let text = "Tcp: RtoMin MaxConn\nTcp: 200 -1\nUdp: InErrors\nUdp: 3\n";
        let found: Vec<_> = pairs(text).collect();
        assert_eq!(
            found,
            [
                ("Tcp_RtoMin".to_owned(), 200.0),
                ("Tcp_MaxConn".to_owned(), -1.0),
                ("Udp_InErrors".to_owned(), 3.0)
            ]
        );
        assert_eq!(
            sixth(("UdpLite6InErrors", "7")),
            Some(("UdpLite6_InErrors".to_owned(), 7.0))
        );
    }
}
