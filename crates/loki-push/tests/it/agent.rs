//! A docker source in front of a writer, which can be killed and started again.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use outpost_docker::Client;
use outpost_http_client::ClientConfig;
use outpost_loki_push::{
    Budget, Checkpoints, DockerMetrics, DockerSource, DockerSourceConfig, EndpointConfig,
    WriteConfig, WriteMetrics, Writer,
};
use outpost_model::{Labels, Rules};
use outpost_self_metrics::{Registry, Scope};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub(crate) struct Agent {
    pub(crate) source: Arc<DockerSource>,
    pub(crate) registry: Registry,
    checkpoints: Checkpoints,
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
    _scopes: Vec<Scope>,
}

/// What differs from one test to another.
pub(crate) struct Setting<'a> {
    pub(crate) host: String,
    pub(crate) directory: &'a Path,
    pub(crate) budget: usize,
    pub(crate) rules: Rules,
}

impl Agent {
    pub(crate) fn start(endpoint: EndpointConfig, setting: Setting<'_>) -> Self {
        let registry = Registry::new();
        let scopes = ["loki.write.out", "loki.source.docker.s"]
            .map(|id| Scope::new(&registry, [("component_id", id)]));
        let config = WriteConfig {
            endpoints: vec![endpoint],
            external_labels: Vec::new(),
            max_streams: 0,
        };
        let writer = Arc::new(Writer::new(config, &WriteMetrics::new(&scopes[0])).unwrap());
        let checkpoints = Checkpoints::open(setting.directory).unwrap();
        let config = DockerSourceConfig {
            component: "loki.source.docker.s".to_owned(),
            client: Client::connect(&setting.host, ClientConfig::default()).unwrap(),
            labels: Vec::new(),
            rules: Arc::new(setting.rules),
            checkpoints: checkpoints.clone(),
            alloy_positions: Some(setting.directory.join("positions.yml")),
            budget: Budget::new(setting.budget),
            next: Arc::clone(&writer) as _,
        };
        let source = Arc::new(DockerSource::new(config, &DockerMetrics::new(&scopes[1])));
        let (stop, stopped) = watch::channel(false);
        let until = || {
            let mut stopped = stopped.clone();
            async move { drop(stopped.wait_for(|stop| *stop).await) }
        };
        let mut tasks = JoinSet::new();
        let (reading, end) = (Arc::clone(&source), until());
        tasks.spawn(async move { reading.run(end).await });
        let end = until();
        tasks.spawn(async move { writer.run(end, Duration::from_secs(2)).await });
        let (saving, end) = (checkpoints.clone(), until());
        tasks.spawn(async move { saving.run(end).await });
        Self {
            source,
            registry,
            checkpoints,
            tasks,
            stop,
            _scopes: scopes.into(),
        }
    }

    /// Ends as SIGKILL would: nothing is flushed, nothing is saved.
    pub(crate) async fn kill(mut self) {
        self.tasks.shutdown().await;
    }

    /// Ends in order.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
        self.checkpoints.save(true).unwrap();
    }
}

/// A target as discovery hands it over.
pub(crate) fn target(id: &str, more: &[(&str, &str)]) -> Labels {
    let own = [("__meta_docker_container_id", id)];
    Labels::from_pairs(own.into_iter().chain(more.iter().copied()))
}
