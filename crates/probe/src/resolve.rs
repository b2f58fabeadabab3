//! From a host name to the addresses to try, in order.

use std::net::{IpAddr, SocketAddr};

use tokio::net::lookup_host;
use tokio::time::Instant;

use crate::prober::Notes;
use crate::{Failure, Family, Reason};

/// The addresses of `host` in the order of the family's preference; never empty.
///
/// Reports the lookup's time, and family and hash of the first address.
pub(crate) async fn resolve(
    host: &str,
    port: u16,
    family: Family,
    notes: &mut Notes,
) -> Result<Vec<SocketAddr>, Failure> {
    let start = Instant::now();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let found = match bare.parse::<IpAddr>() {
        Ok(address) => Ok(vec![SocketAddr::new(address, port)]),
        Err(_) => lookup_host((bare, port)).await.map(Iterator::collect),
    };
    let took = start.elapsed();
    notes.report.set(
        "probe_dns_lookup_time_seconds",
        "How long it took to find the target's address.",
        took.as_secs_f64(),
    );
    report_protocol(0.0, 0, notes);
    let found: Vec<SocketAddr> = found
        .map_err(|error| Failure::new(Reason::Dns, format!("cannot resolve {host}: {error}")))?;
    let ordered = order(found, family);
    let Some(first) = ordered.first() else {
        let wanted = match family {
            Family::Any => "address",
            Family::Ip4 { .. } => "IPv4 address",
            Family::Ip6 { .. } => "IPv6 address",
        };
        return Err(Failure::new(Reason::Dns, format!("{host} has no {wanted}")));
    };
    notes
        .log
        .say(format!("resolved {host} to {} in {took:?}", first.ip()));
    report_address(first.ip(), notes);
    Ok(ordered)
}

/// Reports which address is used.
pub(crate) fn report_address(address: IpAddr, notes: &mut Notes) {
    let protocol = if address.is_ipv4() { 4.0 } else { 6.0 };
    report_protocol(protocol, fnv1a(address), notes);
}

/// Zeros stand for no address.
fn report_protocol(protocol: f64, hash: u32, notes: &mut Notes) {
    notes.report.set(
        "probe_ip_protocol",
        "Version of IP that the probe used.",
        protocol,
    );
    notes.report.set(
        "probe_ip_addr_hash",
        "Hash of the target's address; it changes when the address does.",
        f64::from(hash),
    );
}

/// `host:port`, or a host alone with a default port.
pub(crate) fn split(target: &str, default: Option<u16>) -> Result<(&str, u16), Failure> {
    let refused =
        |why: &str| Failure::new(Reason::Target, format!("{target:?} is no address: {why}"));
    let bare_v6 = target.parse::<std::net::Ipv6Addr>().is_ok();
    let split = match target.rsplit_once(':') {
        Some(_) if bare_v6 => None,
        Some((host, port)) if !port.ends_with(']') => Some((host, port)),
        _ => None,
    };
    let (host, port) = match (split, default) {
        (Some((host, port)), _) => (
            host,
            port.parse().map_err(|_| refused("the port is no number"))?,
        ),
        (None, Some(port)) => (target, port),
        (None, None) => return Err(refused("it needs a port, as host:port")),
    };
    if host.is_empty() {
        return Err(refused("it names no host"));
    }
    Ok((host, port))
}

fn order(found: Vec<SocketAddr>, family: Family) -> Vec<SocketAddr> {
    let (four, fallback) = match family {
        Family::Any => return found,
        Family::Ip4 { fallback } => (true, fallback),
        Family::Ip6 { fallback } => (false, fallback),
    };
    let (preferred, others): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|address| address.is_ipv4() == four);
    if preferred.is_empty() && fallback {
        others
    } else {
        preferred
    }
}

/// FNV-1a, 32 bits, over the address' 4 or 16 bytes, as blackbox_exporter hashes it.
fn fnv1a(address: IpAddr) -> u32 {
    let hash = |bytes: &[u8]| {
        bytes.iter().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        })
    };
    match address {
        IpAddr::V4(v4) => hash(&v4.octets()),
        IpAddr::V6(v6) => hash(&v6.octets()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_hash_is_the_real_exporters() {
        // golden/blackbox_http_ok.prom was recorded against 127.0.0.1.
        assert_eq!(fnv1a(IpAddr::from([127, 0, 0, 1])), 3_668_918_509);
    }

    #[test]
    fn a_preferred_family_is_used_alone_and_the_other_only_as_a_fallback() {
        let four = SocketAddr::from(([127, 0, 0, 1], 80));
        let six: SocketAddr = "[::1]:80".parse().unwrap();
        assert_eq!(order(vec![six, four], Family::Any), [six, four]);
        assert_eq!(
            order(vec![six, four], Family::Ip4 { fallback: true }),
            [four]
        );
        assert_eq!(order(vec![four], Family::Ip6 { fallback: true }), [four]);
        assert_eq!(order(vec![four], Family::Ip6 { fallback: false }), []);
    }
}
