//! A monitoring host that is away for a minute while the agent is killed twice: afterwards nothing is missing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use outpost_testbed::{
    Container, LogSink, Prometheus, Site, SiteAnswer, container_host, wait_until,
};

use crate::agent::Agent;

const CONFIG: &str = include_str!("outage.alloy");

/// How long Prometheus and Loki are away.
const OUTAGE: Duration = Duration::from_secs(60);

/// A target whose page counts its own scrapes: the n-th scrape brings the value n.
struct CountingTarget {
    site: Site,
    served: Arc<AtomicU64>,
}

impl CountingTarget {
    fn start() -> Self {
        let served = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&served);
        let site = Site::start(move |_| {
            let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
            let page =
                format!("# TYPE scrapes_served_total counter\nscrapes_served_total {number}\n");
            SiteAnswer::page("text/plain; version=0.0.4", page)
        });
        Self { site, served }
    }

    fn served(&self) -> u64 {
        self.served.load(Ordering::SeqCst)
    }
}

/// The scrape numbers that Prometheus holds, in the order of their times.
fn delivered(prometheus: &Prometheus) -> Vec<u64> {
    let rows = prometheus.query("scrapes_served_total[10m]");
    let samples = rows
        .iter()
        .flat_map(|row| row["values"].as_array().cloned().unwrap_or_default());
    samples
        .map(|sample| sample[1].as_str().unwrap().parse().unwrap())
        .collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the outage is real time, seen by real processes"
)]
fn let_time_pass(time: Duration) {
    std::thread::sleep(time);
}

#[test]
fn after_a_minutes_outage_with_two_kills_no_scrape_and_no_line_is_missing() {
    let Some(host) = container_host() else { return };
    let Some(mut prometheus) = Prometheus::start() else {
        return;
    };
    let loki = LogSink::start();
    let target = CountingTarget::start();
    let name = format!("outpost-outage-{}", std::process::id());
    let script = "i=0; while true; do i=$((i+1)); echo line $i; sleep 0.05; done";
    let Some(container) = Container::run(&["--name", &name], script) else {
        return;
    };
    let mut agent = Agent::new(
        CONFIG,
        &[
            ("PROMETHEUS_URL", prometheus.write_url()),
            ("LOKI_URL", loki.url()),
            ("DOCKER_URL", host),
            ("CONTAINER", name),
            ("TARGET", format!("127.0.0.1:{}", target.site.port())),
        ],
    );
    agent.start();
    wait_until("the first scrapes to arrive", || {
        (delivered(&prometheus).len() >= 3).then_some(())
    });
    wait_until("the first lines to arrive", || {
        (loki.entries().len() >= 20).then_some(())
    });

    prometheus.pause();
    loki.refuse(503);
    // The scrape under way when the process is killed may be asked for and never stored.
    let mut cut_off = BTreeSet::new();
    for _ in 0..2 {
        let_time_pass(OUTAGE / 3);
        agent.kill();
        cut_off.insert(target.served());
        agent.start();
    }
    let_time_pass(OUTAGE / 3);
    prometheus.resume();
    loki.accept();

    let last = target.served() + 2;
    let numbers = wait_until("a scrape of after the outage", || {
        let numbers = delivered(&prometheus);
        (numbers.last() >= Some(&last)).then_some(numbers)
    });
    let missing: BTreeSet<u64> = (1..=last)
        .filter(|number| !numbers.contains(number))
        .collect();
    assert!(
        missing.is_subset(&cut_off),
        "missing {missing:?}, killed at {cut_off:?}\n{}",
        agent.log()
    );
    assert!(
        numbers.is_sorted_by(|a, b| a < b),
        "each once and in order: {numbers:?}"
    );

    container.docker(&["stop", "--time", "0"]);
    let written = container.docker(&["logs"]);
    let written: Vec<&str> = written.lines().collect();
    let entries = wait_until("the last line", || {
        let entries = loki.entries();
        (entries.len() >= written.len()).then_some(entries)
    });
    let arrived: Vec<&str> = entries.iter().map(|entry| entry.line.as_str()).collect();
    assert_eq!(arrived, written, "every line once and in order");
    agent.stop();
}
