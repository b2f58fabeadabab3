//! What a service counts through the `metrics` facade, at a real Prometheus.

use std::time::Duration;

use outpost_remote_write::{Facade, RemoteWrite};
use outpost_testbed::{Prometheus, wait_until};
use tokio_util::sync::CancellationToken;

fn record() {
    metrics::counter!("orders_total", "shop" => "north").increment(2);
    metrics::counter!("orders_total", "shop" => "north").increment(1);
    metrics::gauge!("queue.length", "job" => "own").set(4.5);
    let took = metrics::histogram!("order_seconds");
    for seconds in [0.25, 0.3, 99.0] {
        took.record(seconds);
    }
}

#[test]
fn a_snapshot_has_prometheus_names_cumulative_buckets_and_a_metrics_own_labels_win() {
    let facade = Facade::with_buckets([("job", "shop")], &[1.0, 0.25]);
    metrics::with_local_recorder(&facade, record);
    let mut lines: Vec<String> = facade
        .snapshot()
        .into_iter()
        .map(|(labels, value)| format!("{labels} {value}"))
        .collect();
    lines.sort();
    let expected = [
        r#"order_seconds_bucket{job="shop", le="+Inf"} 3"#,
        r#"order_seconds_bucket{job="shop", le="0.25"} 1"#,
        r#"order_seconds_bucket{job="shop", le="1.0"} 2"#,
        r#"order_seconds_count{job="shop"} 3"#,
        r#"order_seconds_sum{job="shop"} 99.55"#,
        r#"orders_total{job="shop", shop="north"} 3"#,
        r#"queue_length{job="own"} 4.5"#,
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_service_pushes_its_metrics_to_prometheus() {
    let Some(prometheus) = Prometheus::start() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let facade = Facade::new([("job", "shop")]);
    metrics::with_local_recorder(&facade, record);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let shutdown = CancellationToken::new();
    let sending = {
        let _guard = runtime.enter();
        let (handle, run) = RemoteWrite::builder(directory.path())
            .endpoint(&prometheus.write_url())
            .build()
            .unwrap();
        runtime.spawn(facade.push_every(Duration::from_millis(100), handle, shutdown.clone()));
        runtime.spawn(run.run(shutdown.clone()))
    };
    let rows = wait_until("three orders", || {
        let rows = prometheus.query(r#"orders_total{job="shop", shop="north"} == 3"#);
        (!rows.is_empty()).then_some(rows)
    });
    assert_eq!(rows.len(), 1);
    assert_eq!(
        prometheus
            .query("histogram_quantile(0.5, order_seconds_bucket)")
            .len(),
        1
    );
    shutdown.cancel();
    runtime.block_on(sending).unwrap();
}
