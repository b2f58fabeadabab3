//! Which names an expression refers to: the edges of a component graph.
//!
//! A reference is a name and the accesses that follow it directly (`prometheus.remote_write.out.receiver`); an index
//! or a call ends it. It is not: resolved; a first name may just as well be a function's (`sys.env`).

use super::{Body, Expr, ExprKind, Ident, Statement, StepKind};
use crate::Span;

/// A name and the accesses that follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// The first name.
    pub root: &'a str,
    /// The names after it.
    pub path: Vec<&'a Ident>,
    /// From the first name to the last.
    pub span: Span,
}

// === impl Body ===

impl Body {
    /// Every reference in its attributes and in those of its blocks, in order of place.
    pub fn references(&self) -> Vec<Reference<'_>> {
        let mut found = Vec::new();
        gather_body(self, &mut found);
        found
    }
}

// === impl Expr ===

impl Expr {
    /// Every reference in it, in order of place.
    pub fn references(&self) -> Vec<Reference<'_>> {
        let mut found = Vec::new();
        gather(self, &mut found);
        found
    }
}

fn gather_body<'a>(body: &'a Body, found: &mut Vec<Reference<'a>>) {
    for statement in &body.statements {
        match statement {
            Statement::Attribute(attribute) => gather(&attribute.value, found),
            Statement::Block(block) => gather_body(&block.body, found),
        }
    }
}

fn gather<'a>(expr: &'a Expr, found: &mut Vec<Reference<'a>>) {
    match &expr.kind {
        ExprKind::Literal(_) => {}
        ExprKind::Identifier(name) => found.push(Reference {
            root: name,
            path: Vec::new(),
            span: expr.span,
        }),
        ExprKind::Array(elements) => elements.iter().for_each(|e| gather(e, found)),
        ExprKind::Object(fields) => fields.iter().for_each(|f| gather(&f.value, found)),
        ExprKind::Paren(inner) => gather(inner, found),
        ExprKind::Unary { operand, .. } => gather(operand, found),
        ExprKind::Binary { first, rest } => {
            gather(first, found);
            for operation in rest {
                gather(&operation.operand, found);
            }
        }
        ExprKind::Postfix { base, steps } => {
            gather(base, found);
            let is_name = matches!(base.kind, ExprKind::Identifier(_));
            let mut accesses = steps.iter().map_while(|step| match &step.kind {
                StepKind::Access(name) => Some(name),
                StepKind::Index(_) | StepKind::Call(_) => None,
            });
            if let (true, Some(reference)) = (is_name, found.last_mut()) {
                for name in accesses.by_ref() {
                    reference.path.push(name);
                    reference.span = reference.span.to(name.span);
                }
            }
            for step in steps {
                match &step.kind {
                    StepKind::Access(_) => {}
                    StepKind::Index(index) => gather(index, found),
                    StepKind::Call(arguments) => arguments.iter().for_each(|a| gather(a, found)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Source, parse};

    #[test]
    fn references_are_names_with_the_accesses_that_follow_them() {
        let text = "a = f(b.c.d[e.f].g, [{k = h}], -(i + j.k))\nblock {\n\tx = l.m(\"n\").o\n}\n";
        let source = Source::new("c", text).expect("a short text");
        let file = parse(&source).expect("valid");
        let found: Vec<&str> = file
            .body
            .references()
            .iter()
            .map(|reference| source.slice(reference.span))
            .collect();
        assert_eq!(found, ["f", "b.c.d", "e.f", "h", "i", "j.k", "l.m"]);
    }
}
