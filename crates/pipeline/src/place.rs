//! A block where it stands: turns what a component says of its arguments into a place in the source.

use std::sync::Arc;

use outpost_alloy_syntax::{
    Attribute, Block, Body, Diagnostic, Diagnostics, Host, Severity, Source, Span, Statement,
};

use crate::environment::unset_variables;
use crate::{Refusal, Remark};

/// A top-level block and its source.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) source: Arc<Source>,
    pub(crate) block: Arc<Block>,
    pub(crate) host: Arc<Host>,
}

// === impl Placed ===

impl Placed {
    /// A refusal at the argument that it names, or at the block's head.
    pub(crate) fn refused(&self, refusal: &Refusal) -> Diagnostics {
        self.remark(Severity::Error, &refusal.0).into()
    }

    /// A remark at the argument that it names, or at the block's head.
    pub(crate) fn remark(&self, severity: Severity, remark: &Remark) -> Diagnostic {
        let attribute = find(&self.block.body, &remark.path);
        let span = attribute.map_or_else(
            || self.block_at(&remark.path).header_span(),
            Attribute::span,
        );
        let mut diagnostic = Diagnostic::error(&self.source, span, remark.message.as_str());
        diagnostic.severity = severity;
        for name in attribute.into_iter().flat_map(|a| unset_variables(&a.value, &self.host)) {
            diagnostic = diagnostic
                .with_remark(format!("the environment variable {name} is not set, so sys.env gives \"\""));
        }
        diagnostic
    }

    /// An error at the block's head.
    pub(crate) fn error(&self, message: impl Into<String>) -> Diagnostic {
        self.error_at(self.block.header_span(), message)
    }

    /// An error at a place of the same source.
    pub(crate) fn error_at(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(&self.source, span, message)
    }

    /// The innermost block on the way of `path`.
    fn block_at(&self, path: &[&str]) -> &Block {
        let mut block = &*self.block;
        for name in path {
            let Some(inner) = blocks(&block.body).find(|b| b.full_name() == *name) else {
                break;
            };
            block = inner;
        }
        block
    }
}

/// The first attribute at `path`.
fn find<'a>(body: &'a Body, path: &[&str]) -> Option<&'a Attribute> {
    let (first, rest) = path.split_first()?;
    if rest.is_empty() {
        return body.statements.iter().find_map(|statement| match statement {
            Statement::Attribute(attribute) if *attribute.name.name == **first => Some(attribute),
            _ => None,
        });
    }
    blocks(body)
        .filter(|block| block.full_name() == *first)
        .find_map(|block| find(&block.body, rest))
}

fn blocks(body: &Body) -> impl Iterator<Item = &Block> {
    body.statements.iter().filter_map(|statement| match statement {
        Statement::Block(block) => Some(block),
        Statement::Attribute(_) => None,
    })
}
