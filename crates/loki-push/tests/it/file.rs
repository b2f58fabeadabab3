//! Files: every line once, in order, through rotation and kills.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use outpost_loki_push::{
    Budget, Checkpoints, Encoding, FileMetrics, FileSource, FileSourceConfig, OnPositionError,
    SAVE_GAP, WatchPeriod, WriteConfig, WriteMetrics, Writer,
};
use outpost_model::Labels;
use outpost_self_metrics::{Registry, Scope};
use tokio::task::JoinSet;

use crate::loki::FakeLoki;

struct Running {
    tasks: JoinSet<()>,
    _scopes: [Scope; 2],
}

impl Running {
    fn start(
        loki: &FakeLoki,
        directory: &Path,
        change: impl FnOnce(&mut FileSourceConfig),
    ) -> Self {
        let registry = Registry::new();
        let scopes = ["write", "file"].map(|id| Scope::new(&registry, [("component_id", id)]));
        let config = WriteConfig {
            endpoints: vec![loki.endpoint()],
            external_labels: Vec::new(),
            max_streams: 0,
        };
        let writer = Arc::new(Writer::new(config, &WriteMetrics::new(&scopes[0])).unwrap());
        let checkpoints = Checkpoints::open(&directory.join("data")).unwrap();
        let period = Duration::from_millis(5);
        let mut config = FileSourceConfig {
            component: "loki.source.file.f".to_owned(),
            checkpoints: checkpoints.clone(),
            alloy_positions: None,
            legacy_positions: None,
            on_position_error: OnPositionError::default(),
            tail_from_end: false,
            encoding: Encoding::AsIs,
            compression: None,
            initial_delay: Duration::ZERO,
            period: WatchPeriod {
                min: period,
                max: period,
            },
            file_match: None,
            budget: Budget::default(),
            next: Arc::clone(&writer) as _,
        };
        change(&mut config);
        let config_has_pattern = config.file_match.is_some();
        let source = FileSource::new(config, &FileMetrics::new(&scopes[1]));
        let name = if config_has_pattern { "*.log" } else { "a.log" };
        let path = directory.join(name).display().to_string();
        source.set_targets([Labels::from_pairs([
            ("__path__", path.as_str()),
            ("job", "f"),
        ])]);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { source.run(std::future::pending()).await });
        tasks.spawn(async move { writer.run(std::future::pending(), Duration::ZERO).await });
        tasks.spawn(async move { checkpoints.run(std::future::pending()).await });
        Self {
            tasks,
            _scopes: scopes,
        }
    }

    async fn kill(mut self) {
        self.tasks.shutdown().await;
    }
}

/// The numbers of the lines in the order of their coming; a file's lines have no time of their own, so a repeat after a
/// kill is no exact repeat: it may come again, but nothing may be missing or out of order.
fn distinct(loki: &FakeLoki) -> Vec<u32> {
    let mut seen = Vec::new();
    for (labels, line) in loki.lines(204) {
        assert!(
            labels.contains(r#"job="f""#) && labels.contains("filename="),
            "{labels}"
        );
        let number = line.strip_prefix("line ").unwrap().parse().unwrap();
        if !seen.contains(&number) {
            seen.push(number);
        }
    }
    seen
}

fn append(file: &mut File, from: u32, to: u32) {
    for n in from..=to {
        // In two pieces, so that half lines are met.
        write!(file, "line").unwrap();
        writeln!(file, " {n}").unwrap();
    }
}

fn open(path: &Path) -> File {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap()
}

#[tokio::test]
async fn rotation_by_rename_loses_nothing_even_what_is_written_late_and_while_down() {
    let directory = tempfile::tempdir().unwrap();
    let (path, old) = (
        directory.path().join("a.log"),
        directory.path().join("a.log.1"),
    );
    let loki = FakeLoki::start().await;
    let mut file = open(&path);
    append(&mut file, 1, 10);
    let running = Running::start(&loki, directory.path(), |_| {});
    loki.wait_for(|loki| distinct(loki).len() == 10).await;
    fs::rename(&path, &old).unwrap();
    append(&mut file, 11, 20);
    let mut new = open(&path);
    append(&mut new, 31, 40);
    loki.wait_for(|loki| distinct(loki).len() == 30).await;
    append(&mut file, 21, 25);
    loki.wait_for(|loki| distinct(loki).len() == 35).await;
    running.kill().await;
    append(&mut new, 41, 50);
    fs::rename(&path, directory.path().join("moved")).unwrap();
    let mut newer = open(&path);
    append(&mut newer, 51, 60);
    let running = Running::start(&loki, directory.path(), |_| {});
    loki.wait_for(|loki| distinct(loki).len() == 55).await;
    running.kill().await;
    let mut all = distinct(&loki);
    all.sort_unstable();
    let expected: Vec<_> = (1..=25).chain(31..=60).collect();
    assert_eq!(all, expected);
}

#[tokio::test]
async fn rotation_by_truncation_is_seen_even_when_the_file_has_grown_past_the_old_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.log");
    let loki = FakeLoki::start().await;
    append(&mut open(&path), 1, 3);
    let running = Running::start(&loki, directory.path(), |_| {});
    loki.wait_for(|loki| distinct(loki).len() == 3).await;
    fs::write(&path, "").unwrap();
    tokio::time::sleep(Duration::from_millis(40)).await;
    append(&mut open(&path), 4, 5);
    loki.wait_for(|loki| distinct(loki).len() == 5).await;
    fs::write(&path, "line 6\nline 7\nline 8\nline 9\n").unwrap();
    loki.wait_for(|loki| distinct(loki).len() == 9).await;
    running.kill().await;
    fs::write(&path, "line 10\n").unwrap();
    let running = Running::start(&loki, directory.path(), |_| {});
    loki.wait_for(|loki| distinct(loki).len() == 10).await;
    running.kill().await;
    assert_eq!(distinct(&loki), (1..=10).collect::<Vec<_>>());
    assert_eq!(loki.lines(204).len(), 10);
}

