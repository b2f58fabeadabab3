//! A service that pushes its metrics: a handle, a running sender, and a few series.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use outpost_model::{Batch, Labels, LayoutId, MetricsReceiver, Resolution, SeriesId};
use outpost_remote_write::{Config, EndpointConfig, QueueConfig, RemoteWrite};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A service while it runs.
pub(crate) struct Service {
    pub(crate) handle: Arc<RemoteWrite>,
    shutdown: CancellationToken,
    running: JoinHandle<()>,
}

/// A list of series that is appended as a whole.
pub(crate) struct Target {
    pub(crate) series: Vec<SeriesId>,
    pub(crate) layout: LayoutId,
}

// === impl Service ===

impl Service {
    pub(crate) fn start(directory: &Path, config: Config) -> Self {
        let (handle, run) = RemoteWrite::builder(directory)
            .config(config)
            .build()
            .expect("it starts");
        let shutdown = CancellationToken::new();
        let running = tokio::spawn(run.run(shutdown.clone()));
        Self {
            handle,
            shutdown,
            running,
        }
    }

    /// Ends it as a clean stop does.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.running.await.expect("it ends");
    }

    /// Ends it as a kill does: nothing is flushed, nothing is said.
    pub(crate) async fn kill(self) {
        self.running.abort();
        let _ = self.running.await;
    }

    pub(crate) fn target(&self, name: &str, count: usize) -> Target {
        let resolve = |i: usize| {
            let labels =
                Labels::from_pairs([("__name__", name), ("i", &i.to_string()), ("job", "j")]);
            match self.handle.resolve(&labels, None) {
                Resolution::Series(id) => id,
                Resolution::Dropped => panic!("{labels} is not dropped"),
            }
        };
        Target {
            series: (0..count).map(resolve).collect(),
            layout: LayoutId::fresh(),
        }
    }

    /// Appends `value` for every series.
    pub(crate) fn scrape(&self, target: &Target, timestamp_ms: i64, value: f64) {
        let values = vec![value; target.series.len()];
        self.handle
            .append(&Batch {
                series: &target.series,
                values: &values,
                ..Batch::empty(self.handle.generation(), target.layout, timestamp_ms)
            })
            .expect("the log takes it");
    }
}

/// One endpoint that does not wait for more samples.
pub(crate) fn endpoint(url: &str) -> EndpointConfig {
    EndpointConfig {
        url: url.to_owned(),
        queue: QueueConfig {
            batch_send_deadline: Duration::from_millis(10),
            ..QueueConfig::default()
        },
        ..EndpointConfig::default()
    }
}

pub(crate) fn to(url: &str) -> Config {
    Config {
        endpoints: vec![endpoint(url)],
        ..Config::default()
    }
}
