//! What this crate does beside the real programs that it stands in for, and against recordings of them.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests stop at the first surprise"
)]

mod alloy_args;
mod beside_prometheus;
mod book;
mod discovery;
mod exporter;
mod exposition;
mod hostile;
mod labels;
mod model;
mod odd_pages;
mod pool;
mod recorded_http;
mod steady;
mod target_server;
mod timeline;
