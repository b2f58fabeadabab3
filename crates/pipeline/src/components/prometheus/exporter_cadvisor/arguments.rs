//! What `prometheus.exporter.cadvisor` takes.

use std::path::{Path, PathBuf};

use outpost_alloy_syntax::{Duration, arguments};
use outpost_collect::exporter::cadvisor::{CadvisorConfig, ContainerLabels};
use outpost_docker::Client;
use outpost_http_client::{ClientConfig, HttpConfig, TlsConfig};

use crate::{Refusal, Remark};

arguments! {
    /// Containers.
    pub(crate) struct CadvisorArguments {
        /// Whether containers' own labels become labels.
        attr store_container_labels: bool = true,
        /// Which of them, where not all do.
        attr allowlisted_container_labels: Vec<String> = Vec::new(),
        /// Environment variables of containers that become labels.
        attr env_metadata_allowlist: Vec<String> = Vec::new(),
        /// Control groups without a container that are told.
        attr raw_cgroup_prefix_allowlist: Vec<String> = Vec::new(),
        /// A file of performance events.
        attr perf_events_config: String = String::new(),
        /// How often resource control groups are read.
        attr resctrl_interval: Duration = Duration::from_secs(0),
        /// Kinds of metrics left out.
        attr disabled_metrics: Vec<String> = Vec::new(),
        /// Kinds of metrics taken.
        attr enabled_metrics: Vec<String> = Vec::new(),
        /// How long the past is kept.
        attr storage_duration: Duration = Duration::from_secs(120),
        /// containerd.
        attr containerd_host: String = "/run/containerd/containerd.sock".to_owned(),
        /// containerd's namespace.
        attr containerd_namespace: String = "k8s.io".to_owned(),
        /// Docker.
        attr docker_host: String = "unix:///var/run/docker.sock".to_owned(),
        /// Whether Docker is asked over TLS.
        attr use_docker_tls: bool = false,
        /// Our certificate.
        attr docker_tls_cert: String = String::new(),
        /// Our key.
        attr docker_tls_key: String = String::new(),
        /// Docker's authority.
        attr docker_tls_ca: String = String::new(),
        /// Whether only Docker's containers are told.
        attr docker_only: bool = false,
        /// Whether the root group is left out.
        attr disable_root_cgroup_stats: bool = false,
    }
}

// === impl CadvisorArguments ===

impl CadvisorArguments {
    /// The exporter's configuration.
    pub(super) fn config(&self) -> Result<CadvisorConfig, Refusal> {
        let mut http = HttpConfig::default();
        if self.use_docker_tls {
            http.tls = TlsConfig {
                ca_file: path(&self.docker_tls_ca),
                cert_file: path(&self.docker_tls_cert),
                key_file: path(&self.docker_tls_key),
                ..TlsConfig::default()
            };
        }
        let client = ClientConfig::try_from(http).map_err(|error| Refusal::because(&error))?;
        let docker = Client::connect(&self.docker_host, client)
            .map_err(|error| Refusal::of(["docker_host"], error.to_string()))?;
        Ok(CadvisorConfig {
            docker,
            procfs_path: of_host("proc", "1/ns"),
            sysfs_path: of_host("sys", "fs/cgroup"),
            labels: if self.store_container_labels {
                ContainerLabels::All
            } else {
                ContainerLabels::Only(self.allowlisted_container_labels.clone())
            },
        })
    }

    /// What in these arguments has no effect.
    pub(super) fn advice(&self) -> Vec<Remark> {
        let lists = [
            (
                "env_metadata_allowlist",
                !self.env_metadata_allowlist.is_empty(),
            ),
            (
                "raw_cgroup_prefix_allowlist",
                !self.raw_cgroup_prefix_allowlist.is_empty(),
            ),
            ("perf_events_config", !self.perf_events_config.is_empty()),
            ("disabled_metrics", !self.disabled_metrics.is_empty()),
            ("enabled_metrics", !self.enabled_metrics.is_empty()),
        ];
        lists
            .into_iter()
            .filter(|(_, given)| *given)
            .map(|(name, _)| {
                let message = format!("{name} has no effect: Docker's containers are told, each with the same families");
                Remark::on([name], message)
            })
            .collect()
    }
}

/// The host's tree as it is usually mounted into a container, else this process' own: the arguments name none.
fn of_host(tree: &str, within: &str) -> PathBuf {
    ["/host", "/rootfs"]
        .into_iter()
        .map(|root| Path::new(root).join(tree))
        .find(|path| path.join(within).is_dir())
        .unwrap_or_else(|| Path::new("/").join(tree))
}

fn path(text: &str) -> Option<PathBuf> {
    (!text.is_empty()).then(|| text.into())
}
