//! Containers on the real Docker daemon, from an image that holds a shell and little else.

use std::process::Command;

use crate::left_out;

/// The daemon to use (set by `cargo xtask test`; a URL as in `DOCKER_HOST`).
const HOST: &str = "OUTPOST_DOCKER_HOST";
/// The image to run (set by `cargo xtask test`).
const IMAGE: &str = "OUTPOST_TEST_IMAGE";

/// A container; dropping it removes it.
#[derive(Debug)]
pub struct Container {
    id: String,
}

/// The daemon's URL; `None` (and named as left out) where there is no daemon.
pub fn container_host() -> Option<String> {
    let host = std::env::var(HOST)
        .ok()
        .filter(|_| std::env::var_os(IMAGE).is_some());
    if host.is_none() {
        left_out("a Docker daemon");
    }
    host
}

// === impl Container ===

impl Container {
    /// `docker run --detach FLAGS IMAGE sh -c SCRIPT`; `None` (and named as left out) where there is no daemon.
    pub fn run(flags: &[&str], script: &str) -> Option<Self> {
        container_host()?;
        let image = std::env::var(IMAGE).unwrap_or_default();
        let mut arguments = vec!["run", "--detach"];
        arguments.extend(flags);
        arguments.extend([image.as_str(), "sh", "-c", script]);
        Some(Self {
            id: docker(&arguments).trim().to_owned(),
        })
    }

    /// The full id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `docker COMMAND… ID`.
    pub fn docker(&self, command: &[&str]) -> String {
        let mut arguments = command.to_vec();
        arguments.push(&self.id);
        docker(&arguments)
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = command()
            .args(["rm", "--force", "--volumes", &self.id])
            .output();
    }
}

fn command() -> Command {
    let mut command = Command::new("docker");
    if let Ok(host) = std::env::var(HOST) {
        command.env("DOCKER_HOST", host);
    }
    command
}

fn docker(arguments: &[&str]) -> String {
    let output = command()
        .args(arguments)
        .output()
        .expect("the docker client runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "docker {arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
