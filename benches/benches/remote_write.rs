//! Remote write: encoding beside prost, snappy, and the log. Criterion's throughput is samples; sizes are printed once.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench stops at the first surprise, and prints what it measured"
)]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use outpost_model::{Batch, Labels, LayoutId, MetricsReceiver, Resolution, SeriesId};
use outpost_remote_write::{Protocol, RemoteWrite, RequestEncoder, inspect};
use prost::Message;

/// Samples of a request, as `max_samples_per_send` has them.
const SAMPLES: usize = 2000;
const T: i64 = 1_700_000_000_000;

#[derive(Clone, PartialEq, Message)]
struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    timeseries: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, Message)]
struct TimeSeries {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
}

#[derive(Clone, PartialEq, Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Sample {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    timestamp: i64,
}

/// Histograms of 70 buckets and gauges, with a service's usual labels.
fn series(i: usize) -> Labels {
    let mut labels = vec![
        ("application".to_owned(), "shop".to_owned()),
        ("instance".to_owned(), "127.0.0.1:8080".to_owned()),
        ("job".to_owned(), "spring".to_owned()),
        ("outcome".to_owned(), "SUCCESS".to_owned()),
        ("status".to_owned(), "200".to_owned()),
        ("uri".to_owned(), format!("/api/v1/orders/{}", i / 70)),
    ];
    if i % 10 == 9 {
        labels.push((
            "__name__".to_owned(),
            format!("jvm_memory_used_bytes_{}", i % 7),
        ));
        labels.push(("pool".to_owned(), format!("pool-{}", i % 13)));
    } else {
        labels.push((
            "__name__".to_owned(),
            "http_server_requests_seconds_bucket".to_owned(),
        ));
        labels.push(("le".to_owned(), format!("{}.0", i % 70)));
    }
    Labels::from_pairs(labels)
}

fn value(i: usize, scrape: usize) -> f64 {
    match i % 3 {
        0 => (i * 1000 + scrape * (i % 17)) as f64,
        1 => i as f64,
        _ => (i + scrape) as f64 / 7.0,
    }
}

fn encode(c: &mut Criterion) {
    let labels: Vec<_> = (0..SAMPLES).map(series).collect();
    let mut encoder = RequestEncoder::new();
    let ids: Vec<_> = labels
        .iter()
        .map(|l| encoder.series(l, None).expect("few labels"))
        .collect();
    let mut group = c.benchmark_group("encode");
    group.throughput(Throughput::Elements(SAMPLES as u64));
    for (name, protocol) in [("1.0", Protocol::V1), ("2.0", Protocol::V2)] {
        group.bench_function(format!("{name} ours"), |b| {
            b.iter(|| {
                for (i, id) in ids.iter().enumerate() {
                    encoder.sample(*id, T, value(i, 1));
                }
                black_box(encoder.encode(protocol).len())
            });
        });
        for (i, id) in ids.iter().enumerate() {
            encoder.sample(*id, T, value(i, 1));
        }
        let raw = encoder.encode(protocol).len();
        let compressed = encoder.compressed().len();
        println!(
            "{name}: {:.1} bytes per sample, {:.1} compressed",
            raw as f64 / SAMPLES as f64,
            compressed as f64 / SAMPLES as f64
        );
        group.bench_function(format!("{name} snappy"), |b| {
            b.iter(|| black_box(encoder.compressed().len()));
        });
    }
    group.bench_function("1.0 prost", |b| {
        b.iter(|| {
            let entry = |(i, labels): (usize, &Labels)| TimeSeries {
                labels: labels
                    .iter()
                    .map(|(name, value)| Label {
                        name: name.to_owned(),
                        value: value.to_owned(),
                    })
                    .collect(),
                samples: vec![Sample {
                    value: value(i, 1),
                    timestamp: T,
                }],
            };
            let request = WriteRequest {
                timeseries: labels.iter().enumerate().map(entry).collect(),
            };
            black_box(request.encode_to_vec().len())
        });
    });
    let ready = WriteRequest {
        timeseries: labels
            .iter()
            .map(|labels| TimeSeries {
                labels: labels
                    .iter()
                    .map(|(name, value)| Label {
                        name: name.to_owned(),
                        value: value.to_owned(),
                    })
                    .collect(),
                samples: vec![Sample {
                    value: 1.5,
                    timestamp: T,
                }],
            })
            .collect(),
    };
    group.bench_function("1.0 prost, message ready", |b| {
        let mut out = Vec::new();
        b.iter(|| {
            out.clear();
            ready.encode(&mut out).expect("a vector grows");
            black_box(out.len())
        });
    });
    group.finish();
}

struct Log {
    handle: Arc<RemoteWrite>,
    series: Vec<SeriesId>,
    layout: LayoutId,
    scrape: usize,
}

impl Log {
    fn open(directory: &Path, count: usize) -> Self {
        let (handle, _) = RemoteWrite::builder(directory)
            .build()
            .expect("the log opens");
        let resolve = |i| match handle.resolve(&series(i), None) {
            Resolution::Series(id) => id,
            Resolution::Dropped => unreachable!("nothing drops series here"),
        };
        let series = (0..count).map(resolve).collect();
        Self {
            handle,
            series,
            layout: LayoutId::fresh(),
            scrape: 0,
        }
    }

    fn append(&mut self, values: &[f64]) {
        self.scrape += 1;
        let time = T + i64::try_from(self.scrape).unwrap_or(0) * 15_000;
        let batch = Batch {
            series: &self.series,
            values,
            ..Batch::empty(self.handle.generation(), self.layout, time)
        };
        self.handle.append(&batch).expect("the disk has room");
    }

    fn values(&self) -> Vec<f64> {
        (0..self.series.len())
            .map(|i| value(i, self.scrape))
            .collect()
    }
}

fn log(c: &mut Criterion) {
    const SERIES: usize = 10_000;
    let directory = tempfile::tempdir().expect("a directory");
    let mut log = Log::open(directory.path(), SERIES);
    let mut group = c.benchmark_group("log");
    group.throughput(Throughput::Elements(SERIES as u64));
    let scrapes: Vec<Vec<f64>> = (0..64)
        .map(|scrape| (0..SERIES).map(|i| value(i, scrape)).collect())
        .collect();
    let mut turn = scrapes.iter().cycle();
    group.bench_function("append", |b| {
        b.iter(|| turn.next().map(|values| log.append(values)));
    });
    group.finish();
    drop(log);

    let directory = tempfile::tempdir().expect("a directory");
    let mut log = Log::open(directory.path(), SERIES);
    for _ in 0..100 {
        let values = log.values();
        log.append(&values);
    }
    let inspection = inspect(directory.path()).expect("it can be read");
    let bytes: u64 = inspection
        .segments
        .iter()
        .map(|segment| segment.bytes)
        .sum();
    let samples: u64 = inspection
        .segments
        .iter()
        .map(|segment| segment.points.samples)
        .sum();
    println!(
        "log: {:.2} bytes per sample on disk",
        bytes as f64 / samples as f64
    );
    let mut group = c.benchmark_group("log");
    group
        .throughput(Throughput::Elements(samples))
        .sample_size(10);
    group.bench_function("read", |b| {
        b.iter(|| black_box(inspect(directory.path()).expect("it can be read")));
    });
    group.finish();
}

criterion_group!(benches, encode, log);
criterion_main!(benches);
