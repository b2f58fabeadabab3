//! A real Prometheus with its remote-write receiver on.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::{Process, free_port, get, peer, url_encode, wait_until};

/// A Prometheus server on loopback, with data of its own; it can be stopped and started again on the same port.
#[derive(Debug)]
pub struct Prometheus {
    binary: PathBuf,
    dir: TempDir,
    port: u16,
    process: Option<Process>,
    flags: Vec<String>,
}

// === impl Prometheus ===

impl Prometheus {
    /// Starts one with the remote-write receiver; `None` (and named as left out) where Prometheus is missing.
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// Starts one with further flags.
    pub fn start_with(flags: &[&str]) -> Option<Self> {
        Self::start_as("global: {}\n", flags)
    }

    /// Starts one that scrapes by itself, with this `prometheus.yml`.
    pub fn start_configured(config: &str) -> Option<Self> {
        Self::start_as(config, &[])
    }

    fn start_as(config: &str, flags: &[&str]) -> Option<Self> {
        let mut server = Self {
            binary: peer("prometheus")?,
            dir: tempfile::tempdir().expect("a temporary directory"),
            port: free_port(),
            process: None,
            flags: flags.iter().map(|&f| f.to_owned()).collect(),
        };
        std::fs::write(server.dir.path().join("prometheus.yml"), config).expect("a config file");
        server.resume();
        Some(server)
    }

    /// Starts the server again after [`Self::pause`], on its port and data.
    pub fn resume(&mut self) {
        let dir = self.dir.path();
        let mut command = Command::new(&self.binary);
        command
            .arg(format!(
                "--config.file={}",
                dir.join("prometheus.yml").display()
            ))
            .arg(format!(
                "--storage.tsdb.path={}",
                dir.join("data").display()
            ))
            .arg(format!("--web.listen-address=127.0.0.1:{}", self.port))
            .arg("--web.enable-remote-write-receiver")
            .args(&self.flags);
        let mut process = Process::start(&mut command, dir.join("log"));
        let port = self.port;
        wait_until("Prometheus to be ready", || {
            assert!(
                process.exited().is_none(),
                "Prometheus ended: {}",
                process.output()
            );
            get(port, "/-/ready")
                .ok()
                .filter(|(status, _)| *status == 200)
        });
        self.process = Some(process);
    }

    /// Stops the server cleanly; its data stay.
    pub fn pause(&mut self) {
        if let Some(process) = self.process.take() {
            process.terminate();
        }
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where to push.
    pub fn write_url(&self) -> String {
        format!("http://127.0.0.1:{}/api/v1/write", self.port)
    }

    /// Its data directory.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The `result` of an instant query.
    pub fn query(&self, promql: &str) -> Vec<Value> {
        self.api(&format!("/api/v1/query?query={}", url_encode(promql)))
    }

    /// The `result` of an instant query at a Unix time in seconds.
    pub fn query_at(&self, promql: &str, seconds: f64) -> Vec<Value> {
        self.api(&format!(
            "/api/v1/query?query={}&time={seconds}",
            url_encode(promql)
        ))
    }

    fn api(&self, path: &str) -> Vec<Value> {
        let (status, body) = get(self.port, path).expect("Prometheus answers");
        assert_eq!(status, 200, "{path}: {body}");
        let answer: Value = serde_json::from_str(&body).expect("Prometheus answers with JSON");
        answer
            .pointer("/data/result")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    }
}
