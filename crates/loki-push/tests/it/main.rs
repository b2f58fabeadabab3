//! The crate's promises, against a Loki that answers as it is told.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod agent;
mod docker;
mod file;
mod layer;
mod loki;
mod source;
mod write;
