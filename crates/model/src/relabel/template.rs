//! Go's templates: `$1`, `${name}`, `$$`.
//!
//! A name after `$` is as long as it can be: `$1_a` names the group `1_a`. What is no reference stays as it is.

use std::sync::LazyLock;

use regex::Regex;

use crate::GoRegex;
use crate::go_regex::GoMatch;

/// Numbers from here on are names to Go.
const MAX_GROUP: usize = 100_000_000;

/// A template, read once.
#[derive(Clone, Debug)]
pub(super) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Group(usize),
    /// The groups of that name: the first that took part gives the text.
    Named(Vec<usize>),
}

// === impl Template ===

impl Template {
    /// Reads `template`; names stand for the groups of `regex`.
    pub(super) fn parse(template: &str, regex: &GoRegex) -> Self {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('$') {
            text.push_str(before);
            if let Some(after) = after.strip_prefix('$') {
                text.push('$');
                rest = after;
            } else if let Some((name, after)) = reference(after) {
                if !text.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                }
                parts.push(Part::reference(name, regex));
                rest = after;
            } else {
                text.push('$');
                rest = after;
            }
        }
        text.push_str(rest);
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        Self { parts }
    }

    /// Writes the template's text for `found` to the end of `out`.
    pub(super) fn expand(&self, found: &GoMatch<'_>, out: &mut String) {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Group(number) => out.push_str(found.group(*number).unwrap_or_default()),
                Part::Named(groups) => {
                    let text = groups.iter().find_map(|group| found.group(*group));
                    out.push_str(text.unwrap_or_default());
                }
            }
        }
    }
}

// === impl Part ===

impl Part {
    fn reference(name: &str, regex: &GoRegex) -> Self {
        let leading_zero = name.len() > 1 && name.starts_with('0');
        if name.bytes().all(|b| b.is_ascii_digit()) && !leading_zero {
            // Go stops reading at the ninth digit after a number this large.
            if let Some(number) = name.parse().ok().filter(|number| *number < 10 * MAX_GROUP) {
                return Self::Group(number);
            }
        }
        let groups = regex
            .names()
            .filter(|(group, _)| *group == name)
            .map(|(_, number)| number)
            .collect();
        Self::Named(groups)
    }
}

/// The name at the start of `text`, braced or not, and what follows it.
fn reference(text: &str) -> Option<(&str, &str)> {
    let braced = text.strip_prefix('{');
    let (name, rest) = name(braced.unwrap_or(text))?;
    match braced {
        Some(_) => Some((name, rest.strip_prefix('}')?)),
        None => Some((name, rest)),
    }
}

/// The longest run of Unicode letters, decimal digits and `_`.
fn name(text: &str) -> Option<(&str, &str)> {
    static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\pL\p{Nd}_]+").ok());
    let ascii = text
        .find(|c: char| c != '_' && !c.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    let end = match text.get(ascii..)?.chars().next() {
        Some(c) if !c.is_ascii() => NAME.as_ref()?.find(text).map_or(0, |found| found.end()),
        _ => ascii,
    };
    (end > 0).then(|| text.split_at(end))
}
