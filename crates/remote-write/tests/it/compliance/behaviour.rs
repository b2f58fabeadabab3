//! Themes `protocol`, `retry`, `fallback`, `response`, `backoff`, `error_handling` and `rw1_compat`.

mod answers;
mod first;
mod protocol;

use std::time::Duration;

use outpost_model::{Batch, Labels, LayoutId, MetricType, MetricsReceiver, Resolution};
use outpost_remote_write::{Config, EndpointStatus, Protocol};

use super::play::T;
use crate::receiver::{Answer, Receiver, Recorded};
use crate::service::{Service, to};

/// A row of a table: its name in the suite, how the receiver answers, whether what was asked of it is right.
type Case = (&'static str, fn() -> Vec<Answer>, fn(&Seen) -> bool);

/// What the receiver saw of two scrapes of three series, and the sender's books.
#[derive(Debug)]
struct Seen {
    requests: Vec<Recorded>,
    books: EndpointStatus,
}

// === impl Seen ===

impl Seen {
    fn statuses(&self) -> Vec<u16> {
        self.requests.iter().map(|request| request.status).collect()
    }

    fn sent(&self) -> u64 {
        self.books.sent.samples
    }

    fn lost(&self) -> u64 {
        self.books
            .dropped
            .values()
            .map(|counts| counts.samples)
            .sum()
    }

    fn gaps(&self) -> Vec<Duration> {
        let pairs = self.requests.windows(2);
        pairs.map(|pair| pair[1].at - pair[0].at).collect()
    }
}

fn configured(url: &str, protocol: Protocol) -> Config {
    let mut config = to(url);
    config.endpoints[0].protocol = protocol;
    config
}

/// Two scrapes of three series, the second when the first has its verdict.
async fn play(protocol: Protocol, answers: Vec<Answer>) -> Seen {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    receiver.script(answers);
    let config = configured(&receiver.url(), protocol);
    let service = Service::start(directory.path(), config);
    let series: Vec<_> = ["a", "b", "c"]
        .map(|i| {
            let labels = Labels::from_pairs([("__name__", "m"), ("i", i), ("job", "j")]);
            let metadata = outpost_model::Metadata {
                family: "m".to_owned(),
                kind: MetricType::Counter,
                help: "Made.".to_owned(),
                unit: String::new(),
            };
            match service.handle.resolve(&labels, Some(&metadata.into())) {
                Resolution::Series(id) => id,
                Resolution::Dropped => panic!("nothing drops it"),
            }
        })
        .into();
    let layout = LayoutId::fresh();
    for scrape in 0..2 {
        let starts: Vec<_> = series.iter().map(|id| (*id, T - 1000)).collect();
        let batch = Batch {
            series: &series,
            values: &[1.0, 2.0, 3.0],
            start_times: &starts,
            ..Batch::empty(service.handle.generation(), layout, T + scrape)
        };
        service.handle.append(&batch).expect("the log takes it");
        while service.handle.status().endpoints[0].pending.total() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    let books = service.handle.status().endpoints.remove(0);
    service.stop().await;
    Seen {
        requests: receiver.requests(),
        books,
    }
}

/// Runs a theme's table; fails with the names of the cases that do.
async fn hold(protocol: Protocol, cases: &[Case]) {
    let mut failed = Vec::new();
    for (name, answers, check) in cases {
        let seen = play(protocol, answers()).await;
        if !check(&seen) {
            failed.push(format!("{name}: {:?} {:?}", seen.statuses(), seen.books));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
