//! Tests of the language against recordings of the peer and against hostile input.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

mod arguments;
mod damage;
mod evaluation;
mod expressions;
mod formatting;
mod generated;
mod hostile;
mod limits;
mod loading;
mod messages;
mod robustness;
mod shape;
mod slots;
mod syntax_errors;
