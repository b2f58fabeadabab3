//! A Docker daemon for the tests: the machine's own where one answers, else one of ours, and an image with a shell.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::debian;
use crate::shell::{has, output, target};

/// The image that tests run: busybox alone, a few megabytes.
pub(super) const IMAGE: &str = "outpost-test:busybox";

/// The machine's daemon.
const DEFAULT_HOST: &str = "unix:///var/run/docker.sock";

/// A daemon that answers. One that was started here is stopped on drop.
pub(super) struct Daemon {
    host: String,
    own: Option<(Child, PathBuf)>,
}

// === impl Daemon ===

impl Daemon {
    /// The machine's daemon, or one of our own under a temporary directory.
    pub(super) fn start() -> Result<Self> {
        if !has("docker") {
            bail!("docker is not installed");
        }
        let host = std::env::var("DOCKER_HOST").unwrap_or_else(|_| DEFAULT_HOST.to_owned());
        let daemon = if answers(&host) {
            Self { host, own: None }
        } else {
            Self::start_own()?
        };
        daemon.import_image()?;
        Ok(daemon)
    }

    /// Its URL, as in `DOCKER_HOST`.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    fn start_own() -> Result<Self> {
        // Short, because a unix socket's path may hold 107 bytes only.
        let dir = std::env::temp_dir().join(format!("outpost-dockerd-{}", std::process::id()));
        fs::create_dir_all(&dir)?;
        let host = format!("unix://{}", dir.join("socket").display());
        let log = fs::File::create(target().join("dockerd.log"))?;
        let child = Command::new("dockerd")
            .arg(format!("--host={host}"))
            .arg(format!("--data-root={}", dir.join("data").display()))
            .arg(format!("--exec-root={}", dir.join("exec").display()))
            .arg(format!("--pidfile={}", dir.join("pid").display()))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start dockerd")?;
        let mut daemon = Self {
            host,
            own: Some((child, dir)),
        };
        daemon.wait()?;
        Ok(daemon)
    }

    #[expect(clippy::disallowed_methods, reason = "waits for another process")]
    fn wait(&mut self) -> Result<()> {
        for _ in 0..300 {
            if answers(&self.host) {
                return Ok(());
            }
            if let Some((child, _)) = &mut self.own
                && let Some(status) = child.try_wait()?
            {
                bail!(
                    "dockerd ended with {status}; see {}",
                    target().join("dockerd.log").display()
                );
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("dockerd does not answer within 30 seconds")
    }

    fn import_image(&self) -> Result<()> {
        if output(docker(&self.host).args(["image", "inspect", IMAGE])).is_ok() {
            return Ok(());
        }
        let root = target().join("test-image");
        fs::create_dir_all(root.join("bin"))?;
        fs::create_dir_all(root.join("tmp"))?;
        let busybox = root.join("bin/busybox");
        fs::copy(debian::busybox()?, &busybox)?;
        for applet in output(Command::new(&busybox).arg("--list"))?.lines() {
            match std::os::unix::fs::symlink("busybox", root.join("bin").join(applet)) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        let tar = target().join("test-image.tar");
        output(
            Command::new("tar")
                .arg("-C")
                .arg(&root)
                .arg("-cf")
                .arg(&tar)
                .arg("."),
        )?;
        output(
            docker(&self.host)
                .args(["import", "--change", "ENV PATH=/bin"])
                .arg(&tar)
                .arg(IMAGE),
        )?;
        Ok(())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some((child, dir)) = &mut self.own {
            // SIGTERM lets the daemon stop its containers and unmount what it mounted.
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            let _ = child.wait();
            let _ = fs::remove_dir_all(dir);
        }
    }
}

fn docker(host: &str) -> Command {
    let mut command = Command::new("docker");
    command.env("DOCKER_HOST", host);
    command
}

fn answers(host: &str) -> bool {
    output(docker(host).args(["version", "--format", "{{.Server.Version}}"])).is_ok()
}
