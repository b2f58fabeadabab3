//! The binary `outpost` as a user meets it: real processes, their output and exit codes.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers stop at the first surprise"
)]

mod agent;
mod deploy;
mod deployment;
mod fmt;
mod kills;
mod outage;
mod process;
mod refused;
mod run;
mod spring_boot;
mod trial;
mod wal;
