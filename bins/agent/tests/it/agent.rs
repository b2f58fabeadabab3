//! The real binary on a configuration of the test's.

use std::process::Command;

use outpost_testbed::{Process, free_port, get, wait_until};
use serde_json::Value;
use tempfile::TempDir;

/// An agent with a configuration, environment and storage of its own, which outlive the process.
pub(crate) struct Agent {
    dir: TempDir,
    port: u16,
    environment: Vec<(String, String)>,
    flags: Vec<String>,
    process: Option<Process>,
}

// === impl Agent ===

impl Agent {
    /// Writes the configuration; does not start yet.
    pub(crate) fn new(config: &str, environment: &[(&str, String)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("config.alloy"), config).unwrap();
        let environment = environment
            .iter()
            .map(|(n, v)| ((*n).to_owned(), v.clone()))
            .collect();
        Self {
            dir,
            port: free_port(),
            environment,
            flags: Vec::new(),
            process: None,
        }
    }

    /// The same with a further flag.
    pub(crate) fn with_flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }

    /// Starts the process and waits until it is ready.
    pub(crate) fn start(&mut self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_outpost"));
        command
            .arg("run")
            .arg(format!("--server.http.listen-addr=127.0.0.1:{}", self.port))
            .arg(format!(
                "--storage.path={}",
                self.dir.path().join("data").display()
            ))
            .args(&self.flags)
            .arg(self.dir.path().join("config.alloy"))
            .envs(self.environment.iter().map(|(n, v)| (n, v)));
        let mut process = Process::start(&mut command, self.dir.path().join("log"));
        let port = self.port;
        wait_until("the agent to be ready", || {
            assert!(
                process.exited().is_none(),
                "the agent ended: {}",
                process.output()
            );
            get(port, "/-/ready")
                .ok()
                .filter(|(status, _)| *status == 200)
        });
        self.process = Some(process);
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.process.take().unwrap().kill();
    }

    /// SIGTERM; the exit code must be 0.
    pub(crate) fn stop(&mut self) {
        let status = self.process.take().unwrap().terminate();
        assert_eq!(status.code(), Some(0), "{}", self.log());
    }

    /// Its --storage.path.
    pub(crate) fn storage(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    /// What it has logged, over all its lives.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// GET from its own server.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        get(self.port, path).unwrap()
    }

    /// Ids of the components that are not healthy, with what they say.
    pub(crate) fn ailing(&self) -> Vec<String> {
        let (status, body) = self.get("/api/v0/web/components");
        assert_eq!(status, 200);
        let components: Value = serde_json::from_str(&body).unwrap();
        let ailing = components
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|component| {
                let health = component.get("health")?;
                (health.get("state")? != "healthy").then(|| {
                    format!(
                        "{}: {}",
                        component["localID"],
                        health.get("message").unwrap_or(&Value::Null)
                    )
                })
            });
        ailing.collect()
    }
}
