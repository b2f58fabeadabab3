//! Numbers: how they are written, and their values.

use super::{Lexer, TokenKind};
use crate::ast::Literal;

// === impl Lexer ===

impl Lexer<'_> {
    pub(super) fn number(&mut self) {
        let start = self.at;
        let mut kind = TokenKind::Integer;
        self.bump_while(|c| c.is_ascii_digit());
        if self.byte(0) == Some(b'.') {
            kind = TokenKind::Float;
            self.bump(1);
            self.bump_while(|c| c.is_ascii_digit());
        }
        if matches!(self.byte(0), Some(b'e' | b'E')) {
            kind = TokenKind::Float;
            self.bump(1);
            if matches!(self.byte(0), Some(b'+' | b'-')) {
                self.bump(1);
            }
            if self.byte(0).is_some_and(|b| b.is_ascii_digit()) {
                self.bump_while(|c| c.is_ascii_digit());
            } else {
                self.report(
                    start,
                    self.at,
                    "the exponent of this number has no digits",
                    "write digits after the `e`",
                );
            }
        }
        self.push(kind, start);
    }
}

/// The value of an integer as written: octal after a leading zero, unsigned above 2^63-1, a float above 2^64-1 or where
/// it is no octal number (`08`). `None` where even a float cannot hold it.
pub(crate) fn integer(text: &str) -> Option<Literal> {
    let (digits, radix) = match text.strip_prefix('0') {
        Some(octal) if !octal.is_empty() => (octal, 8),
        _ => (text, 10),
    };
    match u64::from_str_radix(digits, radix) {
        Ok(value) => Some(i64::try_from(value).map_or(Literal::Uint(value), Literal::Int)),
        Err(_) => float(text),
    }
}

/// The value of a float as written; `None` where it is out of range.
pub(crate) fn float(text: &str) -> Option<Literal> {
    let value = text.parse::<f64>().ok()?;
    value.is_finite().then_some(Literal::Float(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leading_zero_means_octal_unless_a_digit_is_too_high() {
        assert_eq!(integer("017"), Some(Literal::Int(15)));
        assert_eq!(integer("0"), Some(Literal::Int(0)));
        assert_eq!(integer("08"), Some(Literal::Float(8.0)));
    }

    #[test]
    fn integers_grow_into_unsigned_and_then_floats() {
        assert_eq!(integer("9223372036854775807"), Some(Literal::Int(i64::MAX)));
        assert_eq!(integer("9223372036854775808"), Some(Literal::Uint(1 << 63)));
        assert_eq!(
            integer("18446744073709551616"),
            Some(Literal::Float(18_446_744_073_709_551_616.0))
        );
        assert_eq!(integer(&"9".repeat(400)), None);
    }

    #[test]
    fn floats_may_lack_a_side_but_not_a_range() {
        assert_eq!(float("5."), Some(Literal::Float(5.0)));
        assert_eq!(float(".5e1"), Some(Literal::Float(5.0)));
        assert_eq!(float("1e-400"), Some(Literal::Float(0.0)));
        assert_eq!(float("1e309"), None);
    }
}
