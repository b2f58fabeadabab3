//! The text of a query, read from front to back.

use super::SelectorError;

/// What is left of a query. Blanks between the parts are skipped.
pub(super) struct Text<'a> {
    rest: &'a str,
    server: &'static str,
}

// === impl Text ===

impl<'a> Text<'a> {
    pub(super) fn new(query: &'a str, server: &'static str) -> Self {
        Self {
            rest: query.trim(),
            server,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The error for what stands here.
    pub(super) fn unknown(&self) -> SelectorError {
        SelectorError::Unknown {
            at: self.rest.chars().take(40).collect(),
            server: self.server,
        }
    }

    pub(super) fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    pub(super) fn until(&mut self, token: &str) -> Option<&'a str> {
        let (inside, rest) = self.rest.split_once(token)?;
        self.rest = rest.trim_start();
        Some(inside.trim())
    }

    pub(super) fn metric_name(&mut self) -> Option<&'a str> {
        self.name(|c| c == ':' || c == '_' || c.is_ascii_alphanumeric())
    }

    pub(super) fn label_name(&mut self) -> Option<&'a str> {
        self.name(|c| c == '_' || c.is_ascii_alphanumeric())
    }

    fn name(&mut self, is_part: impl Fn(char) -> bool) -> Option<&'a str> {
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at_checked(end)?;
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        self.rest = rest.trim_start();
        Some(name)
    }

    /// A string in double quotes, single quotes or backticks, unescaped as Go does it.
    pub(super) fn string(&mut self) -> Result<String, SelectorError> {
        let mut chars = self.rest.char_indices();
        let Some((_, quote @ ('"' | '\'' | '`'))) = chars.next() else {
            return Err(self.unknown());
        };
        let mut value = Vec::new();
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.rest = self.rest.get(at + 1..).unwrap_or_default().trim_start();
                return String::from_utf8(value).map_err(|_| bad("a string that is no UTF-8"));
            }
            if c == '\\' && quote != '`' {
                escape(&mut chars, &mut value)?;
            } else {
                value.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        Err(bad("a string without an end"))
    }
}

fn bad(problem: &str) -> SelectorError {
    SelectorError::Syntax {
        problem: problem.to_owned(),
    }
}

fn escape(chars: &mut std::str::CharIndices<'_>, value: &mut Vec<u8>) -> Result<(), SelectorError> {
    let unknown = || bad("an unknown escape in a string");
    let (_, kind) = chars.next().ok_or_else(unknown)?;
    let mut number = |digits: usize, radix: u32, first: Option<char>| {
        let mut number = first.and_then(|c| c.to_digit(radix)).unwrap_or(0);
        for _ in 0..digits {
            let digit = chars.next().and_then(|(_, c)| c.to_digit(radix));
            number = number * radix + digit.ok_or_else(unknown)?;
        }
        Ok(number)
    };
    let byte = match kind {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' => b'\\',
        '"' => b'"',
        '\'' => b'\'',
        'x' => u8::try_from(number(2, 16, None)?).map_err(|_| unknown())?,
        '0'..='7' => u8::try_from(number(2, 8, Some(kind))?).map_err(|_| unknown())?,
        'u' | 'U' => {
            let code = number(if kind == 'u' { 4 } else { 8 }, 16, None)?;
            let c = char::from_u32(code).ok_or_else(unknown)?;
            value.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return Ok(());
        }
        _ => return Err(unknown()),
    };
    value.push(byte);
    Ok(())
}
