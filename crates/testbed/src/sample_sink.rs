//! A remote-write receiver that keeps every sample in order, duplicates and all.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use prost::Message;

use crate::{Site, SiteAnswer};

/// A receiver of remote write 1.0.
#[derive(Debug)]
pub struct SampleSink {
    site: Site,
    samples: Arc<Mutex<Vec<PushedSample>>>,
    /// What to answer with in place of 204; 0 for 204.
    failing: Arc<AtomicU16>,
}

/// One sample as it arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct PushedSample {
    /// The series' labels, its name as `__name__`.
    pub labels: BTreeMap<String, String>,
    /// Unix time in milliseconds.
    pub timestamp_ms: i64,
    /// The value, bit for bit.
    pub value: f64,
}

// === impl SampleSink ===

impl SampleSink {
    /// Starts one on a free port of loopback.
    pub fn start() -> Self {
        let samples = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&samples);
        let failing = Arc::new(AtomicU16::new(0));
        let answer = Arc::clone(&failing);
        let site = Site::start(move |request| {
            let refusal = answer.load(Ordering::SeqCst);
            if refusal != 0 {
                return SiteAnswer::status(refusal);
            }
            let taken = read(&request.body);
            shared.lock().expect("no test panicked here").extend(taken);
            SiteAnswer::status(204)
        });
        Self {
            site,
            samples,
            failing,
        }
    }

    /// Where to push.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/api/v1/write", self.site.port())
    }

    /// Refuses every push with `status` until [`Self::accept`].
    pub fn refuse(&self, status: u16) {
        self.failing.store(status, Ordering::SeqCst);
    }

    /// Keeps pushes again.
    pub fn accept(&self) {
        self.failing.store(0, Ordering::SeqCst);
    }

    /// Everything that has arrived so far, in order of arrival.
    pub fn samples(&self) -> Vec<PushedSample> {
        self.samples.lock().expect("no test panicked here").clone()
    }
}

fn read(body: &[u8]) -> Vec<PushedSample> {
    let plain = snap::raw::Decoder::new()
        .decompress_vec(body)
        .expect("a push is a snappy block");
    let request = WriteRequest::decode(plain.as_slice()).expect("a push is a write request");
    let mut samples = Vec::new();
    for series in request.timeseries {
        let pairs = series.labels.into_iter().map(|l| (l.name, l.value));
        let labels: BTreeMap<_, _> = pairs.collect();
        samples.extend(series.samples.into_iter().map(|sample| PushedSample {
            labels: labels.clone(),
            timestamp_ms: sample.timestamp,
            value: sample.value,
        }));
    }
    samples
}

/// `prometheus.WriteRequest` of Prometheus' `prompb/remote.proto`.
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

#[derive(Clone, PartialEq, Message)]
struct Sample {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    timestamp: i64,
}
