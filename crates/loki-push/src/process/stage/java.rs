//! `stage.java`: joins stack traces of the JVM to the line that they belong to, without an expression.
//!
//! A line continues the one before it if it begins with a blank (a frame, `... 12 more`, `Suppressed:`), with
//! `Caused by:`, or if it is the name of a throwable, alone or before a colon. Every other line begins anew. Colours are
//! ignored.

use std::time::Duration;

use tokio::time::Instant;

use super::decolorize::without_codes;
use super::multiline::Blocks;
use crate::process::chain::Stage;
use crate::process::item::Item;

/// Joins stack traces.
pub(super) struct Java {
    blocks: Blocks,
}

// === impl Java ===

impl Java {
    pub(super) fn new(max_wait: Duration, max_lines: usize) -> Self {
        Self {
            blocks: Blocks::new(max_lines.max(1), max_wait, true),
        }
    }
}

impl Stage for Java {
    fn run(&mut self, items: &mut Vec<Item>, now: Instant) {
        let mut out = Vec::with_capacity(items.len());
        for item in items.drain(..) {
            let continues = {
                let text = item.text();
                is_continuation(&without_codes(&text))
            };
            let key = item.stream();
            if continues && self.blocks.is_open(&key) {
                self.blocks.go_on(&key, item, now, &mut out);
            } else {
                self.blocks.begin(&key, item, now, &mut out);
            }
        }
        *items = out;
    }

    fn due(&self) -> Option<Instant> {
        self.blocks.due()
    }

    fn flush(&mut self, now: Instant, all: bool) -> Vec<Item> {
        self.blocks.flush(now, all)
    }
}

fn is_continuation(line: &str) -> bool {
    line.starts_with([' ', '\t'])
        || line.starts_with("Caused by:")
        || line.starts_with("Suppressed:")
        || is_throwable(line)
}

/// `java.lang.IllegalStateException: text`, or the name alone.
fn is_throwable(line: &str) -> bool {
    let name = line
        .split([':', ' ', '\r', '\n'])
        .next()
        .unwrap_or_default();
    let after = line.get(name.len()..).unwrap_or_default();
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '$')
    };
    (after.trim_end().is_empty() || after.starts_with(':'))
        && name.contains('.')
        && ["Exception", "Error", "Throwable"]
            .iter()
            .any(|end| name.ends_with(end))
        && name.split('.').all(is_name)
}

#[cfg(test)]
mod tests {
    use super::is_continuation;

    #[test]
    fn frames_causes_and_throwables_continue_and_log_lines_do_not() {
        for (line, continues) in [
            ("\tat com.shop.Pay.run(Pay.java:12)", true),
            ("    ... 12 more", true),
            ("Caused by: java.io.IOException: gone", true),
            ("java.lang.IllegalStateException: no order", true),
            ("com.shop.Order$Missing_Exception", true),
            ("org.x.OutOfMemoryError", true),
            (
                "2026-11-20T09:10:11.123Z ERROR 1 --- [main] c.s.Pay : failed",
                false,
            ),
            ("java.lang.String: text", false),
            ("IllegalStateException: short", false),
            ("an Exception occurred", false),
            ("", false),
        ] {
            assert_eq!(is_continuation(line), continues, "{line}");
        }
    }
}
