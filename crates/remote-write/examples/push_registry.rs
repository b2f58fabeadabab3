//! A service that pushes what its registry (of the `prometheus` crate) holds, every interval. With `URL` as the argument:
//! `cargo run -p outpost-remote-write --example push_registry -- http://127.0.0.1:9090/api/v1/write`
//!
//! The bridge is `snapshot` and the loop; a registry of any other crate needs a `snapshot` of its own.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use outpost_model::Labels;
use outpost_remote_write::{Pusher, RemoteWrite};
use prometheus::{IntCounter, Registry};
use tokio_util::sync::CancellationToken;

/// Counters and gauges as series.
fn snapshot(registry: &Registry) -> Vec<(Labels, f64)> {
    let mut all = Vec::new();
    for family in registry.gather() {
        for metric in family.get_metric() {
            let own = metric.get_label().iter().map(|l| (l.name(), l.value()));
            let labels =
                Labels::from_pairs(own.chain([("__name__", family.name()), ("job", "shop")]));
            all.push((
                labels,
                metric.get_counter().get_value() + metric.get_gauge().get_value(),
            ));
        }
    }
    all
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "http://127.0.0.1:9090/api/v1/write".into());
    let registry = Registry::new();
    let orders = IntCounter::new("orders_total", "Orders taken.")?;
    registry.register(Box::new(orders.clone()))?;

    let directory = std::env::temp_dir().join("shop-metrics");
    let (handle, run) = RemoteWrite::builder(directory).endpoint(&url).build()?;
    let shutdown = CancellationToken::new();
    let sending = tokio::spawn(run.run(shutdown.clone()));
    let mut pusher = Pusher::new(handle);
    for _ in 0..3 {
        orders.inc();
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        pusher.push(i64::try_from(now.as_millis())?, snapshot(&registry))?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    shutdown.cancel();
    sending.await?;
    Ok(())
}
