//! What the pipeline promises, seen from outside.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test's helpers stop at the first surprise"
)]

mod diagnostics;
mod discovery;
mod graph;
mod http;
mod own_api;
mod own_metrics;
mod recorded_scrapes;
mod refused_arguments;
mod remote_write_arguments;
mod stage;
mod whole;
