//! icmp: echoes of loopback.

use super::{Case, compare};

#[tokio::test]
async fn echoes_are_reported_alike() {
    let cases = vec![
        Case::passes("loopback", "", "127.0.0.1"),
        Case::passes(
            "another loopback",
            "preferred_ip_protocol: ip4",
            "127.0.0.9",
        ),
        Case::passes("a name", "preferred_ip_protocol: ip4", "localhost"),
        Case::passes("a payload", "payload_size: 1200", "127.0.0.1"),
        Case::passes("no fragments", "dont_fragment: true", "127.0.0.1"),
        Case::passes("a TTL", "ttl: 5", "127.0.0.1"),
        Case::passes("a source", "source_ip_address: 127.0.0.3", "127.0.0.1"),
        Case::fails("no such name", "", "name.invalid"),
        Case::fails(
            "the wrong family",
            "preferred_ip_protocol: ip6, ip_protocol_fallback: false",
            "127.0.0.1",
        ),
    ];
    compare("icmp", cases).await;
}
