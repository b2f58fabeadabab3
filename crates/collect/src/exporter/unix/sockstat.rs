//! `sockstat`: sockets in use, from the host's `/proc/net/sockstat` and `sockstat6`.

use super::collector::{CollectError, Collector};
use super::host::Host;
use super::parse;
use crate::exporter::Page;

const HELP: &str = "A number of /proc/net/sockstat or sockstat6.";

pub(super) struct Sockets;

impl Collector for Sockets {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        put(&host.net("sockstat")?, page);
        // A kernel without IPv6 has no such file.
        if let Ok(text) = host.net("sockstat6") {
            put(&text, page);
        }
        Ok(())
    }
}

/// Each line is a protocol and pairs of names and numbers; memory is in pages.
fn put(text: &str, page: &mut Page) {
    let page_size = rustix::param::page_size() as f64;
    for (protocol, rest) in parse::keyed_lines(text) {
        let protocol = protocol.trim_end_matches(':');
        let words: Vec<_> = rest.split_ascii_whitespace().collect();
        for pair in words.chunks_exact(2) {
            let [name, value] = pair else { continue };
            let Ok(value) = value.parse::<f64>() else {
                continue;
            };
            page.gauge(format!("node_sockstat_{protocol}_{name}"), HELP)
                .set(value);
            if *name == "mem" {
                page.gauge(format!("node_sockstat_{protocol}_mem_bytes"), HELP)
                    .set(value * page_size);
            }
        }
    }
}
