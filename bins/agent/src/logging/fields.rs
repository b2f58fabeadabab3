//! The fields of one event or span as name and text, in the order in which they were recorded.

use std::fmt;

use tracing::field::{Field, Visit};

/// The field that holds an event's words.
pub(super) const MESSAGE: &str = "message";

/// A value, as a log format may want to tell numbers from text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum FieldValue {
    /// Any text.
    Text(String),
    /// A number or a truth value, which stands without quotes.
    Bare(String),
}

/// Names and values; a name recorded again keeps its place and takes the later value.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(pub(super) Vec<(&'static str, FieldValue)>);

// === impl FieldValue ===

impl FieldValue {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Bare(text) => text,
        }
    }
}

// === impl Fields ===

impl Fields {
    fn put(&mut self, field: &Field, value: FieldValue) {
        let name = field.name();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = value,
            None => self.0.push((name, value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, FieldValue::Text(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, FieldValue::Text(value.to_owned()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, FieldValue::Bare(value.to_string()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, FieldValue::Bare(value.to_string()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, FieldValue::Bare(value.to_string()));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no infinities.
        self.put(
            field,
            if value.is_finite() {
                FieldValue::Bare(value.to_string())
            } else {
                FieldValue::Text(value.to_string())
            },
        );
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let mut text = value.to_string();
        let mut source = value.source();
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        self.put(field, FieldValue::Text(text));
    }
}
