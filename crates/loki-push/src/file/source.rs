//! All files of one `loki.source.file`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use outpost_model::Labels;
use outpost_self_metrics::{IntCounterVec, IntGauge, IntGaugeVec, Scope};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use super::claims::Claims;
use super::generation::{Compression, Generation};
use super::reader::FileReader;
use super::{Encoding, FileMatch, FileStatus};
use crate::{
    AlloyPosition, Budget, CheckpointSlot, Checkpoints, FilePosition, LogsReceiver, Position,
    label_string, read_alloy_positions,
};

const PATH: &str = "__path__";
const FILENAME: &str = "filename";

/// How often a file is looked at: between the two, doubling while nothing happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchPeriod {
    /// After something happened.
    pub min: Duration,
    /// At the most.
    pub max: Duration,
}

/// What to do with an Alloy position that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnPositionError {
    /// Read the file from its start.
    #[default]
    RestartFromBeginning,
    /// Read the file from its end.
    RestartFromEnd,
    /// Leave the file alone.
    Skip,
}

/// What a source is made of.
pub struct FileSourceConfig {
    /// The component's id, under which positions are kept.
    pub component: String,
    /// Where positions are kept.
    pub checkpoints: Checkpoints,
    /// The positions file of an Alloy that ran here before, read if there are no positions yet.
    pub alloy_positions: Option<PathBuf>,
    /// Promtail's positions file, for paths that the other does not name.
    pub legacy_positions: Option<PathBuf>,
    /// What to do with positions in them that are no numbers.
    pub on_position_error: OnPositionError,
    /// Whether a file without a position is read from its end.
    pub tail_from_end: bool,
    /// How files are encoded.
    pub encoding: Encoding,
    /// How files are compressed, if they are; such files are read once.
    pub compression: Option<Compression>,
    /// How long a compressed file is left alone after it was found.
    pub initial_delay: Duration,
    /// How often files are looked at.
    pub period: WatchPeriod,
    /// Expand patterns in `__path__`, every so often.
    pub file_match: Option<(FileMatch, Duration)>,
    /// The pipeline's bytes.
    pub budget: Budget,
    /// Who takes the lines.
    pub next: Arc<dyn LogsReceiver>,
}

/// Reads files.
pub struct FileSource {
    shared: Arc<Shared>,
    targets: watch::Sender<Vec<Labels>>,
    file_match: Option<(FileMatch, Duration)>,
    tail_from_end: bool,
    on_position_error: OnPositionError,
    imported: Mutex<Vec<AlloyPosition>>,
}

/// Where a file without a position is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    Beginning,
    End,
    Offset(u64),
}

/// What a source's tasks share.
pub(super) struct Shared {
    pub(super) budget: Budget,
    pub(super) next: Arc<dyn LogsReceiver>,
    pub(super) period: WatchPeriod,
    pub(super) encoding: Encoding,
    pub(super) compression: Option<Compression>,
    pub(super) initial_delay: Duration,
    pub(super) longest_line: usize,
    pub(super) claims: Claims,
    component: String,
    checkpoints: Checkpoints,
    metrics: FileMetrics,
    /// By the target's key, as in the checkpoints.
    status: Mutex<BTreeMap<String, FileStatus>>,
}

/// The metrics of file sources: register them once, for however many sources follow one another.
#[derive(Clone, Debug)]
pub struct FileMetrics {
    read_bytes: IntGaugeVec,
    file_bytes: IntGaugeVec,
    read_lines: IntCounterVec,
    active: IntGauge,
}

struct Task {
    labels: watch::Sender<Arc<Labels>>,
    abort: AbortHandle,
    path: PathBuf,
}

// === impl FileSource ===

impl FileSource {
    /// A source that reads nothing before [`FileSource::run`].
    pub fn new(config: FileSourceConfig, metrics: &FileMetrics) -> Self {
        let mut imported = Vec::new();
        if !config.checkpoints.knows(&config.component) {
            for path in [&config.alloy_positions, &config.legacy_positions]
                .into_iter()
                .flatten()
            {
                if let Ok(text) = std::fs::read_to_string(path) {
                    imported.extend(read_alloy_positions(&text));
                }
            }
        }
        Self {
            shared: Arc::new(Shared {
                longest_line: config.budget.limit() / 2,
                claims: Claims::default(),
                budget: config.budget,
                next: config.next,
                period: config.period,
                encoding: config.encoding,
                compression: config.compression,
                initial_delay: config.initial_delay,
                component: config.component,
                checkpoints: config.checkpoints,
                metrics: metrics.clone(),
                status: Mutex::default(),
            }),
            targets: watch::Sender::new(Vec::new()),
            file_match: config.file_match,
            tail_from_end: config.tail_from_end,
            on_position_error: config.on_position_error,
            imported: Mutex::new(imported),
        }
    }

