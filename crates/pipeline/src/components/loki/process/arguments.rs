//! What `loki.process` takes: its stages, in order.
#![expect(
    clippy::struct_field_names,
    reason = "arguments are called as Alloy calls them"
)]

use std::collections::BTreeMap;

use outpost_alloy_syntax::{Bytes, Duration, arguments, choice};

use crate::arguments::LogsTo;

arguments! {
    /// Stages between a source and Loki.
    pub(crate) struct ProcessArguments {
        /// Where the lines go.
        attr forward_to: Vec<Option<LogsTo>>,
        /// The stages, in order.
        choice stages: Vec<Stage>,
    }
}

choice! {
    /// A stage.
    pub(crate) enum Stage {
        /// Joins and takes apart lines of container runtimes.
        "stage.cri" => Cri(CriArguments),
        /// Takes ANSI codes out of lines.
        "stage.decolorize" => Decolorize(NoArguments),
        /// Takes apart lines of Docker's json-file driver.
        "stage.docker" => Docker(NoArguments),
        /// Drops lines that meet conditions.
        "stage.drop" => Drop(DropArguments),
        /// Extracts keys and values of a Windows event's message.
        "stage.eventlogmessage" => EventLogMessage(EventLogMessageArguments),
        /// Joins the stack traces of the JVM.
        "stage.java" => Java(JavaArguments),
        /// Extracts values of JSON lines.
        "stage.json" => Json(JsonArguments),
        /// Removes labels.
        "stage.label_drop" => LabelDrop(NamesArguments),
        /// Removes all labels but some.
        "stage.label_keep" => LabelKeep(NamesArguments),
        /// Makes labels of extracted values.
        "stage.labels" => Labels(LabelsArguments),
        /// Lets so many lines a second through.
        "stage.limit" => Limit(LimitArguments),
        /// Extracts values of logfmt lines.
        "stage.logfmt" => Logfmt(LogfmtArguments),
        /// Hides numbers that pass the Luhn check.
        "stage.luhn" => Luhn(LuhnArguments),
        /// Stages for the lines that a selector matches.
        "stage.match" => Match(MatchArguments),
        /// Counts lines and values.
        "stage.metrics" => Metrics(MetricsArguments),
        /// Joins the lines of a block.
        "stage.multiline" => Multiline(MultilineArguments),
        /// Makes an extracted value the line.
        "stage.output" => Output(SourceArguments),
        /// Puts labels into the line.
        "stage.pack" => Pack(PackArguments),
        /// Extracts values by a pattern.
        "stage.pattern" => Pattern(PatternArguments),
        /// Extracts the groups of an expression.
        "stage.regex" => Regex(RegexArguments),
        /// Replaces the groups of an expression.
        "stage.replace" => Replace(ReplaceArguments),
        /// Keeps a share of the lines.
        "stage.sampling" => Sampling(SamplingArguments),
        /// Makes lines of a JSON array.
        "stage.split_json" => SplitJson(OptionalSourceArguments),
        /// Sets labels.
        "stage.static_labels" => StaticLabels(StaticLabelsArguments),
        /// Makes structured metadata.
        "stage.structured_metadata" => StructuredMetadata(StructuredMetadataArguments),
        /// Removes structured metadata.
        "stage.structured_metadata_drop" => StructuredMetadataDrop(NamesArguments),
        /// Sets an extracted value by a template.
        "stage.template" => Template(TemplateArguments),
        /// Sets the tenant.
        "stage.tenant" => Tenant(TenantArguments),
        /// Takes the time from the line.
        "stage.timestamp" => Timestamp(TimestampArguments),
        /// Cuts long texts.
        "stage.truncate" => Truncate(TruncateArguments),
    }
}

arguments! {
    /// Takes no arguments.
    pub(crate) struct NoArguments {}
}

arguments! {
    /// `stage.cri`
    pub(crate) struct CriArguments {
        /// Streams with an unfinished line at which all are flushed.
        attr max_partial_lines: i64 = 100,
        /// Bytes at which a partial line is cut.
        attr max_partial_line_size: u64 = 0,
        /// Whether it is cut.
        attr max_partial_line_size_truncate: bool = false,
    }
}

arguments! {
    /// `stage.drop`
    pub(crate) struct DropArguments {
        /// Extracted values, separated by commas.
        attr source: String = String::new(),
        /// Stands between several values.
        attr separator: String = ";".to_owned(),
        /// What the values must be.
        attr value: String = String::new(),
        /// What the values, or the line, must match.
        attr expression: String = String::new(),
        /// Lines older than this.
        attr older_than: Option<Duration>,
        /// Lines longer than this.
        attr longer_than: Option<Bytes>,
        /// The reason under which they are counted.
        attr drop_counter_reason: String = "drop_stage".to_owned(),
    }
}

