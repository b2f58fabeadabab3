//! `meminfo`: every line of `/proc/meminfo`, each a family of its own.

use super::collector::{CollectError, Collector};
use super::host::Host;
use super::parse;
use crate::exporter::Page;

/// What the kernel calls a kB.
const KILOBYTE: f64 = 1024.0;

pub(super) struct Memory;

impl Collector for Memory {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.proc("meminfo")?;
        for line in parse::keyed_lines(&text) {
            if let Some((name, value)) = family(line) {
                page.gauge(name, "A line of /proc/meminfo.").set(value);
            }
        }
        Ok(())
    }
}

/// The family and value of a line: `("Active(anon):", "12 kB")` is `node_memory_Active_anon_bytes` 12288.
fn family((key, rest): (&str, &str)) -> Option<(String, f64)> {
    let mut words = rest.split_ascii_whitespace();
    let value: f64 = words.next()?.parse().ok()?;
    let mut name = String::from("node_memory_");
    for piece in key.trim_end_matches(':').split(['(', ')']) {
        if !piece.is_empty() {
            if !name.ends_with('_') {
                name.push('_');
            }
            name.push_str(piece);
        }
    }
    Some(match words.next() {
        Some("kB") => (name + "_bytes", value * KILOBYTE),
        _ => (name, value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_become_bytes_and_counts_stay() {
        assert_eq!(
            family(("Active(anon):", "12 kB")),
            Some(("node_memory_Active_anon_bytes".to_owned(), 12288.0))
        );
        assert_eq!(
            family(("HugePages_Total:", "3")),
            Some(("node_memory_HugePages_Total".to_owned(), 3.0))
        );
        assert_eq!(family(("Broken:", "kB")), None);
    }
}