    /// The files to read: targets with `__path__`; those without are left out.
    pub fn set_targets(&self, targets: impl IntoIterator<Item = Labels>) {
        self.targets.send_replace(targets.into_iter().collect());
    }

    /// The targets and how far each is read.
    pub fn status(&self) -> Vec<FileStatus> {
        self.shared.statuses().values().cloned().collect()
    }

    /// Reads until `shutdown`; what was read by then and not delivered is read again by the next run.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        tokio::pin!(shutdown);
        let mut targets = self.targets.subscribe();
        targets.mark_changed();
        let mut tasks: BTreeMap<String, Task> = BTreeMap::new();
        let mut running = JoinSet::new();
        let period = self.file_match.as_ref().map(|(_, period)| *period);
        loop {
            tokio::select! {
                () = &mut shutdown => return,
                _ = targets.changed() => {}
                () = tokio::time::sleep(period.unwrap_or_default()), if period.is_some() => {}
                Some(_) = running.join_next() => continue,
            }
            let wanted = targets.borrow_and_update().clone();
            let wanted = match &self.file_match {
                None => wanted,
                Some((files, _)) => {
                    let files = files.clone();
                    let expanded = tokio::task::spawn_blocking(move || files.expand(&wanted));
                    expanded.await.unwrap_or_default()
                }
            };
            self.apply(wanted, &mut tasks, &mut running);
            self.shared
                .metrics
                .active
                .set(i64::try_from(tasks.len()).unwrap_or(i64::MAX));
        }
    }

    fn apply(
        &self,
        mut targets: Vec<Labels>,
        tasks: &mut BTreeMap<String, Task>,
        running: &mut JoinSet<()>,
    ) {
        targets.sort_unstable();
        targets.dedup();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut wanted = Vec::new();
        for target in &targets {
            let Some(path) = target.get(PATH).filter(|path| !path.is_empty()) else {
                continue;
            };
            let ordinal = seen.entry(path.to_owned()).or_default();
            // The first target of a path keeps the path's position when its labels change.
            let key = format!("{path}\n{ordinal}");
            *ordinal += 1;
            wanted.push((key, PathBuf::from(path), labels_of(target, path)));
        }
        tasks.retain(|key, task| {
            let keep = wanted.iter().any(|(wanted, _, _)| wanted == key);
            if !keep {
                task.abort.abort();
                self.shared.metrics.forget(&task.path);
                self.shared.statuses().remove(key);
            }
            keep
        });
        for (key, path, labels) in wanted {
            self.shared.note(&key, |status| {
                status.path.clone_from(&path);
                status.labels = Arc::clone(&labels);
            });
            if let Some(task) = tasks.get(&key) {
                task.labels.send_if_modified(|now| {
                    let differs = *now != labels;
                    *now = labels;
                    differs
                });
                continue;
            }
            let Some(start) = self.start_of(&path, &labels) else {
                self.shared.statuses().remove(&key);
                continue;
            };
            let (sender, receiver) = watch::channel(labels);
            let reader = FileReader {
                shared: Arc::clone(&self.shared),
                key: key.clone(),
                path: path.clone(),
                labels: receiver,
                start,
            };
            let abort = running.spawn(reader.run());
            tasks.insert(
                key,
                Task {
                    labels: sender,
                    abort,
                    path,
                },
            );
        }
    }

    /// Where a file begins that has no position; None leaves it alone.
    fn start_of(&self, path: &Path, labels: &Labels) -> Option<Start> {
        let default = if self.tail_from_end {
            Start::End
        } else {
            Start::Beginning
        };
        let set = label_string(labels.iter().filter(|(name, _)| *name != FILENAME));
        let mut imported = self.imported.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(at) = imported.iter().position(|position| {
            Path::new(&position.path) == path
                && (position.labels.is_empty() || position.labels == set)
        }) else {
            return Some(default);
        };
        let position = imported.swap_remove(at);
        match (position.value.parse(), self.on_position_error) {
            (Ok(offset), _) => Some(Start::Offset(offset)),
            (Err(_), OnPositionError::RestartFromBeginning) => Some(Start::Beginning),
            (Err(_), OnPositionError::RestartFromEnd) => Some(Start::End),
            (Err(_), OnPositionError::Skip) => None,
        }
    }
}