arguments! {
    /// `stage.eventlogmessage`
    pub(crate) struct EventLogMessageArguments {
        /// The extracted value to read.
        attr source: String = "message".to_owned(),
        /// Drop names that are no label names.
        attr drop_invalid_labels: bool = false,
        /// Replace values that are there already.
        attr overwrite_existing: bool = false,
    }
}

arguments! {
    /// `stage.java`
    pub(crate) struct JavaArguments {
        /// How long a trace stays open after its last line.
        attr max_wait_time: Duration = Duration::from_secs(1),
        /// The most lines of one entry.
        attr max_lines: u64 = 1024,
    }
}

arguments! {
    /// `stage.json`
    pub(crate) struct JsonArguments {
        /// Names and JMESPath expressions.
        attr expressions: BTreeMap<String, String> = BTreeMap::new(),
        /// Keys to take.
        attr regex: String = String::new(),
        /// The extracted value to read.
        attr source: Option<String>,
        /// Drop lines that are no JSON.
        attr drop_malformed: bool = false,
    }
}

arguments! {
    /// Names.
    pub(crate) struct NamesArguments {
        /// The names.
        attr values: Vec<String>,
    }
}

arguments! {
    /// `stage.labels`
    pub(crate) struct LabelsArguments {
        /// Labels and where their values come from.
        attr values: BTreeMap<String, Option<String>>,
        /// `extracted` or `structured_metadata`.
        attr source_type: String = "extracted".to_owned(),
    }
}

arguments! {
    /// `stage.limit`
    pub(crate) struct LimitArguments {
        /// Lines a second.
        attr rate: f64,
        /// Lines at once.
        attr burst: i64,
        /// Drop what is beyond, rather than let it wait.
        attr drop: bool = false,
        /// A limit for each value of this label.
        attr by_label_name: String = String::new(),
        /// The most values with a limit of their own.
        attr max_distinct_labels: i64 = 10_000,
    }
}

arguments! {
    /// `stage.logfmt`
    pub(crate) struct LogfmtArguments {
        /// Names and keys.
        attr mapping: BTreeMap<String, String> = BTreeMap::new(),
        /// Keys to take.
        attr regex: String = String::new(),
        /// The extracted value to read.
        attr source: String = String::new(),
    }
}

arguments! {
    /// `stage.luhn`
    pub(crate) struct LuhnArguments {
        /// Characters that may stand within a number.
        attr delimiters: String = String::new(),
        /// The least digits.
        attr min_length: i64 = 13,
        /// What a number becomes.
        attr replacement: String = "**REDACTED**".to_owned(),
        /// Text to leave alone.
        attr skip_regex: String = String::new(),
        /// The extracted value to read.
        attr source: Option<String>,
    }
}

arguments! {
    /// `stage.match`
    pub(crate) struct MatchArguments {
        /// A stream selector with line filters.
        attr selector: String,
        /// `keep` or `drop`.
        attr action: String = "keep".to_owned(),
        /// In Alloy, a name for metrics.
        attr pipeline_name: String = String::new(),
        /// The reason under which dropped lines are counted.
        attr drop_counter_reason: String = "match_stage".to_owned(),
        /// The stages for what matches.
        choice stages: Vec<Stage>,
    }
}

arguments! {
    /// `stage.metrics`
    pub(crate) struct MetricsArguments {
        /// The metrics.
        choice metrics: Vec<Metric>,
    }
}

choice! {
    /// A metric of lines.
    pub(crate) enum Metric {
        /// Only goes up.
        "metric.counter" => Counter(CounterArguments),
        /// Goes up and down.
        "metric.gauge" => Gauge(GaugeArguments),
        /// Observes values.
        "metric.histogram" => Histogram(HistogramArguments),
    }
}

arguments! {
    /// `metric.counter`
    pub(crate) struct CounterArguments {
        /// Its name after the prefix.
        attr name: String,
        /// Its help text.
        attr description: String = String::new(),
        /// The extracted value to read; the one called like the metric if empty.
        attr source: String = String::new(),
        /// What stands before the name.
        attr prefix: String = "loki_process_custom_".to_owned(),
        /// How long a series stays that no line changes.
        attr max_idle_duration: Duration = Duration::from_secs(300),
        /// What the value must be.
        attr value: String = String::new(),
        /// `inc` or `add`.
        attr action: String,
        /// Count every line.
        attr match_all: bool = false,
        /// Count a line's bytes.
        attr count_entry_bytes: bool = false,
    }
}

arguments! {
    /// `metric.gauge`
    pub(crate) struct GaugeArguments {
        /// Its name after the prefix.
        attr name: String,
        /// Its help text.
        attr description: String = String::new(),
        /// The extracted value to read; the one called like the metric if empty.
        attr source: String = String::new(),
        /// What stands before the name.
        attr prefix: String = "loki_process_custom_".to_owned(),
        /// How long a series stays that no line changes.
        attr max_idle_duration: Duration = Duration::from_secs(300),
        /// What the value must be.
        attr value: String = String::new(),
        /// `inc`, `dec`, `set`, `add` or `sub`.
        attr action: String,
    }
}

