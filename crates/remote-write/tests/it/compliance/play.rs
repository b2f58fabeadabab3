//! Plays a case: what a service appends, and what of it a 2.0 receiver gets.

use std::sync::Arc;
use std::time::Duration;

use outpost_model::{
    Batch, Exemplar, Histogram, Labels, LayoutId, MetricType, MetricsReceiver, Resolution, SeriesId,
};
use outpost_remote_write::{Protocol, RemoteWrite};

use crate::messages::{Histogram as SentHistogram, Request, Sample};
use crate::receiver::{Receiver, Recorded};
use crate::service::{Service, to};

/// A time that no case minds.
pub(super) const T: i64 = 1_700_000_000_000;

/// A row of a suite's table: its name there, what is appended, whether what arrives is right.
pub(super) type Case = (&'static str, fn(&Filler), fn(&Sent) -> bool);

/// Appends points to a service.
pub(super) struct Filler(Arc<RemoteWrite>);

/// What arrived.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) requests: Vec<Recorded>,
    pub(super) messages: Vec<Request>,
    pub(super) series: Vec<Series>,
}

/// Labels, value, time.
pub(super) type SentExemplar = (Vec<(String, String)>, f64, i64);

/// An entry of a request, its references resolved.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) labels: Vec<(String, String)>,
    pub(super) samples: Vec<Sample>,
    pub(super) histograms: Vec<SentHistogram>,
    pub(super) exemplars: Vec<SentExemplar>,
    /// Type, help, unit.
    pub(super) metadata: Option<(i32, String, String)>,
}

// === impl Filler ===

impl Filler {
    fn id(&self, labels: &[(&str, &str)], described: Option<(MetricType, &str, &str)>) -> SeriesId {
        let metadata = described.map(|(kind, help, unit)| {
            Arc::new(outpost_model::Metadata {
                family: labels[0].1.to_owned(),
                kind,
                help: help.to_owned(),
                unit: unit.to_owned(),
            })
        });
        let labels = Labels::from_pairs(labels.iter().copied());
        match self.0.resolve(&labels, metadata.as_ref()) {
            Resolution::Series(id) => id,
            Resolution::Dropped => panic!("nothing drops {labels}"),
        }
    }

    pub(super) fn sample(&self, labels: &[(&str, &str)], value: f64) {
        self.sample_at(labels, T, value);
    }

    pub(super) fn sample_at(&self, labels: &[(&str, &str)], time: i64, value: f64) {
        let series = [self.id(labels, None)];
        let values = [value];
        let mut batch = Batch::empty(self.0.generation(), LayoutId::fresh(), time);
        (batch.series, batch.values) = (&series, &values);
        self.0.append(&batch).expect("the log takes it");
    }

    /// A sample of a series whose metadata is known.
    pub(super) fn described(&self, name: &str, kind: MetricType, help: &str, unit: &str) {
        let series = [self.id(&[("__name__", name)], Some((kind, help, unit)))];
        let mut batch = Batch::empty(self.0.generation(), LayoutId::fresh(), T);
        (batch.series, batch.values) = (&series, &[1.0]);
        self.0.append(&batch).expect("the log takes it");
    }

    /// A sample of a series that began at `start`.
    pub(super) fn started(&self, labels: &[(&str, &str)], start: i64, value: f64) {
        let id = self.id(labels, None);
        let (series, values, starts) = ([id], [value], [(id, start)]);
        let mut batch = Batch::empty(self.0.generation(), LayoutId::fresh(), T);
        (batch.series, batch.values, batch.start_times) = (&series, &values, &starts);
        self.0.append(&batch).expect("the log takes it");
    }

    pub(super) fn histogram(&self, labels: &[(&str, &str)], histogram: Histogram) {
        let rows = [(self.id(labels, None), T, histogram)];
        let mut batch = Batch::empty(self.0.generation(), LayoutId::fresh(), T);
        batch.histograms = &rows;
        self.0.append(&batch).expect("the log takes it");
    }

