//! A real nginx with a status page.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::{Process, free_port, get, tool, wait_until};

/// An nginx on loopback: `/` answers 200, `/stub_status` its counters.
#[derive(Debug)]
pub struct Nginx {
    dir: TempDir,
    port: u16,
    _process: Process,
}

// === impl Nginx ===

impl Nginx {
    /// Starts one; `None` (and named as left out) where nginx is missing.
    pub fn start() -> Option<Self> {
        Self::start_with("")
    }

    /// Starts one with further directives in its `server` block.
    pub fn start_with(directives: &str) -> Option<Self> {
        let binary = tool("nginx")?;
        let dir = tempfile::tempdir().expect("a temporary directory");
        let port = free_port();
        let root = dir.path().display();
        let config = format!(
            "daemon off; worker_processes 1; pid {root}/pid; error_log {root}/error.log; events {{}}\n\
             http {{ access_log {root}/access.log; client_body_temp_path {root}/body; proxy_temp_path {root}/proxy;\n\
             fastcgi_temp_path {root}/fastcgi; uwsgi_temp_path {root}/uwsgi; scgi_temp_path {root}/scgi;\n\
             server {{ listen 127.0.0.1:{port}; location / {{ return 200 \"hello\\n\"; }}\n\
             location /stub_status {{ stub_status; }} {directives} }} }}\n"
        );
        let file = dir.path().join("nginx.conf");
        std::fs::write(&file, config).expect("a config file");
        let mut command = Command::new(binary);
        command.arg("-p").arg(dir.path()).arg("-c").arg(&file);
        command.arg("-e").arg(dir.path().join("error.log"));
        let mut process = Process::start(&mut command, dir.path().join("log"));
        wait_until("nginx to answer", || {
            assert!(
                process.exited().is_none(),
                "nginx ended: {}",
                process.output()
            );
            get(port, "/").ok()
        });
        Some(Self {
            dir,
            port,
            _process: process,
        })
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its directory, with `access.log` and `error.log`.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}
