//! The agent's own log: one line per event to standard error, as logfmt or JSON, with the component's id on it.
//!
//! Level and format come from the `logging` block and change while running, so they live in atomics that every event
//! reads. Lines can be copied to log receivers ([`LogTee`]). It is not: tracing of calls; spans only lend their fields.

mod fields;
mod json;
mod layer;
mod logfmt;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;

use outpost_pipeline::LogTee;

/// How a line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// `key=value key="value with blanks"`.
    #[default]
    Logfmt,
    /// One JSON object per line.
    Json,
}

/// What the `logging` block sets.
#[derive(Debug)]
pub(crate) struct Settings {
    /// 1 error, 2 warn, 3 info, 4 debug.
    level: AtomicU8,
    /// 0 logfmt, 1 JSON.
    format: AtomicU8,
    tee: Arc<LogTee>,
}

// === impl Settings ===

impl Settings {
    fn new() -> Self {
        Self {
            level: AtomicU8::new(3),
            format: AtomicU8::new(0),
            tee: Arc::default(),
        }
    }

    /// Sets level and format of every later event.
    pub(crate) fn set(&self, level: tracing::Level, format: Format) {
        let level = match level {
            tracing::Level::ERROR => 1,
            tracing::Level::WARN => 2,
            tracing::Level::INFO => 3,
            _ => 4,
        };
        let format = match format {
            Format::Logfmt => 0,
            Format::Json => 1,
        };
        self.format.store(format, Ordering::Relaxed);
        if self.level.swap(level, Ordering::Relaxed) != level {
            // Call sites remember whether they are wanted.
            tracing::callsite::rebuild_interest_cache();
        }
    }

    /// Where copies of the lines go.
    pub(crate) fn tee(&self) -> &Arc<LogTee> {
        &self.tee
    }

    fn level(&self) -> LevelFilter {
        match self.level.load(Ordering::Relaxed) {
            1 => LevelFilter::ERROR,
            2 => LevelFilter::WARN,
            3 => LevelFilter::INFO,
            _ => LevelFilter::DEBUG,
        }
    }

    fn format(&self) -> Format {
        match self.format.load(Ordering::Relaxed) {
            0 => Format::Logfmt,
            _ => Format::Json,
        }
    }
}

/// Makes the log this process' own. A second call changes nothing but gives settings of its own.
pub(crate) fn install() -> Arc<Settings> {
    let settings = Arc::new(Settings::new());
    let layer = layer::LineLayer::new(Arc::clone(&settings), std::io::stderr);
    // Only a process that already has a log can refuse.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer));
    settings
}

#[cfg(test)]
mod tests;
