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

use outpost_pipeline::{LogControl, LogFormat, LogLevel, LogTee};

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

    fn format(&self) -> LogFormat {
        match self.format.load(Ordering::Relaxed) {
            0 => LogFormat::Logfmt,
            _ => LogFormat::Json,
        }
    }
}

impl LogControl for Settings {
    fn set(&self, level: LogLevel, format: LogFormat) {
        let level = match level {
            LogLevel::Error => 1,
            LogLevel::Warn => 2,
            LogLevel::Info => 3,
            LogLevel::Debug => 4,
        };
        let format = match format {
            LogFormat::Logfmt => 0,
            LogFormat::Json => 1,
        };
        self.format.store(format, Ordering::Relaxed);
        if self.level.swap(level, Ordering::Relaxed) != level {
            // Call sites remember whether they are wanted.
            tracing::callsite::rebuild_interest_cache();
        }
    }
}

/// Makes the log this process' own, on standard error. A second call changes nothing but gives settings of its own.
pub(crate) fn install() -> Arc<Settings> {
    install_with(std::io::stderr)
}

/// The same with the lines going to what `writer` gives.
pub(crate) fn install_with<W, O>(writer: W) -> Arc<Settings>
where
    W: Fn() -> O + Send + Sync + 'static,
    O: std::io::Write,
{
    let settings = Arc::new(Settings::new());
    let layer = layer::LineLayer::new(Arc::clone(&settings), writer);
    // Only a process that already has a log can refuse.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer));
    settings
}

#[cfg(test)]
mod tests;
