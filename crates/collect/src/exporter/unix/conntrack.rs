//! `conntrack`: the connections that the kernel's packet filter follows.

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

/// Columns of `/proc/net/stat/nf_conntrack`, each a family summed over all CPUs.
const COLUMNS: [(&str, &str, &str); 8] = [
    (
        "drop",
        "node_nf_conntrack_stat_drop",
        "Packets dropped because a connection could not be followed.",
    ),
    (
        "early_drop",
        "node_nf_conntrack_stat_early_drop",
        "Connections forgotten early to make room.",
    ),
    (
        "found",
        "node_nf_conntrack_stat_found",
        "Look-ups that found a connection.",
    ),
    (
        "ignore",
        "node_nf_conntrack_stat_ignore",
        "Packets of connections that are not followed.",
    ),
    (
        "insert",
        "node_nf_conntrack_stat_insert",
        "Connections entered.",
    ),
    (
        "insert_failed",
        "node_nf_conntrack_stat_insert_failed",
        "Connections that could not be entered.",
    ),
    (
        "invalid",
        "node_nf_conntrack_stat_invalid",
        "Packets that belong to no connection.",
    ),
    (
        "search_restart",
        "node_nf_conntrack_stat_search_restart",
        "Look-ups begun again because the table changed.",
    ),
];

pub(super) struct Connections;

impl Collector for Connections {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let dir = host.proc.join("sys/net/netfilter");
        let count = host::number(&dir.join("nf_conntrack_count")).ok_or(CollectError::NoData)?;
        page.gauge("node_nf_conntrack_entries", "Connections followed.")
            .set(count);
        if let Some(limit) = host::number(&dir.join("nf_conntrack_max")) {
            page.gauge(
                "node_nf_conntrack_entries_limit",
                "Connections that can be followed at most.",
            )
            .set(limit);
        }
        let text = host.net("stat/nf_conntrack")?;
        for (column, family, help) in COLUMNS {
            if let Some(sum) = sum(&text, column) {
                page.gauge(family, help).set(sum);
            }
        }
        Ok(())
    }
}

/// The sum of a column of hexadecimal numbers over all lines, if the header has that column.
fn sum(text: &str, column: &str) -> Option<f64> {
    let mut lines = text.lines();
    let header = lines.next()?;
    let index = header.split_ascii_whitespace().position(|c| c == column)?;
    Some(
        lines
            .filter_map(|line| line.split_ascii_whitespace().nth(index))
            .filter_map(|word| u64::from_str_radix(word, 16).ok())
            .map(|n| n as f64)
            .sum(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_and_summed_over_cpus() {
        let text =
            "entries  searched found\n0000000a 00000001 00000010\n0000000a 00000000 000000ff\n";
        assert_eq!(sum(text, "found"), Some(271.0));
        assert_eq!(sum(text, "drop"), None);
    }
}
