//! Strings: how they are written, and their values.

use super::{Lexer, TokenKind};
use crate::ast::Literal;

/// How far below the start of an unclosed string its end is looked for.
const MAX_LINES_BELOW: usize = 10;

/// An escape of fixed length: how many digits, of which base, and the highest value.
struct Digits {
    count: usize,
    radix: u32,
    max: u32,
}

const OCTAL: Digits = Digits {
    count: 3,
    radix: 8,
    max: 0xff,
};
const HEX_BYTE: Digits = Digits {
    count: 2,
    radix: 16,
    max: 0xff,
};
const HEX_SHORT: Digits = Digits {
    count: 4,
    radix: 16,
    max: 0x10_ffff,
};
const HEX_LONG: Digits = Digits {
    count: 8,
    radix: 16,
    max: 0x10_ffff,
};

// === impl Lexer ===

impl Lexer<'_> {
    /// A string between double quotes, or one between single quotes, which is reported and read as if it were double.
    pub(super) fn quoted(&mut self, quote: char) {
        let start = self.at;
        self.bump(1);
        let errors_before = self.lexed.errors.len();
        let closed = loop {
            match self.peek() {
                None | Some('\n') => break false,
                Some('\\') => self.escape(),
                Some(character) => {
                    self.bump(character.len_utf8());
                    if character == quote {
                        break true;
                    }
                }
            }
        };
        if quote == '\'' {
            self.lexed.errors.truncate(errors_before);
            let message = "a string does not stand between single quotes";
            self.report(start, self.at, message, "write `\"` at both ends");
        } else if !closed {
            self.unclosed(start);
        }
        self.lexed.runs_out |= !closed && self.peek().is_none();
        self.push(TokenKind::String, start);
    }

    fn unclosed(&mut self, start: usize) {
        if let Some(end) = self.closing_quote_below() {
            let message = "this string goes on in the next line";
            let help = "put a text of several lines between back quotes";
            self.report(start, self.at, message, help);
            self.at = end;
            return;
        }
        let written = self.text.get(start..self.at).unwrap_or_default().trim_end();
        self.report(
            start,
            start + written.len().max(1),
            "this string is not closed on its line",
            "close it with `\"`, or put a text of several lines between back quotes",
        );
    }

    /// The end of a string that someone spread over several lines: a quote below which nothing but the end of a string
    /// explains.
    fn closing_quote_below(&self) -> Option<usize> {
        let mut at = self.at + 1;
        for line in self
            .text
            .get(at..)?
            .split_inclusive('\n')
            .take(MAX_LINES_BELOW)
        {
            let mut quotes = line.match_indices('"').map(|(at, _)| at);
            if let Some(first) = quotes.next() {
                let before = line.get(..first).unwrap_or_default().trim_end();
                let opens =
                    before.is_empty() || before.ends_with(['=', '[', '(', '{', ',', '+', ':']);
                let closes = quotes.count() % 2 == 0 && !opens;
                return closes.then_some(at + first + 1);
            }
            at += line.len();
        }
        None
    }

    pub(super) fn raw_string(&mut self) {
        let start = self.at;
        self.bump(1);
        self.bump_while(|c| c != '`');
        if self.peek().is_some() {
            self.bump(1);
        } else {
            self.report(
                start,
                start + 1,
                "this string is never closed",
                "close it with a back quote",
            );
            self.lexed.runs_out = true;
        }
        self.push(TokenKind::RawString, start);
    }

    /// Reads an escape from its backslash on; of a faulty one only what is right.
    fn escape(&mut self) {
        self.bump(1);
        let start = self.at;
        let digits = match self.peek() {
            // The missing closing quote is reported instead.
            None | Some('\n') => return,
            Some('a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' | '"') => return self.bump(1),
            Some('0'..='7') => OCTAL,
            Some('x') => HEX_BYTE,
            Some('u') => HEX_SHORT,
            Some('U') => HEX_LONG,
            Some(other) => {
                let message = format!("`\\{}` is no escape", other.escape_debug());
                let help = "write `\\\\` for a backslash, or put the text between back quotes";
                self.report(start, start + other.len_utf8(), &message, help);
                return;
            }
        };
        if digits.radix == 16 {
            self.bump(1);
        }
        let mut value = 0u32;
        for _ in 0..digits.count {
            let digit = self.peek().and_then(|c| c.to_digit(digits.radix));
            let Some(digit) = digit else {
                let written = self.text.get(start..self.at).unwrap_or_default();
                let message = format!("the escape `\\{written}` lacks digits");
                let help = format!("it needs {} of base {}", digits.count, digits.radix);
                let end = self.at.max(start + 1);
                self.report(start, end, &message, &help);
                return;
            };
            value = value.saturating_mul(digits.radix).saturating_add(digit);
            self.bump(1);
        }
        if value > digits.max || (0xd800..0xe000).contains(&value) {
            let message = if digits.max == 0xff {
                "this escape is more than a byte holds"
            } else {
                "this escape is no Unicode character"
            };
            self.report(start, self.at, message, "");
        }
    }
}

