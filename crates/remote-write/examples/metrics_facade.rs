//! A service that counts through the `metrics` facade and pushes every second. With `URL` as the argument:
//! `cargo run -p outpost-remote-write --example metrics_facade -- http://127.0.0.1:9090/api/v1/write`

use std::time::Duration;

use outpost_remote_write::{Facade, RemoteWrite};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "http://127.0.0.1:9090/api/v1/write".into());

    let facade = Facade::new([("job", "shop")]);
    metrics::set_global_recorder(facade.clone())?;
    let directory = std::env::temp_dir().join("shop-facade");
    let (handle, run) = RemoteWrite::builder(directory).endpoint(&url).build()?;
    let shutdown = CancellationToken::new();
    let sending = tokio::spawn(run.run(shutdown.clone()));
    let pushing = tokio::spawn(facade.push_every(Duration::from_secs(1), handle, shutdown.clone()));

    for _ in 0..3 {
        metrics::counter!("orders_total", "shop" => "north").increment(1);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    shutdown.cancel();
    pushing.await?;
    sending.await?;
    Ok(())
}
