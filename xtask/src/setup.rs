//! Brings up the real parts that the tests need, and remembers what could not be had.
//!
//! Nothing here fails for a missing part: the tests decide (and fail with `CI=true`). Everything fetched lies under
//! `target/` and is fetched once.

mod debian;
mod docker;
mod spring_boot;

use std::fmt;
use std::path::PathBuf;

use anyhow::Result;

use crate::shell::{has, target};
use docker::Daemon;

/// Programs that tests start, with the Debian package that brings each.
const PROGRAMS: &[(&str, &str)] = &[
    ("nginx", "nginx-light"),
    ("mariadbd", "mariadb-server"),
    ("mariadb", "mariadb-client"),
    ("dockerd", "docker.io"),
    ("ip", "iproute2"),
    ("chromium", "chromium"),
];

/// What stands ready. Dropping it stops what was started.
pub(crate) struct Parts {
    peers: Option<PathBuf>,
    daemon: Option<Daemon>,
    spring_boot: Option<PathBuf>,
    missing: Vec<String>,
}

/// Fetches and starts what the tests need.
pub(crate) fn bring_up() -> Result<Parts> {
    std::fs::create_dir_all(target())?;
    let mut missing = Vec::new();
    let wanted: Vec<&str> = PROGRAMS
        .iter()
        .filter(|(program, _)| !has(program))
        .map(|(_, package)| *package)
        .collect();
    if !wanted.is_empty()
        && let Err(error) = debian::install(&wanted)
    {
        missing.push(format!("{}: {error:#}", wanted.join(", ")));
    }
    let peers = debian::peers()
        .map_err(|error| missing.push(format!("the peers: {error:#}")))
        .ok();
    let daemon = Daemon::start()
        .map_err(|error| missing.push(format!("a Docker daemon: {error:#}")))
        .ok();
    let spring_boot = spring_boot::build()
        .map_err(|error| missing.push(format!("a Spring Boot application: {error:#}")))
        .ok();
    Ok(Parts {
        peers,
        daemon,
        spring_boot,
        missing,
    })
}

// === impl Parts ===

impl Parts {
    /// What the tests read (`crates/testbed`).
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = Vec::new();
        if let Some(peers) = &self.peers {
            variables.push(("OUTPOST_PEERS", peers.display().to_string()));
        }
        if let Some(daemon) = &self.daemon {
            variables.push(("OUTPOST_DOCKER_HOST", daemon.host().to_owned()));
            variables.push(("OUTPOST_TEST_IMAGE", docker::IMAGE.to_owned()));
        }
        if let Some(jar) = &self.spring_boot {
            variables.push(("OUTPOST_SPRING_BOOT", jar.display().to_string()));
        }
        variables
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.environment() {
            writeln!(f, "{name}={value}")?;
        }
        for part in &self.missing {
            writeln!(f, "missing: {part}")?;
        }
        Ok(())
    }
}
