//! JMESPath in its community edition: the language of `stage.json`'s expressions.
//!
//! Beyond the original language it has arithmetic, `let`, the root node and more functions. A mistake in an expression is
//! found when it is compiled; a wrong type or an unknown function only when it meets a line.

mod eval;
mod function;
mod lexer;
mod node;
mod parser;

pub(super) use eval::search;
pub(super) use node::{Data, Expression};

#[cfg(test)]
mod tests;
