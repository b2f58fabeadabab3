//! What each container uses, under the names of cAdvisor.
//!
//! Docker says which containers run; their control groups (version 1 and 2, made by Docker or by systemd) say what they
//! use; `/proc/PID/net/dev` says what their networks moved. No privilege is needed: the groups' files can be read by all,
//! and Docker is only asked to list and inspect.
//!
//! It is not: the control groups that no container stands behind, or metrics of single processors.

mod cgroup;
mod network;
mod put;
mod v1;
mod v2;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use outpost_docker::{Client, DockerError, Filters};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use super::{Collection, Exporter, Page};
use cgroup::{Cgroups, Usage};
use network::Interface;

/// What to read.
#[derive(Debug)]
pub struct CadvisorConfig {
    /// The daemon.
    pub docker: Client,
    /// Where the host's `/proc` is.
    pub procfs_path: PathBuf,
    /// Where the host's `/sys` is.
    pub sysfs_path: PathBuf,
    /// Which of the containers' labels become labels.
    pub labels: ContainerLabels,
}

/// Which of a container's own labels its series carry, as `container_label_NAME`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ContainerLabels {
    /// All of them.
    #[default]
    All,
    /// Those of these names.
    Only(Vec<String>),
}

/// Reads what containers use.
pub struct CadvisorExporter {
    config: CadvisorConfig,
    cgroups: Arc<Cgroups>,
    /// What inspection said of each container, by its id.
    started: BTreeMap<String, Started>,
    reading: Option<JoinHandle<Vec<Reading>>>,
    told: bool,
}

/// When a container was started, and the process by which that start is known.
#[derive(Clone, Copy)]
struct Started {
    process: u32,
    at: f64,
}

/// A container as Docker lists it.
#[derive(Clone, Debug)]
struct Listed {
    id: String,
    name: String,
    image: String,
    labels: BTreeMap<String, String>,
}

/// A container and what it uses.
#[derive(Debug)]
struct Reading {
    container: Listed,
    usage: Usage,
    interfaces: Vec<Interface>,
}

// === impl CadvisorExporter ===

impl CadvisorExporter {
    /// An exporter of what `config` names. Nothing is asked yet.
    pub fn new(config: CadvisorConfig) -> Self {
        Self {
            cgroups: Arc::new(Cgroups::new(&config.sysfs_path)),
            config,
            started: BTreeMap::new(),
            reading: None,
            told: false,
        }
    }

    async fn run(&mut self, page: &mut Page, deadline: Instant) {
        let read = timeout_at(deadline, self.read()).await;
        let failed = match read {
            Ok(Ok(readings)) => {
                self.told = false;
                put::put(&readings, &self.started_at(), &self.config, page);
                0.0
            }
            Ok(Err(error)) => {
                self.tell(&error.to_string());
                1.0
            }
            Err(_) => {
                self.tell("no answer in time");
                1.0
            }
        };
        page.gauge(
            "container_scrape_error",
            "Whether the containers could not be read.",
        )
        .set(failed);
    }

    /// Lists the containers, reads their groups on a blocking thread, and inspects those that were started since.
    async fn read(&mut self) -> Result<Vec<Reading>, DockerError> {
        let running = self.config.docker.list(&Filters::default(), false).await?;
        let listed: Vec<Listed> = running
            .into_iter()
            .map(|container| Listed {
                name: container
                    .names
                    .first()
                    .map(|name| name.trim_start_matches('/').to_owned())
                    .unwrap_or_default(),
                id: container.id,
                image: container.image,
                labels: container.labels,
            })
            .collect();
        // A reading that was cut off is let go to its end, so that there is never more than one.
        if let Some(reading) = &mut self.reading {
            let _ = reading.await;
        }
        let cgroups = Arc::clone(&self.cgroups);
        let proc = self.config.procfs_path.clone();
        let reading = self.reading.insert(tokio::task::spawn_blocking(move || {
            listed
                .into_iter()
                .filter_map(|container| {
                    let usage = cgroups.read(&container.id)?;
                    let interfaces = usage
                        .process
                        .map(|process| network::read(&proc, process))
                        .unwrap_or_default();
                    Some(Reading {
                        container,
                        usage,
                        interfaces,
                    })
                })
                .collect()
        }));
        let readings = reading.await.unwrap_or_default();
        self.reading = None;
        self.inspect(&readings).await?;
        Ok(readings)
    }

    /// Asks for the start of containers whose first process is not the one known.
    async fn inspect(&mut self, readings: &[Reading]) -> Result<(), DockerError> {
        self.started
            .retain(|id, _| readings.iter().any(|r| r.container.id == *id));
        for reading in readings {
            let id = &reading.container.id;
            let process = reading.usage.process.unwrap_or_default();
            if self.started.get(id).is_some_and(|s| s.process == process) {
                continue;
            }
            // One that has ended since it was listed is gone the next time.
            let Ok(details) = self.config.docker.inspect(id).await else {
                continue;
            };
            if let Some(at) = put::unix_time(&details.started_at) {
                self.started.insert(id.clone(), Started { process, at });
            }
        }
        Ok(())
    }

    fn started_at(&self) -> BTreeMap<String, f64> {
        self.started
            .iter()
            .map(|(id, started)| (id.clone(), started.at))
            .collect()
    }

    fn tell(&mut self, error: &str) {
        if !self.told {
            tracing::warn!(error, "containers cannot be read");
        }
        self.told = true;
    }
}

impl Exporter for CadvisorExporter {
    fn collect<'a>(&'a mut self, page: &'a mut Page, deadline: Instant) -> Collection<'a> {
        Box::pin(self.run(page, deadline))
    }
}

impl fmt::Debug for CadvisorExporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CadvisorExporter").finish_non_exhaustive()
    }
}
