//! What this crate does beside the real programs that it stands in for.

mod discovery;
mod exporter;
