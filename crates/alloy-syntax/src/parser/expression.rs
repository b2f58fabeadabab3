//! Expressions: operators and their precedence.
//!
//! From loose to tight: `||`, `&&`, comparisons, `+ -`, `* / %`, `^`, the signs `! -`. A power binds to the right, all
//! others to the left.

use super::{Parsed, Parser};
use crate::Span;
use crate::ast::{BinaryOperator, Expr, ExprKind, Operation, UnaryOperator};
use crate::lexer::TokenKind;

// === impl Parser ===

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.binary(1)
    }

    /// An operand and the operators after it that bind at least as tightly as `least`.
    fn binary(&mut self, least: u8) -> Parsed<Expr> {
        self.enter()?;
        let mut left = self.power()?;
        while let Some(precedence) = self.precedence().filter(|p| *p >= least) {
            let mut rest = Vec::new();
            while let Some(operator) = self.operator_of(precedence) {
                let operator_span = self.advance().span;
                rest.push(Operation {
                    operator,
                    operator_span,
                    operand: self.binary(precedence + 1)?,
                });
            }
            left = joined(left, rest);
        }
        self.leave();
        Ok(left)
    }

    fn power(&mut self) -> Parsed<Expr> {
        let base = self.unary()?;
        let Some(operator) = self.operator_of(BinaryOperator::Power.precedence()) else {
            return Ok(base);
        };
        let operator_span = self.advance().span;
        self.enter()?;
        let operand = self.power()?;
        self.leave();
        let operation = Operation {
            operator,
            operator_span,
            operand,
        };
        Ok(joined(base, vec![operation]))
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let mut signs = Vec::new();
        loop {
            let operator = match self.kind() {
                TokenKind::Not => UnaryOperator::Not,
                TokenKind::Operator(BinaryOperator::Subtract) => UnaryOperator::Minus,
                _ => break,
            };
            self.enter()?;
            signs.push((operator, self.advance().span));
        }
        let operand = self.postfix()?;
        Ok(signs
            .into_iter()
            .rev()
            .fold(operand, |operand, (operator, span)| {
                self.leave();
                Expr {
                    span: span.to(operand.span),
                    kind: ExprKind::Unary {
                        operator,
                        operand: Box::new(operand),
                    },
                }
            }))
    }

    fn precedence(&self) -> Option<u8> {
        match self.kind() {
            TokenKind::Operator(operator) => Some(operator.precedence()),
            _ => None,
        }
    }

    fn operator_of(&self, precedence: u8) -> Option<BinaryOperator> {
        match self.kind() {
            TokenKind::Operator(operator) if operator.precedence() == precedence => Some(operator),
            _ => None,
        }
    }
}

fn joined(first: Expr, rest: Vec<Operation>) -> Expr {
    let end = rest.last().map_or(first.span, |last| last.operand.span);
    Expr {
        span: Span::to(first.span, end),
        kind: ExprKind::Binary {
            first: Box::new(first),
            rest,
        },
    }
}
