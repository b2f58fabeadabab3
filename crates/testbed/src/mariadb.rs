//! A real MariaDB server.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::{Process, free_port, tool, wait_until};

/// A MariaDB on loopback and a unix socket, with data of its own and user `root` without a password on the socket.
#[derive(Debug)]
pub struct MariaDb {
    dir: TempDir,
    port: u16,
    _process: Process,
}

// === impl MariaDb ===

impl MariaDb {
    /// Starts one; `None` (and named as left out) where MariaDB is missing.
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// Starts one with further flags.
    pub fn start_with(flags: &[&str]) -> Option<Self> {
        let (install, server, client) = (
            tool("mariadb-install-db")?,
            tool("mariadbd")?,
            tool("mariadb")?,
        );
        let dir = tempfile::tempdir().expect("a temporary directory");
        let data = dir.path().join("data");
        let user = if is_root() {
            "--user=root"
        } else {
            "--skip-test-db"
        };
        let installed = Command::new(install)
            .args([
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                user,
            ])
            .arg(format!("--datadir={}", data.display()))
            .output()
            .expect("mariadb-install-db runs");
        assert!(
            installed.status.success(),
            "{}",
            String::from_utf8_lossy(&installed.stderr)
        );
        let port = free_port();
        let socket = dir.path().join("socket");
        let mut command = Command::new(server);
        command.arg("--no-defaults");
        if is_root() {
            command.arg("--user=root");
        }
        command
            .arg(format!("--datadir={}", data.display()))
            .arg(format!("--socket={}", socket.display()))
            .arg(format!("--port={port}"))
            .args(["--bind-address=127.0.0.1", "--innodb-buffer-pool-size=16M"])
            .args(flags);
        let mut process = Process::start(&mut command, dir.path().join("log"));
        wait_until("MariaDB to answer", || {
            assert!(
                process.exited().is_none(),
                "MariaDB ended: {}",
                process.output()
            );
            run(&client, &socket, "SELECT 1").then_some(())
        });
        Some(Self {
            dir,
            port,
            _process: process,
        })
    }

    /// The TCP port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its unix socket.
    pub fn socket(&self) -> PathBuf {
        self.dir.path().join("socket")
    }

    /// Runs statements as root.
    pub fn execute(&self, sql: &str) {
        let client = tool("mariadb").expect("the client that started the server");
        assert!(run(&client, &self.socket(), sql), "cannot run {sql}");
    }
}

fn run(client: &Path, socket: &Path, sql: &str) -> bool {
    let output = Command::new(client)
        .args(["--no-defaults", "-uroot", "-e", sql])
        .arg(format!("--socket={}", socket.display()))
        .output();
    output.is_ok_and(|o| o.status.success())
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().any(|line| line.starts_with("Uid:\t0\t"))
}
