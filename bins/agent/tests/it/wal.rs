//! `outpost wal` on directories that a real agent wrote.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use outpost_testbed::{Site, SiteAnswer, wait_until};

use crate::agent::Agent;

const CONFIG: &str = r#"
prometheus.exporter.self "own" { }

prometheus.scrape "own" {
  targets         = prometheus.exporter.self.own.targets
  scrape_interval = "1s"
  scrape_timeout  = "1s"
  forward_to      = [prometheus.remote_write.home.receiver]
}

prometheus.remote_write "home" {
  endpoint {
    name = "home"
    url  = sys.env("RECEIVER")
  }
}
"#;

fn wal(directory: &Path) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_outpost"))
        .arg("wal")
        .arg(directory)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// The first segment below a directory.
fn segment(directory: &Path) -> Option<PathBuf> {
    for entry in std::fs::read_dir(directory).ok()?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if let Some(found) = segment(&path) {
                return Some(found);
            }
        } else if path.extension().is_some_and(|e| e == "wal") {
            return Some(path);
        }
    }
    None
}

#[test]
fn a_log_is_shown_while_the_agent_runs_and_damage_is_found_after() {
    let away = Site::start(|_| SiteAnswer::status(503));
    let receiver = format!("http://127.0.0.1:{}/api/v1/write", away.port());
    let mut agent = Agent::new(CONFIG, &[("RECEIVER", receiver)]);
    agent.start();
    let storage = agent.storage();
    let page = wait_until("samples in the log", || {
        let (code, page, errors) = wal(&storage);
        let samples = page
            .lines()
            .find(|line| line.ends_with("  ok"))
            .and_then(|line| line.split_whitespace().nth(2)?.parse::<u64>().ok());
        (samples? > 100).then(|| {
            assert_eq!((code, errors.as_str()), (Some(0), ""), "{page}");
            page
        })
    });
    assert!(page.contains("prometheus.remote_write.home"), "{page}");
    agent.stop();

    let path = segment(&storage).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    std::fs::write(&path, bytes).unwrap();
    let (code, page, _) = wal(&storage);
    assert_eq!(code, Some(1), "{page}");
    assert!(page.contains("damaged"), "{page}");
}

#[test]
fn a_log_keeps_to_its_size_and_counts_what_it_drops() {
    let away = Site::start(|_| SiteAnswer::status(503));
    let receiver = format!("http://127.0.0.1:{}/api/v1/write", away.port());
    let target = Site::start(|_| {
        let mut page = String::new();
        for series in 0..10_000 {
            writeln!(page, "noise{{series=\"{series}\"}} {}", fastrand::f64()).unwrap();
        }
        SiteAnswer::page("text/plain; version=0.0.4", page)
    });
    let config = CONFIG.replace(
        "prometheus.exporter.self.own.targets",
        &format!(r#"[{{"__address__" = "127.0.0.1:{}"}}]"#, target.port()),
    );
    let mut agent =
        Agent::new(&config, &[("RECEIVER", receiver)]).with_flag("--storage.wal-max-size=1MiB");
    agent.start();
    let dropped = wait_until("the oldest samples to be dropped", || {
        let (_, page) = agent.get("/metrics");
        page.lines()
            .find(|line| {
                line.starts_with("prometheus_remote_storage_samples_dropped_total")
                    && line.contains(r#"reason="wal_full""#)
                    && !line.ends_with(" 0")
            })
            .map(str::to_owned)
    });
    assert!(dropped.contains("remote_write"), "{dropped}");
    // The segment that is being written comes on top until it is full.
    let (_, page, _) = wal(&agent.storage());
    let bytes: u64 = page
        .lines()
        .filter(|line| line.ends_with("  ok"))
        .filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .sum();
    assert!((1..3 << 20).contains(&bytes), "{page}");
    agent.stop();
}

#[test]
fn a_directory_without_a_log_and_one_that_is_missing_are_named() {
    let empty = tempfile::tempdir().unwrap();
    let (code, out, errors) = wal(empty.path());
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert_eq!(
        errors,
        format!(
            "error: there is no log in {} or below it; give the agent's --storage.path or a directory with *.wal files\n",
            empty.path().display()
        )
    );
    let missing = empty.path().join("missing");
    let (code, _, errors) = wal(&missing);
    assert_eq!(code, Some(1));
    assert!(
        errors.starts_with(&format!("error: cannot read {}: ", missing.display())),
        "{errors}"
    );
}
