//! The names of an address in the hosts file.

use std::net::IpAddr;

/// Where the system keeps them.
pub(super) const HOSTS: &str = "/etc/hosts";

/// The names that the text of a hosts file has for an address, joined by commas; empty if there are none.
pub(super) fn names(text: &str, address: IpAddr) -> String {
    let mut all: Vec<&str> = Vec::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let is_it = words.next().is_some_and(|word| word.parse() == Ok(address));
        if is_it {
            for name in words {
                if !all.contains(&name) {
                    all.push(name);
                }
            }
        }
    }
    all.join(",")
}
