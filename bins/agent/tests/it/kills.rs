//! Fifty SIGKILLs at random moments while the receiver refuses half of the time: no sample is missing, and what comes
//! twice was in flight at a kill.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use outpost_testbed::{SampleSink, Site, SiteAnswer, wait_until};

use crate::agent::Agent;

const KILLS: usize = 50;
/// Series of the target beside the one that is looked for first.
const SERIES: usize = 50;

const CONFIG: &str = r#"
prometheus.scrape "target" {
  targets         = [{"__address__" = sys.env("TARGET")}]
  forward_to      = [prometheus.remote_write.home.receiver]
  scrape_interval = "100ms"
  scrape_timeout  = "100ms"
}

prometheus.remote_write "home" {
  endpoint {
    url = sys.env("RECEIVER")

    queue_config {
      batch_send_deadline = "50ms"
      min_backoff         = "30ms"
      max_backoff         = "100ms"
    }
  }
}
"#;

/// A target whose n-th page says n in every series.
struct Target {
    site: Site,
    served: Arc<AtomicU64>,
}

impl Target {
    fn start() -> Self {
        let served = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&served);
        let site = Site::start(move |_| {
            let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
            let mut page = String::new();
            for series in 0..SERIES {
                writeln!(page, "number{{series=\"{series}\"}} {number}").unwrap();
            }
            SiteAnswer::page("text/plain; version=0.0.4", page)
        });
        Self { site, served }
    }

    fn served(&self) -> u64 {
        self.served.load(Ordering::SeqCst)
    }
}

/// The numbers of each series, in order of arrival.
fn arrived(sink: &SampleSink) -> BTreeMap<String, Vec<u64>> {
    let mut all: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for sample in sink.samples() {
        if sample.labels["__name__"] == "number" && !sample.value.is_nan() {
            let numbers = all.entry(sample.labels["series"].clone()).or_default();
            numbers.push(whole(sample.value));
        }
    }
    all
}

/// How many scrapes the agent says have failed.
fn failed_scrapes(sink: &SampleSink) -> usize {
    let failures = sink.samples().into_iter().filter(|sample| {
        sample.labels["__name__"] == "up" && sample.value.to_bits() == 0.0_f64.to_bits()
    });
    let times: BTreeSet<i64> = failures.map(|sample| sample.timestamp_ms).collect();
    times.len()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the target counts up from 1 and does not come near 2^53"
)]
fn whole(value: f64) -> u64 {
    value as u64
}

#[expect(
    clippy::disallowed_methods,
    reason = "kills come at moments of real time, to a real process"
)]
fn let_time_pass(time: Duration) {
    std::thread::sleep(time);
}

#[test]
fn after_fifty_kills_no_sample_is_missing_and_only_what_was_in_flight_came_twice() {
    let sink = SampleSink::start();
    let target = Target::start();
    let mut agent = Agent::new(
        CONFIG,
        &[
            ("RECEIVER", sink.url()),
            ("TARGET", format!("127.0.0.1:{}", target.site.port())),
        ],
    );
    // A scrape under way when the process is killed may be asked for and never stored.
    let mut cut_off = BTreeSet::new();
    for kill in 0..KILLS {
        if kill % 2 == 0 {
            sink.refuse(503);
        } else {
            sink.accept();
        }
        cut_off.insert(target.served());
        agent.start();
        let_time_pass(Duration::from_millis(fastrand::u64(20..600)));
        agent.kill();
        cut_off.insert(target.served());
    }
    sink.accept();
    agent.start();
    let last = target.served() + 2;
    wait_until("a scrape of after the last kill", || {
        let all = arrived(&sink);
        let there = all.values().filter(|numbers| numbers.contains(&last));
        (there.count() == SERIES).then_some(())
    });
    agent.stop();

    // On a busy machine a scrape may be too late; the agent says so itself.
    let failed = failed_scrapes(&sink);
    for (series, numbers) in arrived(&sink) {
        let missing: Vec<u64> = (1..=last)
            .filter(|n| !numbers.contains(n) && !cut_off.contains(n))
            .collect();
        assert!(
            missing.len() <= failed,
            "series {series}: missing {missing:?}, {failed} scrapes failed, killed at {cut_off:?}\n{}",
            agent.log()
        );
        let steps_back = numbers.windows(2).filter(|pair| pair[1] <= pair[0]).count();
        assert!(
            steps_back <= KILLS,
            "series {series} was sent again {steps_back} times: {numbers:?}"
        );
    }
}
