//! Stages: what happens to a line between its source and Loki.
//!
//! A batch runs through the stages one after the other, by plain calls: no task, no channel, no map per line unless a
//! stage extracts something. A stage that holds lines back (multiline, limit) says when it is due; [`Process::run`] wakes
//! it. Held lines hold their tickets, so a crash reads a block again from its first line.
//!
//! Invariants: lines of one source and stream stay in order. It is not: the configuration language; [`StageConfig`] is
//! what that is turned into.

mod chain;
mod config;
mod context;
mod custom;
mod go_time;
mod item;
mod jmespath;
mod receiver;
mod stage;
mod template;
mod text;
mod value;

pub use config::{
    CriConfig, DropConfig, JsonConfig, LabelSource, LimitConfig, LogfmtConfig, LuhnConfig,
    MatchAction, MatchConfig, MetricAction, MetricConfig, MetricKind, MultilineConfig, OnFailure,
    PackConfig, PatternConfig, RegexConfig, ReplaceConfig, StageConfig, StageError, TemplateConfig,
    TenantConfig, TimestampConfig, TruncateField, TruncateRule,
};
pub use context::ProcessMetrics;
pub use receiver::Process;
