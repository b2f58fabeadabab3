//! A real Prometheus in agent mode: it scrapes and pushes, and keeps nothing.

use std::process::Command;

use tempfile::TempDir;

use crate::{Process, free_port, get, peer, wait_until};

/// A Prometheus agent on loopback.
#[derive(Debug)]
pub struct PrometheusAgent {
    _process: Process,
    _dir: TempDir,
}

// === impl PrometheusAgent ===

impl PrometheusAgent {
    /// Starts one with `config`, a whole `prometheus.yml`; `None` (and named as left out) where Prometheus is missing.
    pub fn start(config: &str) -> Option<Self> {
        let binary = peer("prometheus")?;
        let dir = tempfile::tempdir().expect("a temporary directory");
        let file = dir.path().join("prometheus.yml");
        std::fs::write(&file, config).expect("a config file");
        let port = free_port();
        let mut command = Command::new(binary);
        command
            .arg("--agent")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!(
                "--storage.agent.path={}",
                dir.path().join("data").display()
            ))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let mut process = Process::start(&mut command, dir.path().join("log"));
        wait_until("the Prometheus agent to be ready", || {
            assert!(
                process.exited().is_none(),
                "Prometheus ended: {}",
                process.output()
            );
            get(port, "/-/ready")
                .ok()
                .filter(|(status, _)| *status == 200)
        });
        Some(Self {
            _process: process,
            _dir: dir,
        })
    }
}
