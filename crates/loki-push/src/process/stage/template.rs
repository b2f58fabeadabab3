//! `stage.template`: sets an extracted value to a template's output.

use tokio::time::Instant;

use super::required;
use crate::process::chain::Stage;
use crate::process::config::{StageError, TemplateConfig};
use crate::process::item::Item;
use crate::process::template::{T, Template};
use crate::process::value::Value;

/// Keys besides the extracted ones.
const VALUE: &str = "Value";
const ENTRY: &str = "Entry";

/// `stage.template`.
pub(super) struct TemplateStage {
    source: String,
    template: Template,
}

// === impl TemplateStage ===

impl TemplateStage {
    pub(super) fn new(config: &TemplateConfig) -> Result<Self, StageError> {
        required("source", &config.source)?;
        Ok(Self {
            source: config.source.clone(),
            template: compile("template", &config.template)?,
        })
    }

    fn set(&self, item: &mut Item) {
        let value = |value: &Value| {
            value
                .text()
                .map_or(T::Nil, |text| T::text(text.into_owned()))
        };
        let extracted = item.extracted.all();
        let own = extracted
            .iter()
            .find(|(name, _)| *name == self.source)
            .map(|(_, v)| value(v));
        let entry = item.text().into_owned();
        let data = extracted
            .iter()
            .map(|(name, known)| (name.clone(), value(known)))
            .chain(own.map(|own| (VALUE.to_owned(), own)))
            .chain([(ENTRY.to_owned(), T::Text(entry))]);
        match self.template.run(&T::map(data)) {
            None => {}
            Some(text) if text.is_empty() => item.extracted.remove(&self.source),
            Some(text) => item.extracted.set(&self.source, Value::Text(text)),
        }
    }
}

impl Stage for TemplateStage {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            self.set(item);
        }
    }
}

/// A template that must compile.
pub(super) fn compile(argument: &'static str, text: &str) -> Result<Template, StageError> {
    Template::new(text).map_err(|why| {
        StageError::of(
            argument,
            format!("{argument} {text:?} is no template: {why}"),
        )
    })
}
