//! `stage.eventlogmessage`: `Key: value` lines of a Windows event's message.

use tokio::time::Instant;

use crate::process::chain::Stage;
use crate::process::config::StageError;
use crate::process::item::Item;
use crate::process::value::Value;

/// Extracts keys and values.
pub(super) struct EventLog {
    source: String,
    drop_invalid: bool,
    overwrite: bool,
}

// === impl EventLog ===

impl EventLog {
    pub(super) fn new(
        source: &str,
        drop_invalid: bool,
        overwrite: bool,
    ) -> Result<Self, StageError> {
        if !is_label_name(source) {
            return Err(StageError::of(
                "source",
                format!("source {source:?} is no plain label name"),
            ));
        }
        Ok(Self {
            source: source.to_owned(),
            drop_invalid,
            overwrite,
        })
    }

    fn extract(&self, item: &mut Item) {
        let Some(text) = item.input(Some(&self.source)) else {
            return;
        };
        let text = text.into_owned();
        for line in text.split("\r\n") {
            let Some((key, value)) = line.split_once(':') else {
                continue;
            };
            let key = if is_label_name(key) {
                key.to_owned()
            } else if self.drop_invalid {
                continue;
            } else {
                plain(key)
            };
            let key = if item.extracted.get(&key).is_some() && !self.overwrite {
                format!("{key}_extracted")
            } else {
                key
            };
            item.extracted
                .set(&key, Value::Text(value.trim().to_owned()));
        }
    }
}

impl Stage for EventLog {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            self.extract(item);
        }
    }
}

fn is_label_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The name with underscores for what a label name cannot have.
fn plain(name: &str) -> String {
    if name.is_empty() {
        return "_".to_owned();
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    name.chars().map(plain).collect()
}
