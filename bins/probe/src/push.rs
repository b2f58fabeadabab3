//! Results of the schedule, on their way into the write-ahead log and from there to the receivers.

use std::collections::HashMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use outpost_http_client::{BasicAuth, HttpConfig, Secret};
use outpost_model::Labels;
use outpost_probe::{ScheduledResult, SecretSource, WriteEndpoint};
use outpost_remote_write::{Config, EndpointConfig, Pusher, RemoteWrite};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Results that wait for the log, each one target's; a log that hangs stops the schedule, not the memory.
const QUEUE: usize = 64;
/// The job of every series.
const JOB: &str = "lookout";

/// Where results go, and what carries them.
pub(crate) struct Pushing {
    pub(crate) results: Option<mpsc::Sender<ScheduledResult>>,
    pub(crate) run: Pin<Box<dyn Future<Output = ()>>>,
}

/// Opens the log, where there is an endpoint.
pub(crate) fn start(
    endpoints: &[WriteEndpoint],
    directory: &Path,
    stop: CancellationToken,
) -> Result<Pushing> {
    if endpoints.is_empty() {
        return Ok(Pushing {
            results: None,
            run: Box::pin(async {}),
        });
    }
    let endpoints = endpoints.iter().map(endpoint).collect();
    let config = Config {
        endpoints,
        ..Config::default()
    };
    let (handle, run) = RemoteWrite::builder(directory)
        .config(config)
        .build()
        .with_context(|| {
            format!(
                "cannot push from {}; choose a directory with --storage.path",
                directory.display()
            )
        })?;
    let (results, receiver) = mpsc::channel(QUEUE);
    Ok(Pushing {
        results: Some(results),
        run: Box::pin(async move {
            tokio::join!(store(handle, receiver, stop.clone()), run.run(stop));
        }),
    })
}

async fn store(
    handle: Arc<RemoteWrite>,
    mut results: mpsc::Receiver<ScheduledResult>,
    stop: CancellationToken,
) {
    // One pusher for each target: a series that a result lacks ends with a stale marker.
    let mut pushers: HashMap<String, Pusher> = HashMap::new();
    loop {
        let result = tokio::select! {
            () = stop.cancelled() => return,
            result = results.recv() => match result {
                None => return,
                Some(result) => result,
            },
        };
        let pusher = pushers
            .entry(result.name)
            .or_insert_with(|| Pusher::new(Arc::clone(&handle) as _));
        let samples = result.samples.into_iter().map(|(name, labels, value)| {
            let own = [
                ("__name__".to_owned(), name),
                ("job".to_owned(), JOB.to_owned()),
            ];
            let pairs: HashMap<String, String> = own.into_iter().chain(labels).collect();
            (Labels::from_pairs(pairs), value)
        });
        let samples: Vec<_> = samples.collect();
        if let Err(error) = pusher.push(result.timestamp_ms, samples) {
            tracing::error!(%error, "a result is not stored");
        }
    }
}

fn endpoint(raw: &WriteEndpoint) -> EndpointConfig {
    let split = |source: &SecretSource| match source {
        SecretSource::Text(secret) => (secret.clone(), None),
        SecretSource::File(path) => (Secret::default(), Some(path.clone())),
    };
    let mut http = HttpConfig::default();
    if let Some((username, password)) = &raw.basic_auth {
        let (password, password_file) = split(password);
        http.basic_auth = Some(BasicAuth {
            username: username.clone(),
            password,
            password_file,
        });
    }
    if let Some(bearer) = &raw.bearer {
        (http.bearer_token, http.bearer_token_file) = split(bearer);
    }
    EndpointConfig {
        url: raw.url.clone(),
        http,
        ..EndpointConfig::default()
    }
}
