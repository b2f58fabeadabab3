//! `loki.source.file`: the lines of files.

use outpost_alloy_syntax::{Duration, Fields, arguments};

use crate::arguments::{LogsTo, Target, defaults};
use crate::components::unwired;
use crate::{Component, Context, Refusal};

/// What to do when the positions cannot be read.
const ON_POSITIONS_ERROR: [&str; 3] = ["skip", "restart_from_end", "restart_from_beginning"];

/// Formats of compressed files.
const FORMATS: [&str; 3] = ["gz", "z", "bz2"];

arguments! {
    /// The lines of files.
    pub(crate) struct SourceFileArguments {
        /// The files, by `__path__`.
        attr targets: Vec<Target>,
        /// Where the lines go.
        attr forward_to: Vec<Option<LogsTo>>,
        /// The encoding by its IANA name; UTF-8 if empty.
        attr encoding: String = String::new(),
        /// Begin at the end of files without a position.
        attr tail_from_end: bool = false,
        /// What to do when the positions cannot be read.
        attr on_positions_file_error: String = "restart_from_beginning".to_owned(),
        /// A positions file of promtail or the static agent to take over.
        attr legacy_positions_file: String = String::new(),
        /// Compressed files.
        block decompression: Option<DecompressionArguments>,
        /// How often files are looked at.
        block file_watch: FileWatchArguments = defaults(),
        /// Patterns in `__path__`.
        block file_match: FileMatchArguments = defaults(),
    }
    check = Self::check;
}

arguments! {
    /// Compressed files.
    pub(crate) struct DecompressionArguments {
        /// Whether.
        attr enabled: bool,
        /// Wait so long before a new file is read.
        attr initial_delay: Duration = Duration::from_secs(0),
        /// `gz`, `z` or `bz2`.
        attr format: String,
    }
    check = Self::check;
}

arguments! {
    /// How often files are looked at.
    pub(crate) struct FileWatchArguments {
        /// At the most.
        attr min_poll_frequency: Duration = Duration::from_millis(250),
        /// At the least.
        attr max_poll_frequency: Duration = Duration::from_millis(250),
    }
}

arguments! {
    /// Patterns in `__path__`.
    pub(crate) struct FileMatchArguments {
        /// Whether `__path__` is a pattern.
        attr enabled: bool = false,
        /// How often patterns are looked up.
        attr sync_period: Duration = Duration::from_secs(10),
        /// Files that have not changed for so long are left out; 0 takes all.
        attr ignore_older_than: Duration = Duration::from_secs(0),
    }
    check = Self::check;
}

/// The component.
pub(crate) struct SourceFile {
    context: Context,
}

// === impl SourceFileArguments ===

impl SourceFileArguments {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if !ON_POSITIONS_ERROR.contains(&self.on_positions_file_error.as_str()) {
            fields.object(
                "on_positions_file_error",
                format!(
                    "unknown value {:?}; there are {}",
                    self.on_positions_file_error,
                    ON_POSITIONS_ERROR.join(", ")
                ),
            );
        }
    }
}

// === impl DecompressionArguments ===

impl DecompressionArguments {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if !FORMATS.contains(&self.format.as_str()) {
            fields.object(
                "format",
                format!(
                    "unknown format {:?}; there are {}",
                    self.format,
                    FORMATS.join(", ")
                ),
            );
        }
    }
}

// === impl FileMatchArguments ===

impl FileMatchArguments {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if self.enabled && self.sync_period.as_nanos() <= 0 {
            fields.object("sync_period", "sync_period must be longer than 0");
        }
    }
}

impl Component for SourceFile {
    const NAME: &'static str = "loki.source.file";
    type Arguments = SourceFileArguments;

    fn build(context: &Context, _: &Self::Arguments) -> Result<Self, Refusal> {
        Ok(Self {
            context: context.clone(),
        })
    }

    fn update(&self, _: &Self::Arguments) -> Result<(), Refusal> {
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        unwired::refuse(&self.context)
    }
}
