//! Reads the `rule` blocks of the recordings: literals, comments and `array.concat`, no more of the language.

use outpost_model::RuleConfig;

/// A literal of a rule's attribute.
#[derive(Debug)]
enum Literal {
    Null,
    Text(String),
    /// As it was written.
    Number(String),
    List(Vec<Literal>),
}

/// Why a recording's rules are no rules.
#[derive(Debug, PartialEq)]
pub(crate) enum Unread {
    /// Something that this reader leaves to the language's own tests.
    Language,
    /// A word that names no action.
    Action,
}

struct Reader<'s> {
    rest: &'s str,
}

/// The rules in `source`.
pub(crate) fn read(source: &str) -> Result<Vec<RuleConfig>, Unread> {
    let mut reader = Reader { rest: source };
    let mut rules = Vec::new();
    while reader.take("rule") {
        reader.expect("{")?;
        let mut rule = RuleConfig::default();
        while !reader.take("}") {
            let name = reader.name()?;
            reader.expect("=")?;
            set(&mut rule, name, reader.literal()?)?;
        }
        rules.push(rule);
    }
    reader.blank();
    reader
        .rest
        .is_empty()
        .then_some(rules)
        .ok_or(Unread::Language)
}

fn set(rule: &mut RuleConfig, name: &str, value: Literal) -> Result<(), Unread> {
    match (name, value) {
        ("source_labels", Literal::Null) => rule.source_labels = None,
        ("source_labels", Literal::List(items)) => {
            rule.source_labels = Some(items.into_iter().map(text).collect::<Result<_, _>>()?);
        }
        ("modulus", Literal::Number(number) | Literal::Text(number)) => {
            rule.modulus = whole(&number).ok_or(Unread::Language)?;
        }
        ("separator", value) => rule.separator = text(value)?,
        ("regex", value) => rule.regex = text(value)?,
        ("target_label", value) => rule.target_label = text(value)?,
        ("replacement", value) => rule.replacement = text(value)?,
        ("action", value) => rule.action = text(value)?.parse().map_err(|_| Unread::Action)?,
        _ => return Err(Unread::Language),
    }
    Ok(())
}

/// A number as an unsigned one: fractions are cut, negative ones wrap.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the language's own conversion"
)]
fn whole(number: &str) -> Option<u64> {
    let wrapped = || number.parse::<i64>().ok().map(i64::cast_unsigned);
    let cut = || number.parse::<f64>().ok().map(|number| number as u64);
    number.parse().ok().or_else(wrapped).or_else(cut)
}

fn text(value: Literal) -> Result<String, Unread> {
    match value {
        Literal::Null => Ok(String::new()),
        Literal::Text(text) => Ok(text),
        Literal::Number(number) => number
            .parse::<f64>()
            .map(|number| number.to_string())
            .map_err(|_| Unread::Language),
        Literal::List(_) => Err(Unread::Language),
    }
}

// === impl Reader ===

impl<'s> Reader<'s> {
    fn blank(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let comment = self
                .rest
                .strip_prefix("//")
                .map(|line| line.split_once('\n').map_or("", |(_, rest)| rest))
                .or_else(|| Some(self.rest.strip_prefix("/*")?.split_once("*/")?.1));
            match comment {
                Some(rest) => self.rest = rest,
                None => return,
            }
        }
    }

    fn take(&mut self, word: &str) -> bool {
        self.blank();
        let rest = self.rest.strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, word: &str) -> Result<(), Unread> {
        self.take(word).then_some(()).ok_or(Unread::Language)
    }

    fn name(&mut self) -> Result<&'s str, Unread> {
        self.blank();
        self.until(|c| c != '_' && !c.is_ascii_alphanumeric())
    }

    /// The text before the first character that `ends` it; some text, or an error.
    fn until(&mut self, ends: impl Fn(char) -> bool) -> Result<&'s str, Unread> {
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!taken.is_empty()).then_some(taken).ok_or(Unread::Language)
    }

    fn literal(&mut self) -> Result<Literal, Unread> {
        if self.take("array.concat(") {
            let mut all = Vec::new();
            while !self.take(")") {
                match self.literal()? {
                    Literal::List(items) => all.extend(items),
                    _ => return Err(Unread::Language),
                }
                self.take(",");
            }
            return Ok(Literal::List(all));
        }
        if self.take("[") {
            let mut items = Vec::new();
            while !self.take("]") {
                items.push(self.literal()?);
                self.take(",");
            }
            return Ok(Literal::List(items));
        }
        if self.take("null") {
            return Ok(Literal::Null);
        }
        if self.take("`") {
            let (raw, rest) = self.rest.split_once('`').ok_or(Unread::Language)?;
            self.rest = rest;
            return Ok(Literal::Text(raw.to_owned()));
        }
        if self.rest.starts_with('"') {
            // The escapes that the recordings use are JSON's.
            let mut values = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
            let text = values.next().and_then(Result::ok).ok_or(Unread::Language)?;
            self.rest = &self.rest[values.byte_offset()..];
            return Ok(Literal::Text(text));
        }
        let number = self.until(|c| !"+-.eE0123456789".contains(c))?;
        Ok(Literal::Number(number.to_owned()))
    }
}
