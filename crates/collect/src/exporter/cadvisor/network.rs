//! What a container's network moved, as its first process sees it in `/proc/PID/net/dev`.

use std::path::Path;

use super::cgroup::text;

/// An interface of a container.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Interface {
    pub(super) name: String,
    pub(super) received: Direction,
    pub(super) sent: Direction,
}

/// What went one way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Direction {
    pub(super) bytes: f64,
    pub(super) packets: f64,
    pub(super) errors: f64,
    pub(super) dropped: f64,
}

/// The interfaces of a process' network but loopback. A container that shares the host's network has none of its own.
pub(super) fn read(proc: &Path, process: u32) -> Vec<Interface> {
    let network = |process: &str| proc.join(process).join("ns/net").read_link().ok();
    let own = network(&process.to_string());
    if own.is_some() && own == network("1") {
        return Vec::new();
    }
    let text = text(&proc.join(format!("{process}/net/dev"))).unwrap_or_default();
    interfaces(&text)
}

fn interfaces(text: &str) -> Vec<Interface> {
    text.lines()
        .skip(2)
        .filter_map(|line| {
            let (name, rest) = line.rsplit_once(':')?;
            let numbers: Vec<f64> = rest
                .split_ascii_whitespace()
                .map_while(|word| word.parse().ok())
                .collect();
            let direction = |from: usize| match numbers.get(from..from + 4) {
                Some(&[bytes, packets, errors, dropped]) => Some(Direction {
                    bytes,
                    packets,
                    errors,
                    dropped,
                }),
                _ => None,
            };
            Some(Interface {
                name: name.trim().to_owned(),
                received: direction(0)?,
                sent: direction(8)?,
            })
        })
        .filter(|interface| interface.name != "lo")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_and_lines_cut_short_are_left_out() {
        let text = "Inter-|\n face |\n    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n  eth0: 10 2 3 4 0 0 0 0 20 5 6 7 0 0 0 0\n eth1: 1 2\n";
        let found = interfaces(text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "eth0");
        let sent = Direction {
            bytes: 20.0,
            packets: 5.0,
            errors: 6.0,
            dropped: 7.0,
        };
        assert_eq!(found[0].sent, sent);
    }
}
