//! Arguments that several components share: HTTP clients, relabel rules, targets, receivers.
//!
//! Each is stated once as the language has it and turned into what the crate that does the work takes.

mod http_client;
mod receivers;
mod rules;
mod targets;
mod url;

use outpost_alloy_syntax::{Arguments, Constants, Source, Statement, decode, parse};

pub(crate) use http_client::{HttpClientArguments, PushClientArguments};
pub(crate) use receivers::{LogsTo, MetricsTo, logs_capsule, metrics_capsule, receivers};
pub(crate) use rules::{RuleArguments, RuleSet, rules_capsule};
pub(crate) use targets::{Target, targets_value};
pub(crate) use url::{plain_credentials, push_url};

/// The arguments of a block that is not given: every default.
#[expect(
    clippy::expect_used,
    reason = "called for blocks whose arguments all have defaults, which any use of them shows"
)]
pub(crate) fn defaults<T: Arguments>() -> T {
    let source = Source::new("defaults", "block { }\n").expect("a short text");
    let file = parse(&source).expect("an empty block");
    let block = file
        .body
        .statements
        .iter()
        .find_map(|statement| match statement {
            Statement::Block(block) => Some(block),
            Statement::Attribute(_) => None,
        })
        .expect("the block above");
    decode(block, &source, &Constants).expect("every argument has a default")
}
