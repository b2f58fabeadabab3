//! http, tcp, dns, icmp and grpc probes, and their schedule.
