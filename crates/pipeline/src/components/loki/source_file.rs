//! `loki.source.file`: the lines of files.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use outpost_alloy_syntax::{Duration, Encoded, Fields, Value, arguments};
use outpost_loki_push::{
    Checkpoints, Compression, Encoding, Fanout, FileMatch, FileMetrics, FileSource,
    FileSourceConfig, OnPositionError, WatchPeriod,
};
use outpost_model::Labels;
use tokio_util::sync::CancellationToken;

use super::restart::{Restartable, fingerprint, latest};
use crate::arguments::{LogsTo, Target, defaults, receivers};
use crate::{Component, Context, Refusal};

/// The positions file that Alloy keeps in a component's directory.
const ALLOY_POSITIONS: &str = "positions.yml";

/// Files are not looked at more often, whatever the arguments say.
const LEAST_PERIOD: std::time::Duration = std::time::Duration::from_millis(10);

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
    to: Arc<Fanout>,
    metrics: FileMetrics,
    arguments: Mutex<Given>,
    checkpoints: OnceLock<Checkpoints>,
    source: Restartable<FileSource>,
}

/// What a source is made of, checked.
struct Given {
    made_of: String,
    encoding: Encoding,
    compression: Option<Compression>,
    initial_delay: std::time::Duration,
    on_position_error: OnPositionError,
    legacy_positions: Option<PathBuf>,
    tail_from_end: bool,
    period: WatchPeriod,
    file_match: Option<(FileMatch, std::time::Duration)>,
    targets: Vec<Labels>,
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

// === impl Given ===

impl Given {
    fn check(arguments: &SourceFileArguments) -> Result<Self, Refusal> {
        let encoding = Encoding::named(&arguments.encoding)
            .map_err(|error| Refusal::of(["encoding"], error.to_string()))?;
        let decompression = arguments.decompression.as_ref().filter(|d| d.enabled);
        let watch = &arguments.file_watch;
        let files = &arguments.file_match;
        Ok(Self {
            made_of: fingerprint(arguments, &["targets", "forward_to"]),
            encoding,
            compression: decompression.map(|d| match d.format.as_str() {
                "gz" => Compression::Gzip,
                "z" => Compression::Zlib,
                _ => Compression::Bzip2,
            }),
            initial_delay: decompression
                .map(|d| d.initial_delay.to_std_or_zero())
                .unwrap_or_default(),
            on_position_error: match arguments.on_positions_file_error.as_str() {
                "skip" => OnPositionError::Skip,
                "restart_from_end" => OnPositionError::RestartFromEnd,
                _ => OnPositionError::RestartFromBeginning,
            },
            legacy_positions: (!arguments.legacy_positions_file.is_empty())
                .then(|| PathBuf::from(&arguments.legacy_positions_file)),
            tail_from_end: arguments.tail_from_end,
            period: WatchPeriod {
                min: watch.min_poll_frequency.to_std_or_zero().max(LEAST_PERIOD),
                max: watch.max_poll_frequency.to_std_or_zero().max(LEAST_PERIOD),
            },
            file_match: files.enabled.then(|| {
                let ignore_older_than = files.ignore_older_than.to_std_or_zero();
                (
                    FileMatch { ignore_older_than },
                    files.sync_period.to_std_or_zero(),
                )
            }),
            targets: arguments
                .targets
                .iter()
                .map(|t| t.builder().build())
                .collect(),
        })
    }
}

// === impl SourceFile ===

impl SourceFile {
    /// Hands the arguments to the source, which is made anew if more than its targets changed.
    fn apply(&self) {
        let Some(checkpoints) = self.checkpoints.get() else {
            return;
        };
        let given = self
            .arguments
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let config = FileSourceConfig {
                component: self.context.id().to_string(),
                checkpoints: checkpoints.clone(),
                alloy_positions: Some(self.context.data_dir().join(ALLOY_POSITIONS)),
                legacy_positions: given.legacy_positions.clone(),
                on_position_error: given.on_position_error,
                tail_from_end: given.tail_from_end,
                encoding: given.encoding,
                compression: given.compression,
                initial_delay: given.initial_delay,
                period: given.period,
                file_match: given.file_match.clone(),
                budget: self.context.surroundings().log_budget.clone(),
                next: Arc::clone(&self.to) as _,
            };
            Ok::<_, Infallible>(FileSource::new(config, &self.metrics))
        };
        let Ok(_) = self.source.renew(given.made_of.clone(), make);
        if let Some(source) = self.source.current() {
            source.set_targets(given.targets.clone());
        }
    }
}

impl Component for SourceFile {
    const NAME: &'static str = "loki.source.file";
    type Arguments = SourceFileArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        Ok(Self {
            context: context.clone(),
            to: Arc::new(Fanout::new(receivers(&arguments.forward_to))),
            metrics: FileMetrics::new(context.metrics()),
            arguments: Mutex::new(Given::check(arguments)?),
            checkpoints: OnceLock::new(),
            source: Restartable::new(),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        let given = Given::check(arguments)?;
        self.to.set(receivers(&arguments.forward_to));
        *self
            .arguments
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = given;
        self.apply();
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        let checkpoints = Checkpoints::open(&self.context.data_dir())
            .map_err(|error| Refusal::because(&error))?;
        // Opened once.
        let _ = self.checkpoints.set(checkpoints);
        self.apply();
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        let Some(checkpoints) = self.checkpoints.get() else {
            return Err(Refusal::new("the component was not opened"));
        };
        let read = async {
            let mut sources = self.source.subscribe();
            while let Some(source) = latest(&mut sources) {
                let stop = async {
                    tokio::select! {
                        () = shutdown.cancelled() => {}
                        // The sender lives as long as the component.
                        _ = sources.changed() => {}
                    }
                };
                source.run(stop).await;
                if shutdown.is_cancelled() {
                    break;
                }
            }
        };
        tokio::join!(read, checkpoints.run(shutdown.cancelled()));
        Ok(())
    }

    fn debug_info(&self) -> Vec<Encoded> {
        let Some(source) = self.source.current() else {
            return Vec::new();
        };
        let status = source.status().into_iter();
        status
            .map(|file| Encoded::Block {
                name: "targets_info".into(),
                label: None,
                body: vec![
                    Encoded::attribute(
                        "path",
                        Value::from(file.path.display().to_string().as_str()),
                    ),
                    Encoded::attribute("labels", Value::from(file.labels.to_string().as_str())),
                    Encoded::attribute("is_running", Value::from(file.reading)),
                    Encoded::attribute(
                        "read_offset",
                        Value::from(i64::try_from(file.offset).unwrap_or(i64::MAX)),
                    ),
                ],
            })
            .collect()
    }
}
