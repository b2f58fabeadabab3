//! An event's fields as one line of text.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};

/// The message and the other fields of an event or a span, as they came.
#[derive(Debug, Default)]
pub(super) struct Fields {
    message: String,
    /// ` name=value` for each, values quoted where a reader of logfmt needs it.
    others: String,
}

// === impl Fields ===

impl Fields {
    /// Adds the fields of a span after these; a span has no message.
    pub(super) fn append(&mut self, span: &Self) {
        self.others.push_str(&span.others);
    }

    pub(super) fn into_line(self) -> String {
        let mut line = self.message;
        if line.is_empty() {
            line.push_str(self.others.trim_start());
        } else {
            line.push_str(&self.others);
        }
        line
    }

    fn add(&mut self, name: &str, value: &str) {
        // Events that come through the `log` crate carry where they were written in fields of this kind.
        if name.starts_with("log.") {
            return;
        }
        self.others.push(' ');
        self.others.push_str(name);
        self.others.push('=');
        if value.is_empty() || value.contains(|c: char| c <= ' ' || c == '"' || c == '=') {
            // Writing to a string cannot fail.
            let _ = write!(self.others, "{value:?}");
        } else {
            self.others.push_str(value);
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            // Writing to a string cannot fail.
            let _ = write!(self.message, "{value:?}");
        } else {
            self.add(field.name(), &format!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message.push_str(value);
        } else {
            self.add(field.name(), value);
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.add(field.name(), &value.to_string());
    }
}
