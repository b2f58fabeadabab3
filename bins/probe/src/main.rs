//! The prober on the monitoring host: blackbox_exporter's job, done better.

fn main() {}
