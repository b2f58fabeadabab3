//! A real Spring Boot application with its Prometheus actuator.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::parts::left_out_anywhere;
use crate::{Process, free_port, get, tool, url_encode, wait_until};

/// The built application (set by `cargo xtask test`).
const JAR: &str = "OUTPOST_SPRING_BOOT";

/// The application of `crates/testbed/spring-boot` on loopback.
#[derive(Debug)]
pub struct SpringBoot {
    port: u16,
    _dir: TempDir,
    _process: Process,
}

// === impl SpringBoot ===

impl SpringBoot {
    /// Starts it. Where Java or Maven is missing this gives `None` and names it as left out, which is no failure with
    /// `CI=true` either: unlike the rest, a JDK is not fetched by the set-up.
    pub fn start() -> Option<Self> {
        let Some(jar) = std::env::var_os(JAR).map(PathBuf::from) else {
            left_out_anywhere("a Spring Boot application (Java and Maven)");
            return None;
        };
        let java = tool("java")?;
        let dir = tempfile::tempdir().expect("a temporary directory");
        let port = free_port();
        let mut command = Command::new(java);
        command
            .args([
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
            ])
            .arg(jar)
            .arg("--server.address=127.0.0.1")
            .arg(format!("--server.port={port}"))
            .arg("--management.endpoints.web.exposure.include=prometheus,health")
            .arg("--spring.main.banner-mode=off");
        let mut process = Process::start(&mut command, dir.path().join("log"));
        wait_until("the Spring Boot application", || {
            assert!(process.exited().is_none(), "it ended: {}", process.output());
            get(port, "/actuator/health")
                .ok()
                .filter(|(status, _)| *status == 200)
        });
        Some(Self {
            port,
            _dir: dir,
            _process: process,
        })
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Places an order; the note becomes the value of a label.
    pub fn order(&self, items: u32, note: &str) {
        let path = format!("/orders?items={items}&note={}", url_encode(note));
        let (status, body) = get(self.port, &path).expect("the application answers");
        assert_eq!(status, 200, "{body}");
    }
}
