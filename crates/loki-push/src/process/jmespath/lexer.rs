//! Tokens.

use serde_json::Value as Json;

use super::node::Data;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Quoted(String),
    Variable(String),
    Literal(Data),
    Number(i64),
    /// Any sign: `[?`, `||`, `.`, …
    Sign(&'static str),
    End,
}

/// Signs, longer ones first.
const SIGNS: [&str; 35] = [
    "[?", "[]", "||", "&&", "==", "!=", "<=", ">=", "//", "(", ")", "[", "]", "{", "}", ".", ",",
    ":", "*", "@", "&", "|", "!", "<", ">", "+", "-", "/", "%", "=", "−", "×", "÷", "$", "?",
];

/// The tokens of `text`, the last of which is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let Some(first) = rest.chars().next() else {
            tokens.push(Token::End);
            return Ok(tokens);
        };
        let (token, after) = match first {
            'a'..='z' | 'A'..='Z' | '_' => {
                let (name, after) = word(rest);
                (Token::Name(name.to_owned()), after)
            }
            '$' if rest
                .get(1..)
                .is_some_and(|r| r.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')) =>
            {
                let (name, after) = word(rest.get(1..).unwrap_or_default());
                (Token::Variable(name.to_owned()), after)
            }
            '"' => {
                let (quoted, after) = delimited(rest, '"')?;
                let name = serde_json::from_str(quoted)
                    .map_err(|_| format!("{quoted} is no JSON string"))?;
                (Token::Quoted(name), after)
            }
            '\'' => {
                let (quoted, after) = delimited(rest, '\'')?;
                let inner = quoted.get(1..quoted.len() - 1).unwrap_or_default();
                let text = inner.replace("\\'", "'").replace("\\\\", "\\");
                (Token::Literal(Data::Text(text)), after)
            }
            '`' => {
                let (quoted, after) = delimited(rest, '`')?;
                let inner = quoted
                    .get(1..quoted.len() - 1)
                    .unwrap_or_default()
                    .replace("\\`", "`");
                let json: Json = serde_json::from_str(inner.trim())
                    .map_err(|_| format!("`{inner}` is no JSON"))?;
                (Token::Literal(Data::from(&json)), after)
            }
            '0'..='9' => number(rest)?,
            '-' if begins_number(rest, tokens.last()) => number(rest)?,
            other => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
                let sign = sign.ok_or_else(|| format!("{other:?} is not expected"))?;
                (
                    Token::Sign(sign),
                    rest.get(sign.len()..).unwrap_or_default(),
                )
            }
        };
        tokens.push(token);
        rest = after;
    }
}

/// A minus is a number's where no operand stands before it.
fn begins_number(rest: &str, before: Option<&Token>) -> bool {
    let digit = rest
        .get(1..)
        .is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
    digit && matches!(before, Some(Token::Sign("[" | ":")))
}

fn word(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    text.split_at(end)
}

fn number(text: &str) -> Result<(Token, &str), String> {
    let sign = usize::from(text.starts_with('-'));
    let digits = text.get(sign..).unwrap_or_default();
    let length = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let (number, after) = text.split_at(sign + length);
    let value = number
        .parse()
        .map_err(|_| format!("{number} is too large"))?;
    Ok((Token::Number(value), after))
}

/// The text up to the closing mark, marks included.
fn delimited(text: &str, mark: char) -> Result<(&str, &str), String> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == mark => return Ok(text.split_at(at + c.len_utf8())),
            _ => {}
        }
    }
    Err(format!("a {mark} has no end"))
}
