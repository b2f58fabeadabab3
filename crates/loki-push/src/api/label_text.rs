//! Reads the labels of a pushed stream: `{a="b", c='d'}`, as a PromQL selector of equalities is written.

use outpost_model::{LabelsBuilder, is_legacy_label_name};

/// The labels are no label set; where reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadLabels {
    pub(super) at: usize,
}

/// Adds the labels of `text` to `labels`. A name in front of the braces counts as `__name__`.
pub(super) fn read(text: &str, labels: &mut LabelsBuilder) -> Result<(), BadLabels> {
    let mut rest = Rest {
        whole: text,
        left: text.trim_start(),
    };
    let metric = rest.word(|c| c == ':' || c == '_' || c.is_ascii_alphanumeric());
    if metric.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(rest.bad());
    }
    if !metric.is_empty() {
        labels.set("__name__", metric);
        if rest.left.is_empty() {
            return Ok(());
        }
    }
    if metric.is_empty() && rest.left.is_empty() {
        return Ok(());
    }
    rest.token('{')?;
    while !rest.left.starts_with('}') {
        let name = rest.word(|c| c == '_' || c.is_ascii_alphanumeric());
        if !is_legacy_label_name(name) {
            return Err(rest.bad());
        }
        rest.token('=')?;
        let value = rest.quoted()?;
        labels.set(name, value);
        if !rest.left.starts_with('}') {
            rest.token(',')?;
        }
    }
    rest.token('}')?;
    if rest.left.is_empty() {
        Ok(())
    } else {
        Err(rest.bad())
    }
}

struct Rest<'a> {
    whole: &'a str,
    left: &'a str,
}

// === impl Rest ===

impl<'a> Rest<'a> {
    fn bad(&self) -> BadLabels {
        BadLabels {
            at: self.whole.len().saturating_sub(self.left.len()),
        }
    }

    fn token(&mut self, token: char) -> Result<(), BadLabels> {
        let rest = self.left.strip_prefix(token).ok_or_else(|| self.bad())?;
        self.left = rest.trim_start();
        Ok(())
    }

    fn word(&mut self, part: impl Fn(char) -> bool) -> &'a str {
        let end = self.left.find(|c| !part(c)).unwrap_or(self.left.len());
        let (word, rest) = self.left.split_at(end);
        self.left = rest.trim_start();
        word
    }

    /// A text in double or single quotes with Go's escapes, or in backticks as it stands.
    fn quoted(&mut self) -> Result<String, BadLabels> {
        let quote = self.left.chars().next().ok_or_else(|| self.bad())?;
        if !matches!(quote, '"' | '\'' | '`') {
            return Err(self.bad());
        }
        let mut bytes = Vec::new();
        let mut chars = self.left.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            let from = self.left.get(at..).unwrap_or_default();
            match c {
                c if c == quote => {
                    self.left = from.get(1..).unwrap_or_default().trim_start();
                    return String::from_utf8(bytes).map_err(|_| self.bad());
                }
                '\\' if quote != '`' => {
                    let taken = escape(from, &mut bytes).ok_or_else(|| self.bad())?;
                    // The escape's characters are ASCII.
                    for _ in 1..taken {
                        chars.next();
                    }
                }
                '\n' if quote != '`' => return Err(self.bad()),
                c => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        Err(self.bad())
    }
}

/// Decodes the escape at the start of `text`; says how many bytes it took.
fn escape(text: &str, out: &mut Vec<u8>) -> Option<usize> {
    let kind = *text.as_bytes().get(1)?;
    let simple = match kind {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        b'\\' | b'"' | b'\'' => kind,
        _ => {
            let (start, digits, radix) = match kind {
                b'x' => (2, 2, 16),
                b'u' => (2, 4, 16),
                b'U' => (2, 8, 16),
                b'0'..=b'7' => (1, 3, 8),
                _ => return None,
            };
            let digits = text.get(start..start + digits)?;
            if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            let number = u32::from_str_radix(digits, radix).ok()?;
            if matches!(kind, b'u' | b'U') {
                let c = char::from_u32(number)?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                out.push(u8::try_from(number).ok()?);
            }
            return Some(start + digits.len());
        }
    };
    out.push(simple);
    Some(2)
}
