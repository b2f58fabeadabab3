//! The client against the real daemon, and against a fake one that says what a real one says rarely.
#![expect(
    clippy::expect_used,
    reason = "the helpers of tests may stop at the first surprise, as tests do"
)]

mod fake;
mod real;
