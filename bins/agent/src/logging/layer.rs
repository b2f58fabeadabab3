//! The subscriber's layer: collects an event's fields and those of its spans, writes one line.

use std::io::Write;
use std::sync::Arc;
use std::time::SystemTime;

use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::fields::{FieldValue, Fields, MESSAGE};
use super::{LogFormat, Settings, json, logfmt};

/// Writes events to what `writer` gives, one `write_all` per line.
pub(super) struct LineLayer<W> {
    settings: Arc<Settings>,
    writer: W,
}

// === impl LineLayer ===

impl<W> LineLayer<W> {
    pub(super) fn new(settings: Arc<Settings>, writer: W) -> Self {
        Self { settings, writer }
    }
}

impl<S, W, O> Layer<S> for LineLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn() -> O + 'static,
    O: Write,
{
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Spans are always wanted: their fields belong to events of any level.
        if metadata.is_span() || *metadata.level() <= self.settings.level() {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.is_span() || *metadata.level() <= self.settings.level()
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut own = Fields::default();
        event.record(&mut own);
        let mut fields = vec![
            (
                "ts",
                FieldValue::Text(outpost_pipeline::rfc3339(SystemTime::now())),
            ),
            ("level", FieldValue::Text(level(event.metadata()).into())),
        ];
        let (message, rest): (Vec<_>, Vec<_>) =
            own.0.into_iter().partition(|(name, _)| *name == MESSAGE);
        fields.extend(message.into_iter().map(|(_, value)| ("msg", value)));
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(of_span) = span.extensions().get::<Fields>() {
                fields.extend(of_span.0.iter().cloned());
            }
        }
        fields.extend(rest);
        let mut line = render(&fields, self.settings.format());
        self.settings.tee().send(&line);
        line.push('\n');
        // There is nobody left to tell when standard error is gone.
        let _ = (self.writer)().write_all(line.as_bytes());
    }
}

fn level(metadata: &Metadata<'_>) -> &'static str {
    match *metadata.level() {
        tracing::Level::ERROR => "error",
        tracing::Level::WARN => "warn",
        tracing::Level::INFO => "info",
        _ => "debug",
    }
}

fn render(fields: &[(&'static str, FieldValue)], format: LogFormat) -> String {
    let mut line = String::with_capacity(256);
    for (name, value) in fields {
        match format {
            LogFormat::Logfmt => logfmt::push(&mut line, name, value.as_str()),
            LogFormat::Json => json::push(&mut line, name, value),
        }
    }
    if format == LogFormat::Json {
        json::close(&mut line);
    }
    line
}
