//! A service's own events, pushed through the `tracing` layer.

use std::time::Duration;

use outpost_loki_push::{EventPush, LokiLayer};
use outpost_testbed::LogSink;
use tokio::sync::oneshot;
use tracing_subscriber::layer::SubscriberExt as _;

/// Runs the sender until what was queued is sent.
async fn flush(push: &EventPush) {
    let (stop, stopped) = oneshot::channel::<()>();
    drop(stop);
    push.run(async { drop(stopped.await) }, Duration::from_secs(20))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_become_lines_with_the_fields_of_their_spans() {
    let loki = LogSink::start();
    let (layer, push) = LokiLayer::builder(loki.url())
        .label("app", "shop")
        .build()
        .unwrap();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        let span = tracing::info_span!("order", id = 7, customer = tracing::field::Empty);
        let _entered = span.enter();
        span.record("customer", "a \"b\"");
        tracing::info!(items = 3, note = "", "order taken");
        tracing::warn!("stock is low");
        tracing::info!(target: "hyper::proto", "what pushing itself says");
    });
    flush(&push).await;
    let lines: Vec<_> = loki
        .streams()
        .into_iter()
        .flat_map(|(stream, lines)| lines.into_iter().map(move |line| (stream.clone(), line)))
        .collect();
    let expected = [
        (
            r#"{app="shop", level="info"}"#,
            r#"order taken items=3 note="" id=7 customer="a \"b\"""#,
        ),
        (
            r#"{app="shop", level="warn"}"#,
            r#"stock is low id=7 customer="a \"b\"""#,
        ),
    ];
    let lines: Vec<_> = lines
        .iter()
        .map(|(s, l)| (s.as_str(), l.as_str()))
        .collect();
    assert_eq!(lines, expected);
    assert_eq!(push.dropped(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_drops_events_and_counts_them_and_takes_more_once_it_is_sent() {
    let loki = LogSink::start();
    let (layer, push) = LokiLayer::builder(loki.url()).budget(0).build().unwrap();
    let subscriber = tracing_subscriber::registry().with(layer);
    let _guard = tracing::subscriber::set_default(subscriber);
    let long = "x".repeat(20_000);
    for _ in 0..10 {
        tracing::info!("{long}");
    }
    let dropped = push.dropped();
    assert!((1..10).contains(&dropped), "{dropped}");
    flush(&push).await;
    let kept = loki.streams().values().map(Vec::len).sum::<usize>() as u64;
    assert_eq!(kept + dropped, 10);
    tracing::info!("{long}");
    assert_eq!(push.dropped(), dropped, "there is room again");
}

#[test]
fn a_place_that_is_no_url_is_refused_by_name() {
    let error = LokiLayer::builder("loki:3100").build().unwrap_err();
    assert_eq!(
        error.to_string(),
        r#""loki:3100" is no URL to push to; give one like http://loki:3100/loki/api/v1/push"#
    );
}