arguments! {
    /// `metric.histogram`
    pub(crate) struct HistogramArguments {
        /// Its name after the prefix.
        attr name: String,
        /// Its help text.
        attr description: String = String::new(),
        /// The extracted value to read; the one called like the metric if empty.
        attr source: String = String::new(),
        /// What stands before the name.
        attr prefix: String = "loki_process_custom_".to_owned(),
        /// How long a series stays that no line changes.
        attr max_idle_duration: Duration = Duration::from_secs(300),
        /// What the value must be.
        attr value: String = String::new(),
        /// Upper bounds.
        attr buckets: Vec<f64>,
    }
}

arguments! {
    /// `stage.multiline`
    pub(crate) struct MultilineArguments {
        /// What a block's first line matches.
        attr firstline: String,
        /// The most lines of one entry; 0 for any number.
        attr max_lines: i64 = 128,
        /// How long a block stays open after its last line.
        attr max_wait_time: Duration = Duration::from_secs(3),
        /// Whether newlines at lines' ends go.
        attr trim_newlines: bool = true,
    }
}

arguments! {
    /// A source.
    pub(crate) struct SourceArguments {
        /// The extracted value to read.
        attr source: String,
    }
}

arguments! {
    /// A source, or the line.
    pub(crate) struct OptionalSourceArguments {
        /// The extracted value to read.
        attr source: Option<String>,
    }
}

arguments! {
    /// `stage.pack`
    pub(crate) struct PackArguments {
        /// The labels.
        attr labels: Vec<String>,
        /// Whether the time of packing becomes the line's.
        attr ingest_timestamp: bool = true,
    }
}

arguments! {
    /// `stage.pattern`
    pub(crate) struct PatternArguments {
        /// The pattern.
        attr pattern: String,
        /// The extracted value to read.
        attr source: Option<String>,
        /// Whether captures become labels.
        attr labels_from_groups: bool = false,
    }
}

arguments! {
    /// `stage.regex`
    pub(crate) struct RegexArguments {
        /// The expression.
        attr expression: String,
        /// The extracted value to read.
        attr source: Option<String>,
        /// Whether groups become labels.
        attr labels_from_groups: bool = false,
    }
}

arguments! {
    /// `stage.replace`
    pub(crate) struct ReplaceArguments {
        /// The expression.
        attr expression: String,
        /// The extracted value to change.
        attr source: Option<String>,
        /// What groups become.
        attr replace: String = String::new(),
    }
}

arguments! {
    /// `stage.sampling`
    pub(crate) struct SamplingArguments {
        /// The share that is kept.
        attr rate: f64,
        /// The reason under which the others are counted.
        attr drop_counter_reason: String = "sampling_stage".to_owned(),
    }
}

arguments! {
    /// `stage.static_labels`
    pub(crate) struct StaticLabelsArguments {
        /// Labels and values.
        attr values: BTreeMap<String, Option<String>>,
    }
}

arguments! {
    /// `stage.structured_metadata`
    pub(crate) struct StructuredMetadataArguments {
        /// Names and where their values come from.
        attr values: BTreeMap<String, Option<String>> = BTreeMap::new(),
        /// Names to take.
        attr regex: String = String::new(),
    }
}

arguments! {
    /// `stage.template`
    pub(crate) struct TemplateArguments {
        /// The extracted value to set.
        attr source: String,
        /// The template.
        attr template: String,
    }
}

arguments! {
    /// `stage.tenant`
    pub(crate) struct TenantArguments {
        /// The label that holds it.
        attr label: String = String::new(),
        /// The extracted value that holds it.
        attr source: String = String::new(),
        /// Itself.
        attr value: String = String::new(),
    }
}

arguments! {
    /// `stage.timestamp`
    pub(crate) struct TimestampArguments {
        /// The extracted value to read.
        attr source: String,
        /// The layout.
        attr format: String,
        /// Layouts to try after it.
        attr fallback_formats: Vec<String> = Vec::new(),
        /// The zone of times that name none.
        attr location: Option<String>,
        /// `fudge` or `skip`.
        attr action_on_failure: String = "fudge".to_owned(),
        /// `fudge` or `keep`.
        attr action_on_duplicate_timestamp: String = "fudge".to_owned(),
    }
}

arguments! {
    /// `stage.truncate`
    pub(crate) struct TruncateArguments {
        /// What to cut.
        block rule: Vec<TruncateRuleArguments>,
    }
}

arguments! {
    /// What to cut.
    pub(crate) struct TruncateRuleArguments {
        /// The most bytes.
        attr limit: Bytes,
        /// What a cut text ends in.
        attr suffix: String = String::new(),
        /// Names; none means all.
        attr sources: Vec<String> = Vec::new(),
        /// `line`, `label`, `structured_metadata` or `extracted`.
        attr source_type: String = "line".to_owned(),
    }
}
