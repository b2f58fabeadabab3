//! What stages are made of, and why some are refused.

use std::time::Duration;

/// A stage as it was configured.
#[derive(Clone, Debug)]
pub enum StageConfig {
    /// `stage.docker`: JSON lines of Docker's json-file driver.
    Docker,
    /// `stage.cri`: lines of container runtimes.
    Cri(CriConfig),
    /// `stage.json`.
    Json(JsonConfig),
    /// `stage.logfmt`.
    Logfmt(LogfmtConfig),
    /// `stage.regex`.
    Regex(RegexConfig),
    /// `stage.pattern`.
    Pattern(PatternConfig),
    /// `stage.multiline`.
    Multiline(MultilineConfig),
    /// `stage.java`: joins stack traces, for at most so long.
    Java {
        /// How long a trace stays open after its last line.
        max_wait: Duration,
        /// The most lines of one entry.
        max_lines: usize,
    },
    /// `stage.labels`: names, and what to read for each (`""`: the same name).
    Labels {
        /// Label and source.
        values: Vec<(String, String)>,
        /// Where the sources are.
        source: LabelSource,
    },
    /// `stage.static_labels`.
    StaticLabels(Vec<(String, String)>),
    /// `stage.label_drop`.
    LabelDrop(Vec<String>),
    /// `stage.label_keep`.
    LabelKeep(Vec<String>),
    /// `stage.structured_metadata`.
    Metadata {
        /// Name and source (`""`: the same name).
        values: Vec<(String, String)>,
        /// Names to take, as an expression; empty takes none.
        regex: String,
    },
    /// `stage.structured_metadata_drop`.
    MetadataDrop(Vec<String>),
    /// `stage.timestamp`.
    Timestamp(TimestampConfig),
    /// `stage.output`: the extracted value that becomes the line.
    Output(String),
    /// `stage.drop`.
    Drop(DropConfig),
    /// `stage.match`.
    Match(MatchConfig),
    /// `stage.replace`.
    Replace(ReplaceConfig),
    /// `stage.template`.
    Template(TemplateConfig),
    /// `stage.tenant`.
    Tenant(TenantConfig),
    /// `stage.limit`.
    Limit(LimitConfig),
    /// `stage.sampling`.
    Sampling {
        /// The share that is kept, 0 to 1.
        rate: f64,
        /// The reason under which the others are counted.
        reason: String,
    },
    /// `stage.metrics`.
    Metrics(Vec<MetricConfig>),
    /// `stage.decolorize`.
    Decolorize,
    /// `stage.pack`.
    Pack(PackConfig),
    /// `stage.truncate`.
    Truncate(Vec<TruncateRule>),
    /// `stage.split_json`: the extracted value to split, or the line.
    SplitJson(Option<String>),
    /// `stage.luhn`.
    Luhn(LuhnConfig),
    /// `stage.eventlogmessage`.
    EventLogMessage {
        /// The extracted value to read.
        source: String,
        /// Drop names that are no plain label names, instead of changing them.
        drop_invalid_labels: bool,
        /// Replace values that are there already.
        overwrite_existing: bool,
    },
}

/// Where `stage.labels` reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabelSource {
    /// The extracted map.
    #[default]
    Extracted,
    /// The line's structured metadata.
    Metadata,
}

/// `stage.cri`.
#[derive(Clone, Debug)]
pub struct CriConfig {
    /// Streams with an unfinished line at which all are flushed. Default 100.
    pub max_partial_lines: usize,
    /// Bytes at which a partial line is cut, 0 for nothing.
    pub max_partial_line_size: usize,
    /// Whether partial lines are cut at all.
    pub truncate: bool,
}

/// `stage.json`.
#[derive(Clone, Debug, Default)]
pub struct JsonConfig {
    /// Name and JMESPath expression (`""`: the name itself).
    pub expressions: Vec<(String, String)>,
    /// Top-level keys to take, as an expression; empty takes none.
    pub regex: String,
    /// The extracted value to read, or the line.
    pub source: Option<String>,
    /// Whether lines that are no JSON are dropped.
    pub drop_malformed: bool,
}

