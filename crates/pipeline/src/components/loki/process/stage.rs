//! From stages as they are written to stages as they run.

use std::collections::BTreeMap;

use outpost_alloy_syntax::{Bytes, Choice as _, Encoded};
use outpost_loki_push::{
    CriConfig, DropConfig, JsonConfig, LabelSource, LimitConfig, LogfmtConfig, LuhnConfig,
    MatchAction, MatchConfig, MetricAction, MetricConfig, MetricKind, MultilineConfig, OnFailure,
    PackConfig, PatternConfig, RegexConfig, ReplaceConfig, StageConfig, StageError, TemplateConfig,
    TenantConfig, TimestampConfig, TruncateField, TruncateRule,
};

use super::arguments::{
    DropArguments, LimitArguments, LuhnArguments, MatchArguments, Metric, Stage, TenantArguments,
    TimestampArguments, TruncateArguments,
};
use crate::Refusal;

/// The stages' configurations.
pub(super) fn configs(stages: &[Stage]) -> Result<Vec<StageConfig>, Refusal> {
    stages
        .iter()
        .enumerate()
        .map(|(place, stage)| config(stage).map_err(|refusal| within(refusal, stages, place)))
        .collect()
}

/// A refusal at the stage that an error is about.
pub(super) fn refusal(stages: &[Stage], error: &StageError) -> Refusal {
    let Some((place, inner)) = error.place.split_first() else {
        return if error.argument.is_empty() {
            Refusal::new(error.message.as_str())
        } else {
            Refusal::of([error.argument], error.message.as_str())
        };
    };
    let rest = StageError {
        place: inner.to_vec(),
        ..error.clone()
    };
    let nested = match stages.get(*place) {
        Some(Stage::Match(arguments)) => refusal(&arguments.stages, &rest),
        _ => refusal(
            &[],
            &StageError {
                place: Vec::new(),
                ..rest
            },
        ),
    };
    within(nested, stages, *place)
}

/// Names the block of the stage at `place`.
fn within(refusal: Refusal, stages: &[Stage], place: usize) -> Refusal {
    let name = |stage: &Stage| match stage.encode() {
        Encoded::Block { name, .. } | Encoded::Attribute { name, .. } => name,
    };
    let Some(wanted) = stages.get(place).map(name) else {
        return refusal;
    };
    let before = stages
        .iter()
        .take(place)
        .filter(|stage| name(stage) == wanted)
        .count();
    let known = Stage::variants()
        .iter()
        .find(|variant| *variant.name == *wanted);
    match known {
        Some(variant) => refusal.within(variant.name, before),
        None => refusal,
    }
}