impl std::fmt::Debug for FileSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileSource")
            .field("component", &self.shared.component)
            .finish_non_exhaustive()
    }
}

/// The target's labels without hidden ones, and the path as `filename`.
fn labels_of(target: &Labels, path: &str) -> Arc<Labels> {
    let shown = target.iter().filter(|(name, _)| !name.starts_with("__"));
    Arc::new(Labels::from_pairs(shown.chain([(FILENAME, path)])))
}

// === impl Shared ===

impl Shared {
    /// The slot of one generation of a target's file.
    pub(super) fn slot(&self, key: &str, device: u64, inode: u64) -> CheckpointSlot {
        self.checkpoints
            .slot(&self.component, &format!("{key}\n{device}:{inode}"))
    }

    /// The positions of all generations of a target's file.
    pub(super) fn positions(&self, key: &str) -> Vec<FilePosition> {
        let prefix = format!("{key}\n");
        self.checkpoints
            .of_component(&self.component)
            .into_iter()
            .filter(|(key, _)| key.starts_with(&prefix))
            .filter_map(|(_, position)| match position {
                Position::File(position) => Some(position),
                _ => None,
            })
            .collect()
    }

    /// How far a file was read under another path (a rotated name that a pattern matches too). That position goes.
    pub(super) fn take_over(&self, file: &Generation) -> Option<u64> {
        let (key, offset) = self
            .checkpoints
            .of_component(&self.component)
            .into_iter()
            .find_map(|(key, position)| match position {
                Position::File(position)
                    if position.head_length > 0
                        && Path::new(&position.path) != file.path
                        && file.is_of(&position) =>
                {
                    Some((key, position.offset))
                }
                _ => None,
            })?;
        self.checkpoints.slot(&self.component, &key).remove();
        Some(offset)
    }

    /// Changes what is told about a target.
    pub(super) fn note(&self, key: &str, change: impl FnOnce(&mut FileStatus)) {
        change(self.statuses().entry(key.to_owned()).or_default());
    }

    fn statuses(&self) -> MutexGuard<'_, BTreeMap<String, FileStatus>> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Saves positions now.
    pub(super) fn save(&self) {
        if let Err(error) = self.checkpoints.save(false) {
            tracing::error!(%error, "positions of log files could not be saved");
        }
    }

    pub(super) fn sizes(&self, path: &Path, size: u64) {
        let path = path.display().to_string();
        let gauge = self.metrics.file_bytes.with_label_values(&[&path]);
        gauge.set(i64::try_from(size).unwrap_or(i64::MAX));
    }

    pub(super) fn read(&self, path: &Path, lines: usize, bytes: u64) {
        let path = path.display().to_string();
        self.metrics
            .read_lines
            .with_label_values(&[&path])
            .inc_by(lines as u64);
        let gauge = self.metrics.read_bytes.with_label_values(&[&path]);
        gauge.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }
}

// === impl FileMetrics ===

impl FileMetrics {
    /// Registers them.
    pub fn new(scope: &Scope) -> Self {
        let path = ["path"];
        Self {
            read_bytes: scope.int_gauge_vec(
                "loki_source_file_read_bytes_total",
                "Bytes of each file that were read.",
                &path,
            ),
            file_bytes: scope.int_gauge_vec(
                "loki_source_file_file_bytes_total",
                "Size of each file.",
                &path,
            ),
            read_lines: scope.counter_vec(
                "loki_source_file_read_lines_total",
                "Lines of each file that were read.",
                &path,
            ),
            active: scope.int_gauge("loki_source_file_files_active_total", "Files being read."),
        }
    }

    fn forget(&self, path: &Path) {
        let path = path.display().to_string();
        // A file of which nothing was read has none of these.
        let _ = self.read_bytes.remove_label_values(&[&path]);
        let _ = self.file_bytes.remove_label_values(&[&path]);
        let _ = self.read_lines.remove_label_values(&[&path]);
    }
}
