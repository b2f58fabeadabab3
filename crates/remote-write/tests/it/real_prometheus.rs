//! What goes in comes out of a real Prometheus.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use outpost_model::{
    Batch, Buckets, Histogram, Labels, LayoutId, MetricsReceiver, ResetHint, Resolution, Span,
    stale_marker,
};
use outpost_remote_write::{Config, Protocol};
use outpost_testbed::Prometheus;

use crate::service::{Service, endpoint};

const VALUES: [f64; 9] = [
    0.1,
    -0.1,
    f64::INFINITY,
    f64::NEG_INFINITY,
    5e-324,
    f64::MAX,
    1e-7,
    123_456_789.123_456_79,
    9_007_199_254_740_993.0,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_times_ends_and_native_histograms_come_out_as_they_went_in() {
    let flags = ["--enable-feature=native-histograms"];
    let Some(prometheus) = Prometheus::start_with(&flags) else {
        return;
    };
    for protocol in [Protocol::V1, Protocol::V2] {
        let directory = tempfile::tempdir().unwrap();
        let mut config = Config {
            endpoints: vec![endpoint(&prometheus.write_url())],
            ..Config::default()
        };
        config.endpoints[0].protocol = protocol;
        config.endpoints[0].send_native_histograms = true;
        let service = Service::start(directory.path(), config);
        let handle = &service.handle;
        let name = format!("m_{protocol:?}");
        let id = |name: &str| {
            let labels = Labels::from_pairs([("__name__", name), ("umlaut", "\u{e4}\n\"\\")]);
            match handle.resolve(&labels, None) {
                Resolution::Series(id) => id,
                Resolution::Dropped => panic!("nothing drops it"),
            }
        };
        let (series, distribution) = (id(&name), id(&format!("{name}_h")));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let start = i64::try_from(now.as_millis()).unwrap() - 60_000;
        let layout = LayoutId::fresh();
        let mut time = start;
        for value in VALUES {
            time += 1001;
            let batch = Batch {
                series: &[series],
                values: &[value],
                ..Batch::empty(handle.generation(), layout, time)
            };
            handle.append(&batch).unwrap();
        }
        handle
            .append(&Batch {
                stale: &[series],
                histograms: &[(distribution, time, distribution_of_twelve())],
                ..Batch::empty(handle.generation(), LayoutId::fresh(), time + 1)
            })
            .unwrap();
        let total = VALUES.len() as u64 + 1;
        loop {
            let endpoint = service.handle.status().endpoints.remove(0);
            assert!(endpoint.dropped.is_empty(), "{endpoint:?}");
            if (endpoint.sent.samples, endpoint.sent.histograms) == (total, 1) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let seconds = (time + 2) as f64 / 1000.0;
        let found = prometheus.query_at(&format!("{name}[10m]"), seconds);
        assert_eq!(found[0].pointer("/metric/umlaut").unwrap(), "\u{e4}\n\"\\");
        let pairs = found[0]["values"].as_array().unwrap();
        let got: Vec<_> = pairs
            .iter()
            .map(|pair| {
                let time: f64 = pair[0].as_f64().unwrap() * 1000.0;
                let value: f64 = pair[1].as_str().unwrap().parse().unwrap();
                (time.round(), value.to_bits())
            })
            .collect();
        let wanted: Vec<_> = (1_u32..)
            .zip(VALUES)
            .map(|(i, value)| (start as f64 + f64::from(i) * 1001.0, value.to_bits()))
            .collect();
        assert_eq!(got, wanted, "{protocol:?}");
        assert!(
            prometheus.query_at(&name, seconds).is_empty(),
            "{:x} ended it",
            stale_marker().to_bits()
        );
        let sum = prometheus.query_at(&format!("histogram_sum({name}_h)"), seconds);
        assert_eq!(sum[0]["value"][1], "18.5");
        let count = prometheus.query_at(&format!("histogram_count({name}_h)"), seconds);
        assert_eq!(count[0]["value"][1], "12");
        service.stop().await;
    }
}

fn distribution_of_twelve() -> Histogram {
    Histogram {
        buckets: Buckets::Integer {
            count: 12,
            zero_count: 2,
            negative_deltas: vec![1],
            positive_deltas: vec![5, -1],
        },
        sum: 18.5,
        schema: 1,
        zero_threshold: 0.001,
        negative_spans: vec![Span {
            offset: 0,
            length: 1,
        }],
        positive_spans: vec![Span {
            offset: 0,
            length: 2,
        }],
        reset_hint: ResetHint::Unknown,
        custom_values: Vec::new(),
    }
}