fn config(stage: &Stage) -> Result<StageConfig, Refusal> {
    Ok(match stage {
        Stage::Cri(a) => StageConfig::Cri(CriConfig {
            max_partial_lines: natural(a.max_partial_lines),
            max_partial_line_size: usize::try_from(a.max_partial_line_size).unwrap_or(usize::MAX),
            truncate: a.max_partial_line_size_truncate,
        }),
        Stage::Decolorize(_) => StageConfig::Decolorize,
        Stage::Docker(_) => StageConfig::Docker,
        Stage::Drop(a) => StageConfig::Drop(drop(a)),
        Stage::EventLogMessage(a) => StageConfig::EventLogMessage {
            source: a.source.clone(),
            drop_invalid_labels: a.drop_invalid_labels,
            overwrite_existing: a.overwrite_existing,
        },
        Stage::Java(a) => StageConfig::Java {
            max_wait: a.max_wait_time.to_std_or_zero(),
            max_lines: usize::try_from(a.max_lines).unwrap_or(usize::MAX),
        },
        Stage::Json(a) => StageConfig::Json(JsonConfig {
            expressions: pairs(&a.expressions),
            regex: a.regex.clone(),
            source: a.source.clone(),
            drop_malformed: a.drop_malformed,
        }),
        Stage::LabelDrop(a) => StageConfig::LabelDrop(a.values.clone()),
        Stage::LabelKeep(a) => StageConfig::LabelKeep(a.values.clone()),
        Stage::Labels(a) => StageConfig::Labels {
            values: optional_pairs(&a.values),
            source: word(
                "source_type",
                &a.source_type,
                &[
                    ("extracted", LabelSource::Extracted),
                    ("structured_metadata", LabelSource::Metadata),
                ],
            )?,
        },
        Stage::Limit(a) => StageConfig::Limit(limit(a)),
        Stage::Logfmt(a) => StageConfig::Logfmt(LogfmtConfig {
            mapping: pairs(&a.mapping),
            regex: a.regex.clone(),
            source: a.source.clone(),
        }),
        Stage::Luhn(a) => StageConfig::Luhn(luhn(a)),
        Stage::Match(a) => StageConfig::Match(matching(a)?),
        Stage::Metrics(a) => {
            StageConfig::Metrics(a.metrics.iter().map(metric).collect::<Result<_, _>>()?)
        }
        Stage::Multiline(a) => StageConfig::Multiline(MultilineConfig {
            firstline: a.firstline.clone(),
            max_lines: usize::try_from(a.max_lines).ok().filter(|lines| *lines > 0),
            max_wait: a.max_wait_time.to_std_or_zero(),
            trim_newlines: a.trim_newlines,
        }),
        Stage::Output(a) => StageConfig::Output(a.source.clone()),
        Stage::Pack(a) => StageConfig::Pack(PackConfig {
            labels: a.labels.clone(),
            ingest_timestamp: a.ingest_timestamp,
        }),
        Stage::Pattern(a) => StageConfig::Pattern(PatternConfig {
            pattern: a.pattern.clone(),
            source: a.source.clone(),
            labels_from_groups: a.labels_from_groups,
        }),
        Stage::Regex(a) => StageConfig::Regex(RegexConfig {
            expression: a.expression.clone(),
            source: a.source.clone(),
            labels_from_groups: a.labels_from_groups,
        }),
        Stage::Replace(a) => StageConfig::Replace(ReplaceConfig {
            expression: a.expression.clone(),
            replace: a.replace.clone(),
            source: a.source.clone(),
        }),
        Stage::Sampling(a) => StageConfig::Sampling {
            rate: a.rate,
            reason: a.drop_counter_reason.clone(),
        },
        Stage::SplitJson(a) => StageConfig::SplitJson(a.source.clone()),
        Stage::StaticLabels(a) => StageConfig::StaticLabels(optional_pairs(&a.values)),
        Stage::StructuredMetadata(a) => StageConfig::Metadata {
            values: optional_pairs(&a.values),
            regex: a.regex.clone(),
        },
        Stage::StructuredMetadataDrop(a) => StageConfig::MetadataDrop(a.values.clone()),
        Stage::Template(a) => StageConfig::Template(TemplateConfig {
            source: a.source.clone(),
            template: a.template.clone(),
        }),
        Stage::Tenant(a) => StageConfig::Tenant(tenant(a)?),
        Stage::Timestamp(a) => StageConfig::Timestamp(timestamp(a)?),
        Stage::Truncate(a) => StageConfig::Truncate(truncate(a)?),
    })
}

fn drop(a: &DropArguments) -> DropConfig {
    DropConfig {
        source: a.source.clone(),
        separator: a.separator.clone(),
        value: a.value.clone(),
        expression: a.expression.clone(),
        older_than: a
            .older_than
            .map(outpost_alloy_syntax::Duration::as_nanos)
            .filter(|age| *age != 0),
        longer_than: a.longer_than.map(bytes).filter(|length| *length > 0),
        reason: a.drop_counter_reason.clone(),
    }
}

fn matching(a: &MatchArguments) -> Result<MatchConfig, Refusal> {
    Ok(MatchConfig {
        selector: a.selector.clone(),
        action: word(
            "action",
            &a.action,
            &[("keep", MatchAction::Keep), ("drop", MatchAction::Drop)],
        )?,
        reason: a.drop_counter_reason.clone(),
        stages: configs(&a.stages)?,
    })
}

fn limit(a: &LimitArguments) -> LimitConfig {
    LimitConfig {
        rate: a.rate,
        burst: natural(a.burst),
        drop: a.drop,
        by_label_name: a.by_label_name.clone(),
        max_distinct_labels: natural(a.max_distinct_labels),
    }
}

fn luhn(a: &LuhnArguments) -> LuhnConfig {
    LuhnConfig {
        delimiters: a.delimiters.clone(),
        min_length: natural(a.min_length),
        replacement: a.replacement.clone(),
        skip_regex: a.skip_regex.clone(),
        source: a.source.clone(),
    }
}