#[tokio::test]
async fn kills_and_refusals_lose_nothing_and_keep_the_order() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.log");
    let loki = FakeLoki::start().await;
    let mut file = open(&path);
    for round in 0..10_u32 {
        loki.always(if round % 3 == 0 { 503 } else { 204 });
        let running = Running::start(&loki, directory.path(), |_| {});
        append(&mut file, round * 100 + 1, round * 100 + 100);
        tokio::time::sleep(Duration::from_millis(u64::from(13 + 7 * round))).await;
        running.kill().await;
    }
    loki.always(204);
    let running = Running::start(&loki, directory.path(), |_| {});
    loki.wait_for(|loki| distinct(loki).len() == 1000).await;
    running.kill().await;
    assert_eq!(distinct(&loki), (1..=1000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_rotated_name_that_is_read_too_is_not_read_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.log");
    let loki = FakeLoki::start().await;
    append(&mut open(&path), 1, 5);
    let with_pattern = |config: &mut FileSourceConfig| {
        let files = outpost_loki_push::FileMatch {
            ignore_older_than: Duration::ZERO,
        };
        config.file_match = Some((files, Duration::from_millis(10)));
    };
    let running = Running::start(&loki, directory.path(), with_pattern);
    loki.wait_for(|loki| distinct(loki).len() == 5).await;
    let mut old = open(&path);
    fs::rename(&path, directory.path().join("b.log")).unwrap();
    append(&mut open(&path), 6, 9);
    append(&mut old, 10, 12);
    loki.wait_for(|loki| distinct(loki).len() == 12).await;
    tokio::time::sleep(SAVE_GAP * 3).await;
    running.kill().await;
    append(&mut old, 13, 14);
    let running = Running::start(&loki, directory.path(), with_pattern);
    loki.wait_for(|loki| distinct(loki).len() == 14).await;
    running.kill().await;
    assert_eq!(loki.lines(204).len(), 14);
}

#[tokio::test]
async fn the_status_says_how_far_each_file_is_read_and_forgets_files_that_are_no_targets_any_more()
{
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.log");
    fs::write(&path, "one\ntwo\n").unwrap();
    let registry = Registry::new();
    let scope = Scope::new(&registry, []);
    let checkpoints = Checkpoints::in_memory();
    let period = Duration::from_millis(5);
    let config = FileSourceConfig {
        component: "loki.source.file.f".to_owned(),
        checkpoints,
        alloy_positions: None,
        legacy_positions: None,
        on_position_error: OnPositionError::default(),
        tail_from_end: false,
        encoding: Encoding::AsIs,
        compression: None,
        initial_delay: Duration::ZERO,
        period: WatchPeriod {
            min: period,
            max: period,
        },
        file_match: None,
        budget: Budget::default(),
        next: Arc::new(outpost_loki_push::Fanout::default()),
    };
    let source = Arc::new(FileSource::new(config, &FileMetrics::new(&scope)));
    let target = |path: &Path| Labels::from_pairs([("__path__", path.display().to_string())]);
    source.set_targets([target(&path), target(&directory.path().join("none.log"))]);
    let mut tasks = JoinSet::new();
    let run = Arc::clone(&source);
    tasks.spawn(async move { run.run(std::future::pending()).await });
    let told = |wanted: Vec<(String, bool, u64)>| {
        let source = Arc::clone(&source);
        async move {
            loop {
                let status = source.status().into_iter();
                let status: Vec<_> = status
                    .map(|file| {
                        let name = file.path.file_name().unwrap_or_default();
                        (name.display().to_string(), file.reading, file.offset)
                    })
                    .collect();
                if status == wanted {
                    return;
                }
                tokio::time::sleep(period).await;
            }
        }
    };
    told(vec![
        ("a.log".to_owned(), true, 8),
        ("none.log".to_owned(), false, 0),
    ])
    .await;
    fs::remove_file(&path).unwrap();
    told(vec![
        ("a.log".to_owned(), false, 8),
        ("none.log".to_owned(), false, 0),
    ])
    .await;
    source.set_targets([]);
    told(Vec::new()).await;
    tasks.shutdown().await;
}
