//! Character classes: written out as plain ranges, so that none of Rust's set operators can be read into them.

use std::fmt::Write as _;

use super::escape;

/// A class that no character is in.
pub(super) const NOTHING: &str = r"[^\x{0}-\x{10FFFF}]";

/// The names between `[:` and `:]`, which both engines know.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// The code points that no text can hold.
const SURROGATES: std::ops::RangeInclusive<u32> = 0xd800..=0xdfff;

const NOT_CLOSED: &str = "a class is not closed";

/// Reads the class at the start of `text`, from `[` to `]`; answers it in Rust's syntax, and what follows it.
pub(super) fn bracketed(text: &str) -> Result<(String, &str), &'static str> {
    let mut rest = text.strip_prefix('[').ok_or(NOT_CLOSED)?;
    let negated = rest.strip_prefix('^');
    rest = negated.unwrap_or(rest);
    let mut items = String::new();
    let mut first = true;
    loop {
        if !first && let Some(rest) = rest.strip_prefix(']') {
            return Ok((finish(&items, negated.is_some()), rest));
        }
        first = false;
        if let Some((item, after)) = posix(rest)? {
            items.push_str(&item);
            rest = after;
        } else if let Some((item, after)) = escaped(rest)? {
            items.push_str(&item);
            rest = after;
        } else {
            let (low, after) = character(rest)?;
            let (high, after) = match after.strip_prefix('-') {
                // `[a-]` means `a` or `-`; a range that the expression's end cuts off is found below.
                Some(high) if !high.is_empty() && !high.starts_with(']') => character(high)?,
                _ => (low, after),
            };
            if high < low {
                return Err("a class has a reversed range");
            }
            push_range(&mut items, low, high);
            rest = after;
        }
    }
}

/// Reads `\d`, `\W`, `\pL`, `\p{Greek}`, …: the items of a class, or none when the escape is something else.
pub(super) fn escaped(text: &str) -> Result<Option<(String, &str)>, &'static str> {
    for (letter, items) in [('d', "0-9"), ('s', r"\t\n\x0C\r\x20"), ('w', "0-9A-Za-z_")] {
        if let Some(rest) = text.strip_prefix(['\\', letter].iter().collect::<String>().as_str()) {
            return Ok(Some((items.to_owned(), rest)));
        }
        let upper = ['\\', letter.to_ascii_uppercase()];
        if let Some(rest) = text.strip_prefix(upper.iter().collect::<String>().as_str()) {
            return Ok(Some((format!("[^{items}]"), rest)));
        }
    }
    let (rest, negated) = match (text.strip_prefix(r"\p"), text.strip_prefix(r"\P")) {
        (Some(rest), _) => (rest, false),
        (_, Some(rest)) => (rest, true),
        _ => return Ok(None),
    };
    unicode(rest, negated).map(Some)
}

/// Reads what follows `\p` or `\P`.
fn unicode(text: &str, mut negated: bool) -> Result<(String, &str), &'static str> {
    let mut chars = text.chars();
    let (mut name, rest) = match chars.next() {
        None => return Err("a Unicode class without a name"),
        Some('{') => chars
            .as_str()
            .split_once('}')
            .ok_or("a Unicode class is not closed")?,
        Some(c) => text.split_at_checked(c.len_utf8()).unwrap_or_default(),
    };
    if let Some(positive) = name.strip_prefix('^') {
        negated = !negated;
        name = positive;
    }
    let letter = if negated { 'P' } else { 'p' };
    // Go knows categories and scripts, not Unicode's other properties.
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ' ' | '-');
    if !name.is_empty() && name.chars().all(plain) {
        for property in ["gc", "sc"] {
            let class = format!(r"\{letter}{{{property}={name}}}");
            if regex_syntax::Parser::new().parse(&class).is_ok() {
                return Ok((class, rest));
            }
        }
    }
    Err("an unknown Unicode class")
}

/// Reads `[:name:]` or `[:^name:]`.
fn posix(text: &str) -> Result<Option<(String, &str)>, &'static str> {
    let Some((name, rest)) = text
        .strip_prefix("[:")
        .and_then(|inner| inner.split_once(":]"))
    else {
        return Ok(None);
    };
    if POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
        Ok(Some((format!("[:{name}:]"), rest)))
    } else {
        Err("an unknown class between [: and :]")
    }
}

/// Reads one character of a class.
fn character(text: &str) -> Result<(u32, &str), &'static str> {
    match text.chars().next() {
        None => Err(NOT_CLOSED),
        Some('\\') => escape::character(text),
        Some(c) => {
            let (_, rest) = text.split_at_checked(c.len_utf8()).unwrap_or_default();
            Ok((c.into(), rest))
        }
    }
}

fn push_range(items: &mut String, low: u32, high: u32) {
    let below = (low, high.min(SURROGATES.start() - 1));
    let above = (low.max(SURROGATES.end() + 1), high);
    for (low, high) in [below, above] {
        if low <= high {
            // Writing to a string cannot fail.
            let _ = write!(items, r"\x{{{low:X}}}-\x{{{high:X}}}");
        }
    }
}

fn finish(items: &str, negated: bool) -> String {
    match (items.is_empty(), negated) {
        (true, false) => NOTHING.to_owned(),
        (true, true) => r"[\x{0}-\x{10FFFF}]".to_owned(),
        (false, false) => format!("[{items}]"),
        (false, true) => format!("[^{items}]"),
    }
}
