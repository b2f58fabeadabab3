//! A service that pushes its own events to Loki. With the push URL as the argument:
//! `cargo run -p outpost-loki-push --example tracing_layer -- http://127.0.0.1:3100/loki/api/v1/push`

use std::time::Duration;

use outpost_loki_push::LokiLayer;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "http://127.0.0.1:3100/loki/api/v1/push".into());

    let (layer, push) = LokiLayer::builder(url).label("app", "shop").build()?;
    tracing_subscriber::registry().with(layer).init();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let sending = tokio::spawn({
        let push = push.clone();
        async move {
            let stopped = async { drop(stopped.await) };
            push.run(stopped, Duration::from_secs(5)).await;
        }
    });

    let _order = tracing::info_span!("order", id = 7).entered();
    tracing::info!(items = 3, note = "to be wrapped", "order taken");
    tracing::warn!("stock is low");

    drop(stop);
    sending.await?;
    if push.dropped() > 0 {
        return Err("Loki did not take every event".into());
    }
    Ok(())
}