/// The value of a string as written with its double quotes. Faulty escapes, which the lexer reported, stay as they are.
pub(crate) fn unquote(text: &str) -> Literal {
    let inside = text.strip_prefix('"').unwrap_or(text);
    let inside = inside.strip_suffix('"').unwrap_or(inside);
    if !inside.contains('\\') {
        return Literal::String(inside.into());
    }
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(rest.get(..at).unwrap_or_default().as_bytes());
        let escape = rest.get(at + 1..).unwrap_or_default();
        let read = unescape(escape, &mut bytes);
        if read == 0 {
            bytes.push(b'\\');
        }
        rest = escape.get(read..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    match String::from_utf8(bytes) {
        Ok(text) => Literal::String(text.into()),
        Err(error) => Literal::Bytes(error.into_bytes().into()),
    }
}

/// The value of a string as written with its back quotes: all but carriage returns.
pub(crate) fn unquote_raw(text: &str) -> Literal {
    let inside = text.strip_prefix('`').unwrap_or(text);
    let inside = inside.strip_suffix('`').unwrap_or(inside);
    Literal::String(inside.replace('\r', "").into())
}

/// Appends what the escape after a backslash stands for, and says how many bytes of `text` it takes: none if faulty.
fn unescape(text: &str, bytes: &mut Vec<u8>) -> usize {
    let (digits, skipped) = match text.bytes().next() {
        Some(b'x') => (HEX_BYTE, 1),
        Some(b'u') => (HEX_SHORT, 1),
        Some(b'U') => (HEX_LONG, 1),
        Some(b'0'..=b'7') => (OCTAL, 0),
        Some(single) => {
            let value = match single {
                b'a' => 0x07,
                b'b' => 0x08,
                b'f' => 0x0c,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'v' => 0x0b,
                b'\\' | b'"' => single,
                _ => return 0,
            };
            bytes.push(value);
            return 1;
        }
        None => return 0,
    };
    let end = skipped + digits.count;
    let written = text.get(skipped..end).unwrap_or_default();
    let Ok(value) = u32::from_str_radix(written, digits.radix) else {
        return 0;
    };
    if digits.max == 0xff {
        let Ok(byte) = u8::try_from(value) else {
            return 0;
        };
        bytes.push(byte);
    } else {
        let Some(character) = char::from_u32(value) else {
            return 0;
        };
        bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(written: &str) -> Literal {
        unquote(written)
    }

    #[test]
    fn escapes_stand_for_characters_or_bytes() {
        let all = r#""\a\b\f\n\r\t\v\\\"\x41\101\u00e9\U0001F600""#;
        let value = "\x07\x08\x0c\n\r\t\x0b\\\"AA\u{e9}\u{1f600}";
        assert_eq!(text(all), Literal::String(value.into()));
        assert_eq!(text(r#""\xc3\xa9""#), Literal::String("é".into()));
        assert_eq!(text(r#""a\377""#), Literal::Bytes([b'a', 0xff].into()));
    }

    #[test]
    fn raw_strings_lose_carriage_returns_only() {
        assert_eq!(
            unquote_raw("`a\\n\r\n\"`"),
            Literal::String("a\\n\n\"".into())
        );
    }
}
