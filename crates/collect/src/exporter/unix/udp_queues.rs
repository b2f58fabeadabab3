//! `udp_queues`: bytes that wait in UDP sockets, from the host's `/proc/net/udp` and `udp6`.

use super::collector::{CollectError, Collector};
use super::host::Host;
use crate::exporter::Page;

pub(super) struct Queues;

impl Collector for Queues {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let tables: Vec<_> = [("v4", "udp"), ("v6", "udp6")]
            .into_iter()
            .filter_map(|(ip, file)| Some((ip, sums(&host.net(file).ok()?))))
            .collect();
        if tables.is_empty() {
            return Err(CollectError::NoData);
        }
        let mut rows = page.gauge("node_udp_queues", "Bytes that wait in UDP sockets.");
        for (ip, (sending, received)) in tables {
            rows.put(&[("ip", ip), ("queue", "rx")], received);
            rows.put(&[("ip", ip), ("queue", "tx")], sending);
        }
        Ok(())
    }
}

/// The sums of the `tx_queue:rx_queue` column.
fn sums(text: &str) -> (f64, f64) {
    text.lines()
        .skip(1)
        .filter_map(|line| line.split_ascii_whitespace().nth(4)?.split_once(':'))
        .fold((0.0, 0.0), |(sending, received), (tx, rx)| {
            let bytes = |hex| u64::from_str_radix(hex, 16).map_or(0.0, |n| n as f64);
            (sending + bytes(tx), received + bytes(rx))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_are_hexadecimal_and_summed() {
        let text = "  sl  local_address rem_address   st tx_queue rx_queue\n\
            1: 0100007F:0035 00000000:0000 07 0000000A:00000010 00:00\n\
            2: 0100007F:0036 00000000:0000 07 00000001:00000001 00:00\n";
        assert_eq!(sums(text), (11.0, 17.0));
    }
}
