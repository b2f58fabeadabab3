//! `interrupts`: interrupts by CPU and source, from `/proc/interrupts`.

use super::collector::{CollectError, Collector};
use super::host::Host;
use crate::exporter::Page;

pub(super) struct Interrupts;

/// A line: the source's name, a count for each CPU, what raises it.
#[derive(Debug, PartialEq)]
struct Source<'a> {
    name: &'a str,
    counts: Vec<f64>,
    info: String,
    devices: String,
}

impl Collector for Interrupts {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let text = host.proc("interrupts")?;
        let mut lines = text.lines();
        let cpus: Vec<&str> = lines
            .next()
            .unwrap_or_default()
            .split_ascii_whitespace()
            .filter_map(|word| word.strip_prefix("CPU"))
            .collect();
        let mut rows = page.counter("node_interrupts_total", "Interrupts, by CPU and source.");
        for source in lines.filter_map(|line| source(line, cpus.len())) {
            for (cpu, count) in cpus.iter().zip(&source.counts) {
                rows.put(
                    &[
                        ("cpu", cpu),
                        ("devices", &source.devices),
                        ("info", &source.info),
                        ("type", source.name),
                    ],
                    *count,
                );
            }
        }
        Ok(())
    }
}

/// Lines such as `ERR` have one count for all CPUs and are left out.
fn source(line: &str, cpus: usize) -> Option<Source<'_>> {
    let (name, rest) = line.split_once(':')?;
    let mut words = rest.split_ascii_whitespace();
    let counts: Vec<f64> = words
        .by_ref()
        .take(cpus)
        .map_while(|word| word.parse().ok())
        .collect();
    if counts.len() < cpus {
        return None;
    }
    let words: Vec<&str> = words.collect();
    let name = name.trim();
    let (info, devices) = if name.parse::<u32>().is_ok() && words.len() >= 3 {
        let (info, devices) = words.split_at(2);
        (
            info.first().copied().unwrap_or_default().to_owned(),
            [info.get(1..).unwrap_or_default(), devices]
                .concat()
                .join(" "),
        )
    } else {
        (words.join(" "), String::new())
    };
    Some(Source {
        name,
        counts,
        info,
        devices,
    })
}
