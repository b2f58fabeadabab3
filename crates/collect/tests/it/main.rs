//! What this crate does beside the real programs that it stands in for.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise"
)]

mod discovery;
mod exporter;
