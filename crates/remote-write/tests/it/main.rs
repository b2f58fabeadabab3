//! Remote write as a service that embeds it sees it: real files, real HTTP on loopback.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod answers;
mod backlog;
mod compliance;
mod crash;
mod delivery;
mod facade;
mod inspection;
mod messages;
mod pushing;
mod real_prometheus;
mod receiver;
mod recorded;
mod service;
