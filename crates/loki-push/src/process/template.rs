//! Go's text templates, as far as stages use them: the whole syntax, Go's own functions, Alloy's, and the common ones of
//! sprig. A function that is not here is refused when the template is compiled.
//!
//! Invariants: output, loops and nesting are bounded, so no template hangs or fills memory; a mistake at run time yields
//! nothing rather than half of a text.

mod exec;
mod expand;
mod function;
mod lexer;
mod node;
mod number;
mod parser;
mod printf;
mod sprig;
mod value;

pub(super) use node::Template;
pub(super) use value::T;

#[cfg(test)]
mod tests;