/// `stage.logfmt`.
#[derive(Clone, Debug, Default)]
pub struct LogfmtConfig {
    /// Name and key (`""`: the same).
    pub mapping: Vec<(String, String)>,
    /// Keys to take, as an expression; empty takes none.
    pub regex: String,
    /// The extracted value to read; empty means the line.
    pub source: String,
}

/// `stage.regex`.
#[derive(Clone, Debug, Default)]
pub struct RegexConfig {
    /// The expression; its named groups are extracted.
    pub expression: String,
    /// The extracted value to read, or the line.
    pub source: Option<String>,
    /// Whether groups become labels at once.
    pub labels_from_groups: bool,
}

/// `stage.pattern`.
#[derive(Clone, Debug, Default)]
pub struct PatternConfig {
    /// The pattern, `<ip> - <user>`.
    pub pattern: String,
    /// The extracted value to read, or the line.
    pub source: Option<String>,
    /// Whether captures become labels at once.
    pub labels_from_groups: bool,
}

/// `stage.multiline`.
#[derive(Clone, Debug)]
pub struct MultilineConfig {
    /// The expression that a block's first line matches.
    pub firstline: String,
    /// The most lines of one entry; None for any number. Default 128.
    pub max_lines: Option<usize>,
    /// How long a block stays open after its last line. Default 3 s.
    pub max_wait: Duration,
    /// Whether newlines at a line's end go before joining. Default true.
    pub trim_newlines: bool,
}

/// What happens where a time cannot be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// Take the last time and a nanosecond more.
    #[default]
    Fudge,
    /// Leave the time alone.
    Skip,
}

/// `stage.timestamp`.
#[derive(Clone, Debug, Default)]
pub struct TimestampConfig {
    /// The extracted value to read.
    pub source: String,
    /// Go's layout, or a name such as `RFC3339` or `UnixMs`.
    pub format: String,
    /// Layouts to try after it.
    pub fallback_formats: Vec<String>,
    /// The time zone of times without one; empty means UTC.
    pub location: String,
    /// What happens where no time can be read.
    pub on_failure: OnFailure,
    /// Whether a time equal to the one before gets a nanosecond more.
    pub fudge_duplicates: bool,
}

/// `stage.drop`: all conditions given must hold.
#[derive(Clone, Debug, Default)]
pub struct DropConfig {
    /// Extracted values, separated by commas.
    pub source: String,
    /// Stands between several values. Default `;`.
    pub separator: String,
    /// What the values must be.
    pub value: String,
    /// What the values, or the line, must match.
    pub expression: String,
    /// Lines older than this.
    pub older_than: Option<i64>,
    /// Lines longer than this many bytes.
    pub longer_than: Option<usize>,
    /// The reason under which they are counted. Default `drop_stage`.
    pub reason: String,
}

/// What `stage.match` does with the lines that it matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MatchAction {
    /// Run the nested stages on them.
    #[default]
    Keep,
    /// Drop them.
    Drop,
}

/// `stage.match`.
#[derive(Clone, Debug, Default)]
pub struct MatchConfig {
    /// A stream selector with line filters.
    pub selector: String,
    /// What happens to the lines that match.
    pub action: MatchAction,
    /// The reason under which dropped lines are counted. Default `match_stage`.
    pub reason: String,
    /// The nested stages.
    pub stages: Vec<StageConfig>,
}

/// `stage.replace`.
#[derive(Clone, Debug, Default)]
pub struct ReplaceConfig {
    /// The expression, whose groups are replaced.
    pub expression: String,
    /// A template for each group's value.
    pub replace: String,
    /// The extracted value to change, or the line.
    pub source: Option<String>,
}

/// `stage.template`.
#[derive(Clone, Debug, Default)]
pub struct TemplateConfig {
    /// The extracted value to set.
    pub source: String,
    /// The template.
    pub template: String,
}

