//! `softnet`: packets that each CPU took from its interfaces, from the host's `/proc/net/softnet_stat`.

use super::collector::{CollectError, Collector};
use super::host::Host;
use crate::exporter::Page;

/// Columns: family, help. Old kernels have fewer.
const COLUMNS: [(usize, &str, &str); 7] = [
    (11, BACKLOG, "Packets that wait to be taken."),
    (
        8,
        "node_softnet_cpu_collision_total",
        "Times that the CPU found a device's lock taken when sending.",
    ),
    (
        1,
        "node_softnet_dropped_total",
        "Packets dropped because too many waited.",
    ),
    (
        10,
        "node_softnet_flow_limit_count_total",
        "Times that a flow took more than its share.",
    ),
    (0, "node_softnet_processed_total", "Packets taken."),
    (
        9,
        "node_softnet_received_rps_total",
        "Times that another CPU handed packets over.",
    ),
    (
        2,
        "node_softnet_times_squeezed_total",
        "Times that packets were left because the turn was over.",
    ),
];
/// The one column that is no counter.
const BACKLOG: &str = "node_softnet_backlog_len";
/// Where newer kernels write the CPU's number; before, lines stood for CPUs in order.
const CPU: usize = 12;

pub(super) struct Packets;

impl Collector for Packets {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.net("softnet_stat")?;
        let cpus = cpus(&text);
        for (column, family, help) in COLUMNS {
            let mut rows = if family == BACKLOG {
                page.gauge(family, help)
            } else {
                page.counter(family, help)
            };
            for (cpu, values) in &cpus {
                if let Some(value) = values.get(column) {
                    rows.put(&[("cpu", cpu)], f64::from(*value));
                }
            }
        }
        Ok(())
    }
}

fn cpus(text: &str) -> Vec<(String, Vec<u32>)> {
    text.lines()
        .enumerate()
        .map(|(line, text)| {
            let values: Vec<u32> = text
                .split_ascii_whitespace()
                .map_while(|word| u32::from_str_radix(word, 16).ok())
                .collect();
            let cpu = values.get(CPU).map_or(line.to_string(), u32::to_string);
            (cpu, values)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpus_number_is_the_lines_own_where_it_has_one() {
        let new = "00000001 00000000 00000000 0 0 0 0 0 0 0 0 0 00000005\n";
        assert_eq!(cpus(new)[0].0, "5");
        let old = "00000001 00000000\n000000ff 00000000\n";
        assert_eq!(cpus(old)[1], ("1".to_owned(), vec![255, 0]));
    }
}
