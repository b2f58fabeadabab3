//! The stages, one file for each idea, and how they are made of their configuration.

mod cri;
mod decolorize;
mod docker;
mod drop;
mod event_log;
mod java;
mod json;
mod labels;
mod limit;
mod logfmt;
mod luhn;
mod matching;
mod metadata;
mod metrics;
mod multiline;
mod pack;
mod pattern;
mod regex;
mod replace;
mod split_json;
mod template;
mod timestamp;
mod truncate;

use outpost_model::GoRegex;

use super::chain::{Chain, Stage};
use super::config::{StageConfig, StageError};
use super::context::ProcessMetrics;

/// The stages of `configs`, in order.
pub(super) fn chain(
    configs: &[StageConfig],
    metrics: &ProcessMetrics,
) -> Result<Chain, StageError> {
    let stages = configs.iter().enumerate();
    let stages =
        stages.map(|(place, config)| stage(config, metrics).map_err(|error| error.at(place)));
    Ok(Chain::new(stages.collect::<Result<_, _>>()?))
}

fn stage(config: &StageConfig, metrics: &ProcessMetrics) -> Result<Box<dyn Stage>, StageError> {
    Ok(match config {
        StageConfig::Docker => Box::new(docker::Docker),
        StageConfig::Cri(config) => Box::new(cri::Cri::new(config, metrics)?),
        StageConfig::Json(config) => Box::new(json::Json::new(config, metrics)?),
        StageConfig::Logfmt(config) => Box::new(logfmt::Logfmt::new(config)?),
        StageConfig::Regex(config) => Box::new(regex::Regex::new(config)?),
        StageConfig::Pattern(config) => Box::new(pattern::Pattern::new(config)?),
        StageConfig::Multiline(config) => Box::new(multiline::Multiline::new(config)?),
        StageConfig::Java {
            max_wait,
            max_lines,
        } => Box::new(java::Java::new(*max_wait, *max_lines)),
        StageConfig::Labels { values, source } => {
            Box::new(labels::FromValues::new(values, *source))
        }
        StageConfig::StaticLabels(values) => Box::new(labels::Static::new(values)),
        StageConfig::LabelDrop(names) => Box::new(labels::Drop::new(names)?),
        StageConfig::LabelKeep(names) => Box::new(labels::Keep::new(names)?),
        StageConfig::Metadata { values, regex } => Box::new(metadata::Take::new(values, regex)?),
        StageConfig::MetadataDrop(names) => Box::new(metadata::Drop::new(names)?),
        StageConfig::Timestamp(config) => Box::new(timestamp::TimestampStage::new(config)?),
        StageConfig::Output(source) => Box::new(labels::Output::new(source)?),
        StageConfig::Drop(config) => Box::new(drop::Drop::new(config, metrics)?),
        StageConfig::Match(config) => Box::new(matching::Match::new(config, metrics)?),
        StageConfig::Replace(config) => Box::new(replace::Replace::new(config)?),
        StageConfig::Template(config) => Box::new(template::TemplateStage::new(config)?),
        StageConfig::Tenant(config) => Box::new(labels::Tenant::new(config)),
        StageConfig::Limit(config) => Box::new(limit::Limit::new(config, metrics)?),
        StageConfig::Sampling { rate, reason } => {
            Box::new(limit::Sampling::new(*rate, reason, metrics)?)
        }
        StageConfig::Metrics(configs) => Box::new(metrics::Metrics::new(configs, metrics)?),
        StageConfig::Decolorize => Box::new(decolorize::Decolorize),
        StageConfig::Pack(config) => Box::new(pack::Pack::new(config)),
        StageConfig::Truncate(rules) => Box::new(truncate::Truncate::new(rules, metrics)?),
        StageConfig::SplitJson(source) => Box::new(split_json::SplitJson::new(source.as_ref())?),
        StageConfig::Luhn(config) => Box::new(luhn::Luhn::new(config)?),
        StageConfig::EventLogMessage {
            source,
            drop_invalid_labels,
            overwrite_existing,
        } => Box::new(event_log::EventLog::new(
            source,
            *drop_invalid_labels,
            *overwrite_existing,
        )?),
    })
}

/// An expression that must compile.
fn expression(argument: &'static str, pattern: &str) -> Result<GoRegex, StageError> {
    GoRegex::new(pattern).map_err(|error| {
        StageError::of(
            argument,
            format!("{argument} {pattern:?} is no expression: {error}"),
        )
    })
}

/// An expression that may be left out.
fn optional(argument: &'static str, pattern: &str) -> Result<Option<GoRegex>, StageError> {
    if pattern.is_empty() {
        return Ok(None);
    }
    expression(argument, pattern).map(Some)
}

/// A source that is given must name something.
fn source(given: Option<&String>) -> Result<Option<String>, StageError> {
    match given {
        Some(source) if source.is_empty() => Err(StageError::of(
            "source",
            "source is given but empty; leave it out to read the line",
        )),
        other => Ok(other.cloned()),
    }
}

/// An argument that must not be empty.
fn required(argument: &'static str, text: &str) -> Result<(), StageError> {
    if text.is_empty() {
        return Err(StageError::of(argument, format!("{argument} is empty")));
    }
    Ok(())
}
