//! Quoted text: escapes for what cannot be seen.

use std::fmt::Write as _;

/// The text in double quotes.
pub(crate) fn quote(text: &str, ascii_only: bool) -> String {
    quoted(text.chars(), '"', ascii_only)
}

/// A character in single quotes.
pub(crate) fn quote_char(character: char, ascii_only: bool) -> String {
    quoted(std::iter::once(character), '\'', ascii_only)
}

fn quoted(text: impl Iterator<Item = char>, mark: char, ascii_only: bool) -> String {
    let mut out = String::from(mark);
    for c in text {
        match c {
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x0b' => out.push_str("\\v"),
            '\\' => out.push_str("\\\\"),
            c if c == mark => out.extend(['\\', c]),
            c if c.is_ascii_control() => drop(write!(out, "\\x{:02x}", u32::from(c))),
            c if c.is_ascii() || (!ascii_only && is_visible(c)) => out.push(c),
            c if u32::from(c) < 0x1_0000 => drop(write!(out, "\\u{:04x}", u32::from(c))),
            c => drop(write!(out, "\\U{:08x}", u32::from(c))),
        }
    }
    out.push(mark);
    out
}

/// Whether a character shows itself. `Debug` knows; a letter before it keeps combining marks from being escaped.
fn is_visible(c: char) -> bool {
    !format!("{:?}", String::from_iter(['a', c])).contains("\\u")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        assert_eq!(
            quote("a\"b\\\n\u{1}é\u{a0}\u{1f600}\u{e0001}", false),
            "\"a\\\"b\\\\\\n\\x01é\\u00a0😀\\U000e0001\""
        );
        assert_eq!(quote("é😀", true), "\"\\u00e9\\U0001f600\"");
        assert_eq!(quote_char('\'', false), "'\\''");
    }
}
