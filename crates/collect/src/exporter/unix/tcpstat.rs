//! `tcpstat`: TCP connections by state, and the bytes that wait in them, from the host's `/proc/net/tcp` and `tcp6`.

use super::collector::{CollectError, Collector};
use super::host::Host;
use crate::exporter::Page;

/// The states by the kernel's number for them, which begins with 1.
const STATES: [&str; 12] = [
    "established",
    "syn_sent",
    "syn_recv",
    "fin_wait1",
    "fin_wait2",
    "time_wait",
    "close",
    "close_wait",
    "last_ack",
    "listen",
    "closing",
    "new_syn_recv",
];
/// Rows that are not states but sums.
const RECEIVED: &str = "rx_queued_bytes";
const SENDING: &str = "tx_queued_bytes";

pub(super) struct Tcp;

#[derive(Default)]
struct Sums {
    states: [u32; STATES.len()],
    received: f64,
    sending: f64,
}

impl Collector for Tcp {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let mut sums = Sums::default();
        sums.add(&host.net("tcp")?);
        sums.add(&host.net("tcp6").unwrap_or_default());
        let mut rows = page.gauge(
            "node_tcp_connection_states",
            "Connections in each state, and bytes that wait in all of them.",
        );
        for (state, count) in STATES.iter().zip(sums.states) {
            if count > 0 {
                rows.put(&[("state", state)], f64::from(count));
            }
        }
        rows.put(&[("state", RECEIVED)], sums.received);
        rows.put(&[("state", SENDING)], sums.sending);
        Ok(())
    }
}

// === impl Sums ===

impl Sums {
    fn add(&mut self, text: &str) {
        for line in text.lines().skip(1) {
            let mut words = line.split_ascii_whitespace().skip(3);
            let (Some(state), Some(queues)) = (words.next(), words.next()) else {
                continue;
            };
            let number = usize::from_str_radix(state, 16).unwrap_or_default();
            if let Some(count) = number.checked_sub(1).and_then(|n| self.states.get_mut(n)) {
                *count += 1;
            }
            if let Some((sending, received)) = queues.split_once(':') {
                let bytes = |hex| u64::from_str_radix(hex, 16).map_or(0.0, |n| n as f64);
                self.sending += bytes(sending);
                self.received += bytes(received);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_counted_by_state_and_queues_summed() {
        let mut sums = Sums::default();
        sums.add(
            "  sl  local_address rem_address   st tx_queue rx_queue\n\
            0: 0100007F:0CEA 00000000:0000 0A 00000000:00000003 00:00\n\
            1: 0100007F:0CEA 0100007F:1111 01 00000011:00000000 00:00\n\
            2: 0100007F:0CEB 00000000:0000 0A 00000000:00000000 00:00\n",
        );
        assert_eq!((sums.states[0], sums.states[9]), (1, 2));
        assert_eq!(
            (sums.sending.to_string(), sums.received.to_string()),
            ("17".to_owned(), "3".to_owned())
        );
    }
}
