//! Discovery of real containers, beside what Alloy found for the same ones.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "the helpers of tests may stop at the first surprise, as tests do"
)]

mod dns;
mod docker;
mod http;
mod recorded;
