//! The real Prometheus, in agent mode, and this crate's pool scrape the same sequences of pages; what the one pushes and
//! the other hands on is the same: series, values bit for bit, stale markers, and at which scrape they come.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use outpost_collect::ScrapePool;
use outpost_golden::Verdicts;
use outpost_model::{Labels, is_stale};
use outpost_testbed::{PrometheusAgent, SampleSink, Site, SiteAnswer};

use crate::book::Book;
use crate::labels::pool_config;
use crate::odd_pages::{Sequence, odd, recorded};

const INTERVAL: Duration = Duration::from_secs(1);

/// A sample of either side.
struct Seen {
    labels: BTreeMap<String, String>,
    timestamp_ms: i64,
    value: f64,
}

/// What one job's target gave: by series, when and what. A sample's time is its scrape's number, or its own time.
type Course = BTreeMap<String, BTreeSet<(String, String)>>;

/// Serves each sequence under `/WHO/NAME`, each of the two with a place of its own in it.
fn serve(sequences: &[Sequence]) -> Site {
    let pages: HashMap<_, _> = sequences
        .iter()
        .map(|sequence| (sequence.name.clone(), sequence.pages.clone()))
        .collect();
    let asked = Mutex::new(HashMap::<String, usize>::new());
    Site::start(move |request| {
        let Some(pages) = request.path.rsplit('/').next().and_then(|n| pages.get(n)) else {
            return SiteAnswer::status(404);
        };
        let mut asked = asked.lock().expect("no test panicked here");
        let turn = asked.entry(request.path.clone()).or_default();
        let page = pages.get(*turn).or(pages.last()).expect("a page");
        *turn += 1;
        SiteAnswer {
            status: page.status,
            content_type: page.content_type,
            body: page.body.clone(),
        }
    })
}

fn config(sequences: &[Sequence], site: &Site, sink: &SampleSink) -> String {
    let mut targets = String::new();
    for sequence in sequences {
        let name = &sequence.name;
        write!(
            targets,
            "      - targets: [\"127.0.0.1:{}\"]\n        labels: {{job: \"{name}\", __metrics_path__: \"/prometheus/{name}\"}}\n",
            site.port(),
        )
        .expect("a string takes all");
    }
    format!(
        "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nremote_write:\n  - url: {}\n    queue_config: {{batch_send_deadline: 100ms}}\n\
         scrape_configs:\n  - job_name: all\n    metric_name_validation_scheme: legacy\n    metric_name_escaping_scheme: underscores\n    fallback_scrape_protocol: PrometheusText0.0.4\n    \
         static_configs:\n{targets}",
        sink.url()
    )
}

fn ours(book: &Book) -> Vec<Seen> {
    book.with(|pages| {
        let samples = pages.samples.iter();
        samples
            .map(|sample| Seen {
                labels: pairs(&sample.labels),
                timestamp_ms: sample.timestamp_ms,
                value: sample.value,
            })
            .collect()
    })
}

