//! A block where it stands: turns what a component says of its arguments into a place in the source.

use std::sync::Arc;

use outpost_alloy_syntax::{
    Attribute, Block, Body, Diagnostic, Diagnostics, Host, Severity, Source, Span, Statement,
};

use crate::environment::unset_variables;
use crate::{Refusal, Remark};

/// A block's or attribute's name, and how many blocks of that name stand before.
type Step = (&'static str, usize);

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
        for name in attribute
            .into_iter()
            .flat_map(|a| unset_variables(&a.value, &self.host))
        {
            diagnostic = diagnostic.with_remark(format!(
                "the environment variable {name} is not set, so sys.env gives \"\""
            ));
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
    fn block_at(&self, path: &[Step]) -> &Block {
        let mut block = &*self.block;
        for step in path {
            let Some(inner) = nth_block(&block.body, *step) else {
                break;
            };
            block = inner;
        }
        block
    }
}

/// The attribute at `path`.
fn find<'a>(body: &'a Body, path: &[Step]) -> Option<&'a Attribute> {
    let ((name, _), blocks) = path.split_last()?;
    let mut body = body;
    for step in blocks {
        body = &nth_block(body, *step)?.body;
    }
    body.statements
        .iter()
        .find_map(|statement| match statement {
            Statement::Attribute(attribute) if *attribute.name.name == **name => Some(attribute),
            _ => None,
        })
}

fn nth_block(body: &Body, (name, before): Step) -> Option<&Block> {
    blocks(body)
        .filter(|block| block.full_name() == name)
        .nth(before)
}

fn blocks(body: &Body) -> impl Iterator<Item = &Block> {
    body.statements
        .iter()
        .filter_map(|statement| match statement {
            Statement::Block(block) => Some(block),
            Statement::Attribute(_) => None,
        })
}
