//! Decoding: from the statements of a block to the arguments of a component, with every objection at its place.
//!
//! A component states its arguments once, with [`arguments!`](crate::arguments); from that come the decoder, the checks
//! that need no evaluation, the documentation ([`Schema`]) and what the component API shows
//! ([`crate::Encoded`]). All objections of a block are collected, not only the first.
//!
//! It is not: resolution of references; the [`Scope`] does that.

mod blocks;
mod choice;
mod fields;
mod macros;
mod schema;

use std::sync::Arc;

pub use blocks::Blocks;
pub use choice::Choice;
pub use fields::{Fields, Objections};
pub use schema::{AttributeSchema, BlockSchema, FieldSchema, Repeat, Schema, Variant};

use crate::ast::{Block, Body};
use crate::encode::Encoded;
use crate::eval::Scope;
use crate::{Diagnostics, Source, Span};

/// The arguments of a component or block; written by [`arguments!`](crate::arguments).
pub trait Arguments: Sized {
    /// What can be given.
    fn schema() -> &'static Schema;

    /// Takes the fields of this type; `None` if something was objected to, or could not be known without a scope.
    fn decode_fields(fields: &mut Fields<'_, '_>) -> Option<Self>;

    /// Adds what the component API shows of these arguments.
    fn encode_fields(&self, out: &mut Vec<Encoded>);

    /// The label, for a block that takes one.
    fn encode_label(&self) -> Option<&str> {
        None
    }

    /// What the component API shows.
    fn encode(&self) -> Vec<Encoded> {
        let mut out = Vec::new();
        self.encode_fields(&mut out);
        out
    }
}

impl<T: Arguments> Arguments for Box<T> {
    fn schema() -> &'static Schema {
        T::schema()
    }

    fn decode_fields(fields: &mut Fields<'_, '_>) -> Option<Self> {
        T::decode_fields(fields).map(Box::new)
    }

    fn encode_fields(&self, out: &mut Vec<Encoded>) {
        T::encode_fields(self, out);
    }

    fn encode_label(&self) -> Option<&str> {
        T::encode_label(self)
    }
}

/// Evaluates the body of a component's block and decodes it.
///
/// The component's own label is not looked at: it is part of its name.
pub fn decode<T: Arguments>(
    block: &Block,
    source: &Arc<Source>,
    scope: &dyn Scope,
) -> Result<T, Diagnostics> {
    run(&block.body, block.header_span(), source, Some(scope))
        .and_then(|decoded| decoded.ok_or_else(Diagnostics::default))
}

/// Says what is wrong with a component's block as far as that shows without evaluating references and calls: names,
/// what is missing or given twice, and constants of the wrong type.
pub fn check<T: Arguments>(block: &Block, source: &Arc<Source>) -> Diagnostics {
    run::<T>(&block.body, block.header_span(), source, None)
        .err()
        .unwrap_or_default()
}

fn run<T: Arguments>(
    body: &Body,
    place: Span,
    source: &Arc<Source>,
    scope: Option<&dyn Scope>,
) -> Result<Option<T>, Diagnostics> {
    let mut objections = Objections::new(source, scope);
    let decoded = objections.body(body, None, place);
    let mut found = objections.into_diagnostics();
    if found.has_errors() {
        found.sort();
        Err(found)
    } else {
        Ok(decoded)
    }
}
