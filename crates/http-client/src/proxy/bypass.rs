//! `no_proxy`: the hosts that are reached directly.

use std::net::IpAddr;

/// The parsed list. Loopback is always on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bypass {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    All,
    Network {
        address: IpAddr,
        bits: u8,
    },
    Address {
        address: IpAddr,
        port: Option<u16>,
    },
    Name {
        suffix: String,
        itself: bool,
        port: Option<u16>,
    },
}

// === impl Bypass ===

impl Bypass {
    pub(super) fn new(list: &str) -> Self {
        let rules = list.split(',').filter_map(|item| Rule::new(item.trim()));
        Self {
            rules: rules.collect(),
        }
    }

    pub(super) fn covers(&self, host: &str, port: u16) -> bool {
        let host = host.trim_end_matches('.').to_lowercase();
        let address = host.parse::<IpAddr>().ok();
        host == "localhost"
            || address.is_some_and(|address| address.is_loopback())
            || self
                .rules
                .iter()
                .any(|rule| rule.covers(&host, address, port))
    }
}

// === impl Rule ===

impl Rule {
    fn new(item: &str) -> Option<Self> {
        if item.is_empty() {
            return None;
        }
        if item == "*" {
            return Some(Self::All);
        }
        if let Some((address, bits)) = item.split_once('/') {
            let address: IpAddr = address.parse().ok()?;
            let bits: u8 = bits.parse().ok()?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            return (bits <= most).then_some(Self::Network { address, bits });
        }
        let (host, port) = split_port(item);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = host.parse() {
            return Some(Self::Address { address, port });
        }
        let host = host.to_lowercase();
        let host = host.strip_prefix('*').unwrap_or(&host);
        Some(match host.strip_prefix('.') {
            Some(rest) => Self::Name {
                suffix: format!(".{rest}"),
                itself: false,
                port,
            },
            None => Self::Name {
                suffix: format!(".{host}"),
                itself: true,
                port,
            },
        })
    }

    fn covers(&self, host: &str, address: Option<IpAddr>, port: u16) -> bool {
        let same_port = |wanted: &Option<u16>| wanted.is_none_or(|wanted| wanted == port);
        match self {
            Self::All => true,
            Self::Network {
                address: network,
                bits,
            } => address.is_some_and(|address| in_network(address, *network, *bits)),
            Self::Address {
                address: wanted,
                port: wanted_port,
            } => address == Some(*wanted) && same_port(wanted_port),
            Self::Name {
                suffix,
                itself,
                port: wanted_port,
            } => {
                let own = *itself && suffix.strip_prefix('.') == Some(host);
                (own || host.ends_with(suffix.as_str())) && same_port(wanted_port)
            }
        }
    }
}

/// `host:port` apart; an IPv6 address without brackets has no port.
fn split_port(item: &str) -> (&str, Option<u16>) {
    match item.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => match port.parse() {
            Ok(port) => (host, Some(port)),
            Err(_) => (item, None),
        },
        _ => (item, None),
    }
}

fn in_network(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let (address, network, width) = match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) => (u128::from(a.to_bits()), u128::from(n.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(n)) => (a.to_bits(), n.to_bits(), 128),
        _ => return false,
    };
    let host_bits = width - u32::from(bits);
    let cut = |value: u128| value.checked_shr(host_bits).unwrap_or(0);
    cut(address) == cut(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cover_themselves_and_what_is_below_them() {
        let bypass = Bypass::new("example.com, .only.below ,*.star.net,port.org:8080");
        for (host, port, direct) in [
            ("example.com", 80, true),
            ("Sub.Example.COM.", 80, true),
            ("notexample.com", 80, false),
            ("only.below", 80, false),
            ("x.only.below", 80, true),
            ("star.net", 80, false),
            ("x.star.net", 80, true),
            ("port.org", 8080, true),
            ("port.org", 80, false),
            ("localhost", 80, true),
            ("127.8.8.8", 80, true),
        ] {
            assert_eq!(bypass.covers(host, port), direct, "{host}:{port}");
        }
    }

    #[test]
    fn addresses_and_networks_cover_addresses_only() {
        let bypass = Bypass::new("10.0.0.0/8,192.0.2.7:9090,2001:db8::/32,fe80::1,bad/99");
        for (host, port, direct) in [
            ("10.255.0.1", 1, true),
            ("11.0.0.1", 1, false),
            ("192.0.2.7", 9090, true),
            ("192.0.2.7", 9091, false),
            ("2001:db8::5", 1, true),
            ("2001:db9::5", 1, false),
            ("fe80::1", 1, true),
            ("bad", 1, false),
        ] {
            assert_eq!(bypass.covers(host, port), direct, "{host}:{port}");
        }
        assert!(Bypass::new("*").covers("anything.at.all", 1));
        assert!(Bypass::new("0.0.0.0/0").covers("8.8.8.8", 1));
    }
}
