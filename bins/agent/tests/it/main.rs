//! The binary `outpost` as a user meets it: real processes, their output and exit codes.
#![expect(
    clippy::expect_used,
    reason = "a test's helpers stop at the first surprise"
)]

mod fmt;
mod process;
mod refused;
mod run;
mod trial;