    /// A sample with exemplars.
    pub(super) fn exemplars(&self, labels: &[(&str, &str)], exemplars: &[(&[(&str, &str)], f64)]) {
        self.sample(labels, 1.0);
        let id = self.id(labels, None);
        let rows: Vec<_> = (0..)
            .zip(exemplars)
            .map(|(after, (labels, value))| {
                let labels = Labels::from_pairs(labels.iter().copied());
                let exemplar = Exemplar {
                    labels,
                    value: *value,
                    timestamp_ms: T + after,
                };
                (id, exemplar)
            })
            .collect();
        let mut batch = Batch::empty(self.0.generation(), LayoutId::fresh(), T);
        batch.exemplars = &rows;
        self.0.append(&batch).expect("the log takes it");
    }
}

// === impl Sent ===

impl Sent {
    fn of(requests: Vec<Recorded>) -> Self {
        let messages: Vec<_> = requests.iter().map(Recorded::v2).collect();
        let series = messages.iter().flat_map(resolved).collect();
        Self {
            requests,
            messages,
            series,
        }
    }

    /// The entry of the series called `name` that has samples.
    pub(super) fn named(&self, name: &str) -> &Series {
        self.series
            .iter()
            .find(|series| series.label("__name__") == Some(name) && !series.samples.is_empty())
            .expect("it has arrived")
    }

    /// The values of the series called `name`, in order of arrival.
    pub(super) fn values(&self, name: &str) -> Vec<f64> {
        let samples = self
            .series
            .iter()
            .filter(|series| series.label("__name__") == Some(name))
            .flat_map(|series| &series.samples);
        samples.map(|sample| sample.value).collect()
    }

    /// What every request of every case must be.
    fn is_sound(&self) -> bool {
        self.messages.iter().all(|message| {
            let symbols = message.symbols.len();
            let right = |refs: &[u32]| {
                refs.len().is_multiple_of(2) && refs.iter().all(|at| (*at as usize) < symbols)
            };
            message.symbols.first().is_some_and(String::is_empty)
                && message.timeseries.iter().all(|series| {
                    right(&series.labels_refs)
                        && series.exemplars.iter().all(|e| right(&e.labels_refs))
                        && (series.samples.is_empty() || series.histograms.is_empty())
                })
        }) && self.series.iter().all(|series| {
            let names: Vec<_> = series.labels.iter().map(|(name, _)| name).collect();
            names.is_sorted_by(|a, b| a < b) && names.iter().all(|name| !name.is_empty())
        })
    }
}

// === impl Series ===

impl Series {
    pub(super) fn label(&self, name: &str) -> Option<&str> {
        let found = self.labels.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }
}

fn resolved(message: &Request) -> Vec<Series> {
    let text = |at: u32| message.symbols[at as usize].clone();
    let labels = |refs: &[u32]| -> Vec<_> {
        refs.chunks(2)
            .map(|pair| (text(pair[0]), text(pair[1])))
            .collect()
    };
    let entries = message.timeseries.iter().map(|series| Series {
        labels: labels(&series.labels_refs),
        samples: series.samples.clone(),
        histograms: series.histograms.clone(),
        exemplars: series
            .exemplars
            .iter()
            .map(|e| (labels(&e.labels_refs), e.value, e.timestamp))
            .collect(),
        metadata: series
            .metadata
            .map(|m| (m.r#type, text(m.help_ref), text(m.unit_ref))),
    });
    entries.collect()
}

/// Runs one case to its end.
pub(super) async fn play(fill: fn(&Filler)) -> Sent {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    let mut config = to(&receiver.url());
    config.endpoints[0].protocol = Protocol::V2;
    config.endpoints[0].send_native_histograms = true;
    config.endpoints[0].queue.batch_send_deadline = Duration::from_secs(5);
    let service = Service::start(directory.path(), config);
    fill(&Filler(Arc::clone(&service.handle)));
    // As the suites do: a stop hands out what waits for its batch.
    service.stop().await;
    Sent::of(receiver.requests())
}

/// Runs a theme's table; fails with the names of the cases that do.
pub(super) async fn hold(cases: &[Case]) {
    let mut failed = Vec::new();
    for (name, fill, check) in cases {
        let sent = play(*fill).await;
        if !sent.is_sound() || !check(&sent) {
            failed.push(format!("{name}: {:?}", sent.series));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
