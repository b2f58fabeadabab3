//! Text and actions, and the tokens within actions.

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Action(Vec<Token>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name or keyword.
    Word(String),
    /// `.name`, or a lone dot as an empty name.
    Field(String),
    /// `$name`, `$` as an empty name.
    Variable(String),
    Text(String),
    Char(char),
    Number(String),
    /// `(`, `)`, `|`, `:=`, `=`, `,`.
    Sign(&'static str),
    /// Blanks, which separate arguments.
    Space,
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";
const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// The pieces of a template.
pub(super) fn pieces(template: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = template;
    let mut trim_next = false;
    loop {
        let (text, action) = match rest.split_once(OPEN) {
            Some((text, action)) => (text, Some(action)),
            None => (rest, None),
        };
        let text = if trim_next {
            text.trim_start_matches(BLANK)
        } else {
            text
        };
        let (trims, action) = match action {
            Some(action)
                if action.starts_with('-')
                    && action.get(1..).is_some_and(|a| a.starts_with(BLANK)) =>
            {
                (true, Some(action.get(1..).unwrap_or_default()))
            }
            other => (false, other),
        };
        let text = if trims {
            text.trim_end_matches(BLANK)
        } else {
            text
        };
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        let Some(action) = action else {
            return Ok(pieces);
        };
        let (tokens, after, trim) = if let Some((after, trim)) = comment(action)? {
            (None, after, trim)
        } else {
            let (tokens, after, trim) = tokens(action)?;
            (Some(tokens), after, trim)
        };
        pieces.extend(tokens.map(Piece::Action));
        rest = after;
        trim_next = trim;
    }
}

/// What follows a comment.
fn comment(action: &str) -> Result<Option<(&str, bool)>, String> {
    let Some(body) = action.trim_start_matches(BLANK).strip_prefix("/*") else {
        return Ok(None);
    };
    let (_, after) = body.split_once("*/").ok_or("a comment has no end")?;
    if let Some(after) = after.strip_prefix(CLOSE) {
        return Ok(Some((after, false)));
    }
    let trimmed = after
        .trim_start_matches(BLANK)
        .strip_prefix('-')
        .and_then(|a| a.strip_prefix(CLOSE));
    match trimmed {
        Some(after) => Ok(Some((after, true))),
        None => Err("a comment must end its action".to_owned()),
    }
}

/// The tokens of an action, and what follows it.
fn tokens(action: &str) -> Result<(Vec<Token>, &str, bool), String> {
    let mut tokens = Vec::new();
    let mut rest = action;
    loop {
        if let Some(after) = rest.strip_prefix(CLOSE) {
            return Ok((tokens, after, false));
        }
        let first = rest.chars().next().ok_or("an action has no end")?;
        if BLANK.contains(&first) {
            rest = rest.trim_start_matches(BLANK);
            if let Some(after) = rest.strip_prefix('-').and_then(|r| r.strip_prefix(CLOSE)) {
                return Ok((tokens, after, true));
            }
            tokens.push(Token::Space);
            continue;
        }
        let (token, after) = token(rest, first)?;
        tokens.push(token);
        rest = after;
    }
}

fn token(rest: &str, first: char) -> Result<(Token, &str), String> {
    let after = rest.get(first.len_utf8()..).unwrap_or_default();
    Ok(match first {
        '"' => quoted(rest)?,
        '`' => {
            let (text, after) = after.split_once('`').ok_or("a raw string has no end")?;
            (Token::Text(text.to_owned()), after)
        }
        '\'' => {
            let (text, after) = until_quote(after, '\'')?;
            let text = unescape(text)?;
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => (Token::Char(c), after),
                _ => return Err("a character constant holds one character".to_owned()),
            }
        }
        '.' if after.starts_with(|c: char| c.is_ascii_digit()) => number(rest),
        '.' => {
            let (name, after) = word(after);
            (Token::Field(name.to_owned()), after)
        }
        '$' => {
            let (name, after) = word(after);
            (Token::Variable(name.to_owned()), after)
        }
        '0'..='9' => number(rest),
        '+' | '-' if after.starts_with(|c: char| c.is_ascii_digit() || c == '.') => number(rest),
        c if c.is_alphabetic() || c == '_' => {
            let (name, after) = word(rest);
            (Token::Word(name.to_owned()), after)
        }
        other => {
            let sign = ["(", ")", "|", ":=", "=", ","]
                .into_iter()
                .find(|sign| rest.starts_with(sign));
            let sign = sign.ok_or_else(|| format!("{other:?} is not expected in an action"))?;
            (
                Token::Sign(sign),
                rest.get(sign.len()..).unwrap_or_default(),
            )
        }
    })
}

fn word(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    text.split_at(end)
}

fn number(text: &str) -> (Token, &str) {
    let mut previous = ' ';
    let end = text
        .char_indices()
        .find(|(at, c)| {
            let sign = matches!(c, '+' | '-') && (*at == 0 || matches!(previous, 'e' | 'E'));
            previous = *c;
            !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_') || sign)
        })
        .map_or(text.len(), |(at, _)| at);
    let (number, after) = text.split_at(end);
    (Token::Number(number.to_owned()), after)
}

fn quoted(text: &str) -> Result<(Token, &str), String> {
    let (inner, after) = until_quote(text.get(1..).unwrap_or_default(), '"')?;
    Ok((Token::Text(unescape(inner)?), after))
}

fn until_quote(text: &str, quote: char) -> Result<(&str, &str), String> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => break,
            c if c == quote => {
                let (inner, after) = text.split_at(at);
                return Ok((inner, after.get(1..).unwrap_or_default()));
            }
            _ => {}
        }
    }
    Err("a string has no end".to_owned())
}

/// Resolves Go's escapes.
fn unescape(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let escape = chars.next().ok_or("an escape has no end")?;
        let (length, radix) = match escape {
            'x' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='7' => (2, 8),
            other => {
                out.push(match other {
                    'a' => '\x07',
                    'b' => '\x08',
                    'f' => '\x0c',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'v' => '\x0b',
                    '\\' | '"' | '\'' => other,
                    other => return Err(format!("\\{other} is no escape")),
                });
                continue;
            }
        };
        let mut digits = String::new();
        if radix == 8 {
            digits.push(escape);
        }
        digits.extend(chars.by_ref().take(length));
        let code = u32::from_str_radix(&digits, radix)
            .ok()
            .and_then(char::from_u32);
        out.push(code.ok_or_else(|| format!("\\{escape}{digits} is no character"))?);
    }
    Ok(out)
}
