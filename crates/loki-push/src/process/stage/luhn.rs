//! `stage.luhn`: hides numbers that pass the Luhn check, such as card numbers.

use outpost_model::GoRegex;
use tokio::time::Instant;

use super::{optional, source};
use crate::process::chain::Stage;
use crate::process::config::{LuhnConfig, StageError};
use crate::process::item::{Found, Item};
use crate::process::text::lossy;
use crate::process::value::Value;

/// Numbers of more digits are no card numbers, and Alloy leaves them.
const MAX_NUMBER: u64 = i64::MAX as u64;

/// Hides numbers.
pub(super) struct Luhn {
    delimiters: Vec<char>,
    min_length: usize,
    replacement: String,
    skip: Option<GoRegex>,
    source: Option<String>,
}

// === impl Luhn ===

impl Luhn {
    pub(super) fn new(config: &LuhnConfig) -> Result<Self, StageError> {
        Ok(Self {
            delimiters: config.delimiters.chars().collect(),
            min_length: config.min_length,
            replacement: if config.replacement.is_empty() {
                "**REDACTED**".to_owned()
            } else {
                config.replacement.clone()
            },
            skip: optional("skip_regex", &config.skip_regex)?,
            source: source(config.source.as_ref())?,
        })
    }

    fn hide(&self, text: &str) -> String {
        let Some(skip) = &self.skip else {
            return self.hide_all(text);
        };
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for found in skip.find_all(text) {
            let span = found.span();
            out.push_str(&self.hide_all(text.get(at..span.start).unwrap_or_default()));
            out.push_str(text.get(span.clone()).unwrap_or_default());
            at = span.end;
        }
        out.push_str(&self.hide_all(text.get(at..).unwrap_or_default()));
        out
    }

    fn hide_all(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        // A run: its text, its digits, and how much of the text ends in a digit.
        let (mut run, mut digits, mut ends) = (String::new(), String::new(), 0);
        for c in text.chars() {
            if c.is_ascii_digit() {
                run.push(c);
                digits.push(c);
                ends = run.len();
            } else if !digits.is_empty() && self.delimiters.contains(&c) {
                run.push(c);
            } else {
                self.finish(&mut out, &run, &digits, ends);
                run.clear();
                digits.clear();
                ends = 0;
                out.push(c);
            }
        }
        self.finish(&mut out, &run, &digits, ends);
        out
    }

    fn finish(&self, out: &mut String, run: &str, digits: &str, ends: usize) {
        let is_number = digits.len() >= self.min_length
            && digits
                .parse::<u64>()
                .is_ok_and(|number| number <= MAX_NUMBER)
            && passes(digits);
        if is_number {
            out.push_str(&self.replacement);
            out.push_str(run.get(ends..).unwrap_or_default());
        } else {
            out.push_str(run);
        }
    }
}

impl Stage for Luhn {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            // Of extracted values only texts are looked at.
            let found = self
                .source
                .as_deref()
                .and_then(|source| item.extracted.get(source));
            if matches!(found, Some(Found::Value(value)) if !matches!(value, Value::Text(_))) {
                continue;
            }
            let Some(text) = item.input(self.source.as_deref()) else {
                continue;
            };
            let hidden = self.hide(&lossy(&text));
            item.set_text(hidden);
        }
    }
}

fn passes(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            match (place % 2 == 1, digit * 2) {
                (false, _) => digit,
                (true, double) if double > 9 => double - 9,
                (true, double) => double,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}
