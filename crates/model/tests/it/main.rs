//! What the real Alloy did with hundreds of relabel rules.
#![expect(
    clippy::expect_used,
    reason = "a recording that is not what it should be stops the test"
)]

mod relabel;
mod rule_source;