fn pairs(labels: &Labels) -> BTreeMap<String, String> {
    let pairs = labels.iter();
    pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

fn theirs(sink: &SampleSink) -> Vec<Seen> {
    let samples = sink.samples().into_iter();
    samples
        .map(|sample| Seen {
            labels: sample.labels,
            timestamp_ms: sample.timestamp_ms,
            value: sample.value,
        })
        .collect()
}

/// The times of each job's scrapes, in order.
fn scrapes(samples: &[Seen]) -> HashMap<&str, BTreeSet<i64>> {
    let mut scrapes = HashMap::<&str, BTreeSet<i64>>::new();
    for sample in samples {
        // `exported_job` and the like have the page's own `up`.
        if sample.labels["__name__"] == "scrape_duration_seconds" {
            let times = scrapes.entry(&sample.labels["job"]).or_default();
            times.insert(sample.timestamp_ms);
        }
    }
    scrapes
}

fn value(value: f64) -> String {
    if is_stale(value) {
        return "stale".to_owned();
    }
    // Minus zero is the sender's to turn into zero.
    let value = if value == 0.0 { 0.0 } else { value };
    format!("{value} {:x}", value.to_bits())
}

/// The first scrapes of a job, as many as its sequence has pages.
fn course(samples: &[Seen], sequence: &Sequence, start_ms: i64) -> Course {
    let scrapes = scrapes(samples);
    let times: Vec<i64> = scrapes[&*sequence.name]
        .iter()
        .copied()
        .take(sequence.pages.len())
        .collect();
    let mut latest = HashMap::new();
    let mut course = Course::new();
    for sample in samples {
        let name = &sample.labels["__name__"];
        if sample.labels["job"] != sequence.name || name == "scrape_duration_seconds" {
            continue;
        }
        // What is not newer than the scrape before is the sender's to drop; Prometheus has dropped it already. Two samples
        // at one scrape's time are of that one scrape.
        let time = sample.timestamp_ms;
        let before = latest.get(&sample.labels).copied().unwrap_or(i64::MIN);
        if time < before || (time == before && times.binary_search(&time).is_err()) {
            continue;
        }
        latest.insert(&sample.labels, time);
        let when = match times.binary_search(&sample.timestamp_ms) {
            Ok(number) => format!("scrape {number}"),
            // A scrape after the last page.
            Err(_) if scrapes[&*sequence.name].contains(&sample.timestamp_ms) => continue,
            Err(_) => format!("{:+}ms", sample.timestamp_ms - start_ms),
        };
        let mut labels = sample.labels.clone();
        labels.remove("instance");
        let series = course.entry(format!("{labels:?}")).or_default();
        series.insert((when, value(sample.value)));
    }
    course
}

fn differences(ours: &Course, theirs: &Course) -> Result<(), String> {
    let mut lines = Vec::new();
    let all: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    for series in all {
        let (ours, theirs) = (ours.get(series), theirs.get(series));
        if ours != theirs {
            lines.push(format!("{series}: {ours:?} instead of {theirs:?}"));
        }
    }
    if lines.is_empty() {
        Ok(())
    } else {
        lines.truncate(4);
        Err(lines.join("\n    "))
    }
}

fn have_all(samples: &[Seen], sequences: &[Sequence]) -> bool {
    let scrapes = scrapes(samples);
    sequences.iter().all(|sequence| {
        let times = scrapes.get(&*sequence.name);
        // One more, so that all of the last one has arrived.
        times.is_some_and(|times| times.len() > sequence.pages.len())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_pages_give_the_same_series_values_and_stale_markers_as_prometheus() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now_ms = i64::try_from(now.expect("the clock is set").as_millis()).expect("a time");
    let sequences = [recorded(), odd(now_ms)].concat();
    let site = serve(&sequences);
    let sink = SampleSink::start();
    let Some(prometheus) = PrometheusAgent::start(&config(&sequences, &site, &sink)) else {
        return;
    };
    let mut config = pool_config("").expect("no arguments are fine");
    config.defaults.interval = INTERVAL;
    config.defaults.timeout = INTERVAL;
    let targets: Vec<_> = sequences
        .iter()
        .map(|sequence| {
            Labels::from_pairs([
                ("__address__", &*format!("127.0.0.1:{}", site.port())),
                ("__metrics_path__", &*format!("/ours/{}", sequence.name)),
                ("job", &*sequence.name),
            ])
        })
        .collect();
    let book = Book::default();
    let mut pool = ScrapePool::new(config, Arc::new(book.clone()));
    assert_eq!(pool.sync(&targets).targets, sequences.len());
    let (mut ours, mut theirs) = (ours(&book), self::theirs(&sink));
    while !have_all(&ours, &sequences) || !have_all(&theirs, &sequences) {
        tokio::time::sleep(INTERVAL / 4).await;
        (ours, theirs) = (self::ours(&book), self::theirs(&sink));
    }
    pool.stop().await;
    drop(prometheus);
    let mut verdicts = Verdicts::new("the real Prometheus");
    for sequence in &sequences {
        let course = |samples| course(samples, sequence, now_ms);
        let outcome = differences(&course(&ours), &course(&theirs));
        verdicts.add(&sequence.name, outcome);
    }
    verdicts.finish();
}
