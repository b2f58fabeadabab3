//! Expressions: spaced operators, and lists that keep the lines on which their items stood.

use std::borrow::Cow;

use super::printer::{Gap, Printer};
use crate::Span;
use crate::ast::{Expr, ExprKind, Field, Key, Step, StepKind};

// === impl Printer ===

impl Printer<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(_) => {
                let text = self.source.slice(expr.span);
                self.token_at(expr.span, text);
            }
            ExprKind::Identifier(name) => self.token_at(expr.span, name),
            ExprKind::Array(elements) => self.array(elements, expr.span),
            ExprKind::Object(fields) => self.object(fields, expr.span),
            ExprKind::Paren(inner) => {
                self.token_at(expr.span, "(");
                self.expr(inner);
                self.token_at(last_byte(expr.span), ")");
            }
            ExprKind::Unary { operator, operand } => {
                self.token_at(expr.span, operator.as_str());
                self.expr(operand);
            }
            ExprKind::Binary { first, rest } => {
                self.expr(first);
                for operation in rest {
                    self.gap(Gap::Space);
                    self.token_at(operation.operator_span, operation.operator.as_str());
                    self.gap(Gap::Space);
                    self.expr(&operation.operand);
                }
            }
            ExprKind::Postfix { base, steps } => {
                self.expr(base);
                // Without the blank, `1 .a` would become the number `1.` and a name.
                let digits = self
                    .source
                    .slice(base.span)
                    .bytes()
                    .all(|b| b.is_ascii_digit());
                if digits && matches!(steps.first().map(|s| &s.kind), Some(StepKind::Access(_))) {
                    self.gap(Gap::Space);
                }
                for step in steps {
                    self.step(step);
                }
            }
        }
    }

    fn step(&mut self, step: &Step) {
        match &step.kind {
            StepKind::Access(name) => {
                self.token(".");
                // A comment that ends its line may stand here, but not before every token that could follow.
                if self.line(step.span.start) == self.line(name.span.start) {
                    self.token(&name.name);
                } else {
                    self.token_at(name.span, &name.name);
                }
            }
            StepKind::Index(index) => {
                self.token_at(step.span, "[");
                self.expr(index);
                self.token_at(last_byte(step.span), "]");
            }
            StepKind::Call(arguments) => self.call(arguments, step.span),
        }
    }

    fn array(&mut self, elements: &[Expr], span: Span) {
        self.token_at(span, "[");
        let mut previous_line = self.line(span.start);
        for (at, element) in elements.iter().enumerate() {
            let new_line = self.line(element.span.start) != previous_line;
            if new_line {
                self.gap(Gap::Indent);
                self.gap(Gap::Break);
            } else if at > 0 {
                self.gap(Gap::Space);
            }
            previous_line = self.end_line(element.span);
            self.expr(element);
            if at + 1 < elements.len() {
                self.token(",");
            }
            if new_line {
                self.gap(Gap::Unindent);
            }
        }
        self.close_list("]", span, elements.is_empty(), previous_line);
    }

    fn call(&mut self, arguments: &[Expr], span: Span) {
        self.token("(");
        let mut previous_line = self.line(span.start);
        for (at, argument) in arguments.iter().enumerate() {
            let new_line = self.line(argument.span.start) != previous_line;
            if new_line {
                self.gap(Gap::Break);
                self.gap(Gap::Indent);
            } else if at > 0 {
                self.gap(Gap::Space);
            }
            previous_line = self.end_line(argument.span);
            self.expr(argument);
            if at + 1 < arguments.len() {
                self.token(",");
            }
            if new_line {
                self.gap(Gap::Unindent);
            }
        }
        self.close_list(")", span, arguments.is_empty(), previous_line);
    }

    /// Writes the closing bracket, on a line of its own if it stands on another line than the last item's.
    fn close_list(&mut self, close: &str, span: Span, is_empty: bool, last_line: u32) {
        if !is_empty && last_line != self.end_line(span) {
            self.token(",");
            // A comment before the bracket is indented like the items.
            self.gap(Gap::Indent);
            self.gap(Gap::Break);
            self.gap(Gap::Unindent);
        }
        self.token_at(last_byte(span), close);
    }

    fn object(&mut self, fields: &[Field], span: Span) {
        self.token_at(span, "{");
        self.gap(Gap::Indent);
        let mut previous_line = self.line(span.start);
        let mut previous_is_long = true;
        for (at, field) in fields.iter().enumerate() {
            let line = self.line(field.key.span.start);
            if line != previous_line {
                self.gap(if previous_is_long {
                    Gap::Break
                } else {
                    Gap::Newline
                });
            } else if at > 0 {
                self.gap(Gap::Space);
            }
            previous_line = line;
            let key = self.key(&field.key);
            self.token_at(field.key.span, &key);
            self.gap(Gap::Align);
            self.token("=");
            self.gap(Gap::Space);
            let first_line = self.line_count();
            self.expr(&field.value);
            previous_is_long = self.line_count() > first_line;
            if at + 1 < fields.len() {
                self.token(",");
            }
        }
        if !fields.is_empty() && previous_line != self.end_line(span) {
            self.token(",");
            self.gap(Gap::Break);
        }
        self.gap(Gap::Unindent);
        self.token_at(last_byte(span), "}");
    }

    /// A key as written; one between back quotes gets double quotes where that keeps its meaning.
    fn key(&self, key: &Key) -> Cow<'static, str> {
        let text = self.source.slice(key.span);
        let special = |c: char| c.is_control() || c == '\\' || c == '"';
        match text.strip_prefix('`').and_then(|t| t.strip_suffix('`')) {
            Some(inside) if !inside.is_empty() && !inside.contains(special) => {
                format!("\"{inside}\"").into()
            }
            _ => text.to_owned().into(),
        }
    }
}

/// The closing bracket of a span that ends with one.
fn last_byte(span: Span) -> Span {
    Span::new(span.end.saturating_sub(1), span.end)
}