/// `stage.tenant`: where the tenant is.
#[derive(Clone, Debug)]
pub enum TenantConfig {
    /// In a label.
    Label(String),
    /// In an extracted value.
    Source(String),
    /// Here.
    Value(String),
}

/// `stage.limit`.
#[derive(Clone, Debug, Default)]
pub struct LimitConfig {
    /// Lines a second.
    pub rate: f64,
    /// Lines at once.
    pub burst: usize,
    /// Whether lines beyond are dropped; else they wait.
    pub drop: bool,
    /// A limit for each value of this label; empty for one limit.
    pub by_label_name: String,
    /// The most values that have a limit of their own.
    pub max_distinct_labels: usize,
}

/// A metric of `stage.metrics`.
#[derive(Clone, Debug)]
pub struct MetricConfig {
    /// Its name after the prefix.
    pub name: String,
    /// What stands before the name. Default `loki_process_custom_`.
    pub prefix: String,
    /// Its help text.
    pub description: String,
    /// The extracted value to read; empty means the one called like the metric.
    pub source: String,
    /// What the value must be; empty for anything.
    pub value: String,
    /// What a line does to it.
    pub action: MetricAction,
    /// How long a series stays that no line changes. Default 5 min.
    pub max_idle: Duration,
    /// Its kind.
    pub kind: MetricKind,
}

/// What a line does to a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricAction {
    /// One more.
    Increment,
    /// One less.
    Decrement,
    /// The value more.
    Add,
    /// The value less.
    Subtract,
    /// The value.
    Set,
}

/// The kind of a metric.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricKind {
    /// Only goes up.
    Counter {
        /// Whether every line counts.
        match_all: bool,
        /// Whether a line counts its bytes.
        count_bytes: bool,
    },
    /// Goes up and down.
    Gauge,
    /// Observes values.
    Histogram {
        /// Upper bounds, ascending; none for the usual ones.
        buckets: Vec<f64>,
    },
}

/// `stage.pack`.
#[derive(Clone, Debug, Default)]
pub struct PackConfig {
    /// Labels that go into the line.
    pub labels: Vec<String>,
    /// Whether the time of packing becomes the line's time.
    pub ingest_timestamp: bool,
}

/// What a rule of `stage.truncate` cuts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TruncateField {
    /// The line.
    #[default]
    Line,
    /// Labels.
    Label,
    /// Structured metadata.
    Metadata,
    /// Extracted values.
    Extracted,
}

/// A rule of `stage.truncate`.
#[derive(Clone, Debug, Default)]
pub struct TruncateRule {
    /// The most bytes.
    pub limit: usize,
    /// What a cut text ends in.
    pub suffix: String,
    /// Names; none means all.
    pub sources: Vec<String>,
    /// What is cut.
    pub field: TruncateField,
}

/// `stage.luhn`.
#[derive(Clone, Debug, Default)]
pub struct LuhnConfig {
    /// Characters that may stand within a number.
    pub delimiters: String,
    /// The least digits of a number. Default 13.
    pub min_length: usize,
    /// What a number becomes. Default `**REDACTED**`.
    pub replacement: String,
    /// Text to leave alone, as an expression; empty for none.
    pub skip_regex: String,
    /// The extracted value to read, or the line.
    pub source: Option<String>,
}

/// Why a stage was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct StageError {
    /// The stage's place among its neighbours, then that within a nested `stage.match`, and so on.
    pub place: Vec<usize>,
    /// The argument, `""` for the stage as a whole.
    pub argument: &'static str,
    /// What is wrong, and what to do.
    pub message: String,
}

// === impl StageError ===

impl StageError {
    pub(super) fn of(argument: &'static str, message: impl Into<String>) -> Self {
        Self {
            place: Vec::new(),
            argument,
            message: message.into(),
        }
    }

    pub(super) fn at(mut self, place: usize) -> Self {
        self.place.insert(0, place);
        self
    }
}
