//! What follows a backslash.

use super::class;

/// A backslash and what belongs to it.
#[derive(Debug)]
pub(super) enum Escaped<'p> {
    /// One character, which may be a surrogate: Go can name it, no text can hold it.
    Char(u32),
    /// A class in Rust's syntax, with its brackets.
    Class(String),
    /// An assertion in Rust's syntax.
    Assertion(String),
    /// `\Q…\E`: the text between.
    Quoted(&'p str),
}

/// Reads the escape at the start of `text`, outside of a class; answers what follows it, too.
pub(super) fn read(text: &str) -> Result<(Escaped<'_>, &str), &'static str> {
    let assertion = |piece: &str| Escaped::Assertion(piece.to_owned());
    for (written, meant) in [
        ("\\A", "\\A"),
        ("\\z", "\\z"),
        ("\\b", "(?-u:\\b)"),
        ("\\B", "(?-u:\\B)"),
    ] {
        if let Some(rest) = text.strip_prefix(written) {
            return Ok((assertion(meant), rest));
        }
    }
    if let Some(quoted) = text.strip_prefix("\\Q") {
        let (quoted, rest) = quoted.split_once("\\E").unwrap_or((quoted, ""));
        return Ok((Escaped::Quoted(quoted), rest));
    }
    if let Some((items, rest)) = class::escaped(text)? {
        return Ok((Escaped::Class(format!("[{items}]")), rest));
    }
    let (c, rest) = character(text)?;
    Ok((Escaped::Char(c), rest))
}

/// Reads an escape that stands for one character.
pub(super) fn character(text: &str) -> Result<(u32, &str), &'static str> {
    const UNKNOWN: &str = "an unknown escape";
    let mut chars = text.chars();
    chars.next();
    let Some(c) = chars.next() else {
        return Err("a backslash at the end");
    };
    let rest = chars.as_str();
    let code = match c {
        'a' => 0x07,
        'f' => 0x0c,
        'n' => 0x0a,
        'r' => 0x0d,
        't' => 0x09,
        'v' => 0x0b,
        'x' => return hexadecimal(rest).ok_or(UNKNOWN),
        // A single digit other than 0 would be a reference to a group, which Go does not have.
        '1'..='7' if !rest.starts_with(|c: char| c.is_digit(8)) => return Err(UNKNOWN),
        '0'..='7' => return Ok(octal(text)),
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => u32::from(c),
        _ => return Err(UNKNOWN),
    };
    Ok((code, rest))
}

/// Up to three octal digits after the backslash.
fn octal(text: &str) -> (u32, &str) {
    let digits = text.get(1..).unwrap_or_default();
    let length = digits
        .bytes()
        .take(3)
        .take_while(|b| (b'0'..=b'7').contains(b))
        .count();
    let (digits, rest) = digits.split_at_checked(length).unwrap_or((digits, ""));
    (u32::from_str_radix(digits, 8).unwrap_or_default(), rest)
}

/// `{digits}` or two digits.
fn hexadecimal(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = match text.strip_prefix('{') {
        Some(braced) => braced.split_once('}')?,
        None => text.split_at_checked(2)?,
    };
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let digits = digits.trim_start_matches('0');
    if !all_digits || digits.len() > 6 {
        return None;
    }
    let code = if digits.is_empty() {
        0
    } else {
        u32::from_str_radix(digits, 16).ok()?
    };
    (code <= u32::from(char::MAX)).then_some((code, rest))
}

/// One character in Rust's syntax.
pub(super) fn literal(code: u32) -> String {
    match char::from_u32(code) {
        Some(c) => regex_syntax::escape(c.encode_utf8(&mut [0; 4])),
        None => class::NOTHING.to_owned(),
    }
}