fn metric(metric: &Metric) -> Result<MetricConfig, Refusal> {
    const ACTIONS: [(&str, MetricAction); 5] = [
        ("inc", MetricAction::Increment),
        ("dec", MetricAction::Decrement),
        ("add", MetricAction::Add),
        ("sub", MetricAction::Subtract),
        ("set", MetricAction::Set),
    ];
    macro_rules! config {
        ($given:expr, $action:expr, $kind:expr) => {
            MetricConfig {
                name: $given.name.clone(),
                prefix: $given.prefix.clone(),
                description: $given.description.clone(),
                source: $given.source.clone(),
                value: $given.value.clone(),
                action: $action,
                max_idle: $given.max_idle_duration.to_std_or_zero(),
                kind: $kind,
            }
        };
    }
    Ok(match metric {
        Metric::Counter(a) => {
            let kind = MetricKind::Counter {
                match_all: a.match_all,
                count_bytes: a.count_entry_bytes,
            };
            config!(a, word("metric.counter", &a.action, &ACTIONS)?, kind)
        }
        Metric::Gauge(a) => {
            config!(
                a,
                word("metric.gauge", &a.action, &ACTIONS)?,
                MetricKind::Gauge
            )
        }
        Metric::Histogram(a) => {
            let kind = MetricKind::Histogram {
                buckets: a.buckets.clone(),
            };
            config!(a, MetricAction::Add, kind)
        }
    })
}

fn tenant(a: &TenantArguments) -> Result<TenantConfig, Refusal> {
    match (a.label.as_str(), a.source.as_str(), a.value.as_str()) {
        (label, "", "") if !label.is_empty() => Ok(TenantConfig::Label(label.to_owned())),
        ("", source, "") if !source.is_empty() => Ok(TenantConfig::Source(source.to_owned())),
        ("", "", value) if !value.is_empty() => Ok(TenantConfig::Value(value.to_owned())),
        _ => Err(Refusal::new(
            "exactly one of label, source and value is needed",
        )),
    }
}

fn timestamp(a: &TimestampArguments) -> Result<TimestampConfig, Refusal> {
    let fudge = [("fudge", OnFailure::Fudge), ("skip", OnFailure::Skip)];
    Ok(TimestampConfig {
        source: a.source.clone(),
        format: a.format.clone(),
        fallback_formats: a.fallback_formats.clone(),
        location: a.location.clone().unwrap_or_default(),
        on_failure: word("action_on_failure", &a.action_on_failure, &fudge)?,
        fudge_duplicates: word(
            "action_on_duplicate_timestamp",
            &a.action_on_duplicate_timestamp,
            &[("fudge", true), ("keep", false)],
        )?,
    })
}

fn truncate(a: &TruncateArguments) -> Result<Vec<TruncateRule>, Refusal> {
    let kinds = [
        ("line", TruncateField::Line),
        ("label", TruncateField::Label),
        ("structured_metadata", TruncateField::Metadata),
        ("extracted", TruncateField::Extracted),
    ];
    let rules = a.rule.iter().map(|rule| {
        Ok(TruncateRule {
            limit: bytes(rule.limit),
            suffix: rule.suffix.clone(),
            sources: rule.sources.clone(),
            field: word("rule", &rule.source_type, &kinds)?,
        })
    });
    rules.collect()
}

/// The meaning of a word out of a list.
fn word<T: Copy>(
    argument: &'static str,
    given: &str,
    known: &[(&'static str, T)],
) -> Result<T, Refusal> {
    if let Some((_, meaning)) = known.iter().find(|(word, _)| *word == given) {
        Ok(*meaning)
    } else {
        let words: Vec<_> = known.iter().map(|(word, _)| *word).collect();
        let message = format!("unknown value {given:?}; there are {}", words.join(", "));
        Err(Refusal::of([argument], message))
    }
}

fn natural(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

fn bytes(size: Bytes) -> usize {
    natural(size.get())
}

fn pairs(given: &BTreeMap<String, String>) -> Vec<(String, String)> {
    given.iter().map(|(n, v)| (n.clone(), v.clone())).collect()
}

fn optional_pairs(given: &BTreeMap<String, Option<String>>) -> Vec<(String, String)> {
    let value = |value: &Option<String>| value.clone().unwrap_or_default();
    given.iter().map(|(n, v)| (n.clone(), value(v))).collect()
}
