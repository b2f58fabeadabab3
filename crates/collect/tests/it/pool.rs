//! The pool keeps each target to its slot, ends what is gone, and lets no target hold up another.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use outpost_collect::{InMemoryPage, PageRead, PoolConfig, ScrapePool, TargetHealth, WallClock};
use outpost_model::Labels;
use tokio::time::{Instant, sleep};

use crate::book::Book;
use crate::labels::pool_config;

/// What an address inside this process answers.
type Script = Arc<dyn Fn(u64) -> Scripted + Send + Sync>;

enum Scripted {
    Page(String),
    Fails,
    Hangs,
}

struct Scripts {
    script: Script,
    calls: AtomicU64,
}

impl InMemoryPage for Scripts {
    fn read<'a>(&'a self, _: Duration, body: &'a mut Vec<u8>) -> PageRead<'a> {
        Box::pin(async move {
            match (self.script)(self.calls.fetch_add(1, Ordering::SeqCst)) {
                Scripted::Page(page) => {
                    body.extend_from_slice(page.as_bytes());
                    Ok(())
                }
                Scripted::Fails => Err("it fails".into()),
                Scripted::Hangs => std::future::pending().await,
            }
        })
    }
}

/// A pool whose addresses are scripts; time begins at a whole minute.
fn config(
    args: &str,
    script: impl Fn(&str, u64) -> Scripted + Send + Sync + 'static,
) -> PoolConfig {
    let script = Arc::new(script);
    let pages = Mutex::new(std::collections::HashMap::new());
    let mut config = pool_config(args).expect("arguments of ours");
    config.defaults.interval = Duration::from_secs(10);
    config.defaults.timeout = Duration::from_secs(5);
    config.clock = WallClock::Anchored {
        at: Instant::now(),
        time: SystemTime::UNIX_EPOCH + Duration::from_secs(60_000_000),
    };
    config.find_page = Arc::new(move |target| {
        let address = target
            .labels()
            .get("__address__")
            .unwrap_or_default()
            .to_owned();
        let mut pages = pages.lock().expect("no thread has panicked");
        let page = pages.entry(address.clone()).or_insert_with(|| {
            let script = Arc::clone(&script);
            Arc::new(Scripts {
                script: Arc::new(move |call| script(&address, call)),
                calls: AtomicU64::new(0),
            })
        });
        Some(Arc::clone(page) as Arc<dyn InMemoryPage>)
    });
    config
}

fn target(address: &str) -> Labels {
    Labels::from_pairs([("__address__", address)])
}

fn one(_: &str, call: u64) -> Scripted {
    Scripted::Page(format!("calls {call}\n"))
}

/// The samples of series `name` as `value@milliseconds since the last`.
fn times(book: &Book, name: &str) -> Vec<i64> {
    let samples = book.take();
    let of = samples
        .iter()
        .filter(|sample| sample.labels.metric_name() == name);
    of.map(|sample| sample.timestamp_ms).collect()
}

#[tokio::test(start_paused = true)]
async fn scrapes_keep_their_slots_to_the_millisecond() {
    let book = Book::default();
    let mut pool = ScrapePool::new(config("", one), Arc::new(book.clone()));
    assert_eq!(pool.sync(&[target("a")]).targets, 1);
    sleep(Duration::from_secs(95)).await;
    let times = times(&book, "calls");
    assert!((10..=11).contains(&times.len()), "{times:?}");
    let steps: Vec<_> = times
        .windows(2)
        .skip(1)
        .map(|pair| pair[1] - pair[0])
        .collect();
    assert!(steps.iter().all(|step| *step == 10_000), "{steps:?}");
    pool.stop().await;
}

#[tokio::test(start_paused = true)]
async fn targets_spread_over_the_interval_and_a_hanging_one_holds_up_nobody() {
    let book = Book::default();
    let script = |address: &str, call| match address {
        "hangs" => Scripted::Hangs,
        _ => one(address, call),
    };
    let mut pool = ScrapePool::new(config("", script), Arc::new(book.clone()));
    let names: Vec<_> = (0..50)
        .map(|n| format!("t{n}"))
        .chain(["hangs".to_owned()])
        .collect();
    let found: Vec<_> = names.iter().map(|name| target(name)).collect();
    assert_eq!(pool.sync(&found).targets, 51);
    sleep(Duration::from_secs(25)).await;
    let mut times = times(&book, "calls");
    times.sort_unstable();
    assert!(
        times.len() >= 100,
        "each target at least twice, but {}",
        times.len()
    );
    let late: Vec<_> = times
        .iter()
        .filter(|time| **time % 60_000 > 5_000)
        .collect();
    let seconds: std::collections::BTreeSet<_> =
        late.iter().map(|time| *time / 1000 % 10).collect();
    assert!(seconds.len() >= 8, "slots are in few seconds: {seconds:?}");
    pool.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_target_that_is_gone_gets_stale_markers_after_its_next_slot() {
    let book = Book::default();
    let mut pool = ScrapePool::new(config("", one), Arc::new(book.clone()));
    let _ = pool.sync(&[target("a")]);
    sleep(Duration::from_secs(25)).await;
    let last = *times(&book, "calls").last().expect("it was scraped");
    assert_eq!(pool.sync(&[]).targets, 0);
    sleep(Duration::from_secs(10)).await;
    assert!(book.take().is_empty(), "the target may still come back");
    sleep(Duration::from_secs(20)).await;
    let markers = book.take();
    assert_eq!(markers.len(), 6, "the series and five of the report");
    for marker in markers {
        assert!(outpost_model::is_stale(marker.value), "{marker}");
        assert_eq!(marker.timestamp_ms, last + 10_000);
    }
    assert_eq!(book.holds(), 0);
    pool.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_target_that_comes_back_goes_on_without_a_marker() {
    let book = Book::default();
    let mut pool = ScrapePool::new(config("", one), Arc::new(book.clone()));
    let _ = pool.sync(&[target("a")]);
    sleep(Duration::from_secs(25)).await;
    let _ = pool.sync(&[]);
    sleep(Duration::from_secs(5)).await;
    let _ = pool.sync(&[target("a")]);
    sleep(Duration::from_secs(60)).await;
    let samples = book.take();
    assert!(
        samples
            .iter()
            .all(|sample| !outpost_model::is_stale(sample.value))
    );
    let times: Vec<_> = samples.iter().map(|sample| sample.timestamp_ms).collect();
    assert!(times.is_sorted(), "{times:?}");
    pool.stop().await;
    assert_eq!(book.holds(), 0);
}

#[tokio::test(start_paused = true)]
async fn other_options_end_what_they_rename_and_nothing_else() {
    let book = Book::default();
    let page = |_: &str, _| Scripted::Page("m{job=\"x\"} 1\nn 2\n".to_owned());
    let mut pool = ScrapePool::new(config("", page), Arc::new(book.clone()));
    let _ = pool.sync(&[target("a")]);
    sleep(Duration::from_secs(15)).await;
    book.take();
    pool.reconfigure(config("honor_labels = true", page), Arc::new(book.clone()));
    let _ = pool.sync(&[target("a")]);
    sleep(Duration::from_secs(40)).await;
    let stale: Vec<_> = book
        .take()
        .iter()
        .filter(|sample| outpost_model::is_stale(sample.value))
        .map(ToString::to_string)
        .collect();
    let renamed = r#"m{exported_job="x", instance="a", job="prometheus.scrape.lab"} stale"#;
    assert_eq!(stale, [renamed]);
    pool.stop().await;
    assert_eq!(book.holds(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_stops_marks_nothing_and_gives_all_back() {
    let book = Book::default();
    let mut pool = ScrapePool::new(config("", one), Arc::new(book.clone()));
    let _ = pool.sync(&[target("a"), target("b")]);
    sleep(Duration::from_secs(25)).await;
    book.take();
    pool.stop().await;
    sleep(Duration::from_secs(60)).await;
    assert!(book.take().is_empty());
    assert_eq!(book.holds(), 0);
}

#[tokio::test(start_paused = true)]
async fn more_targets_than_the_limit_fail_all_until_there_are_fewer() {
    let book = Book::default();
    let mut pool = ScrapePool::new(config("target_limit = 1", one), Arc::new(book.clone()));
    let _ = pool.sync(&[target("a"), target("b")]);
    sleep(Duration::from_secs(15)).await;
    assert!(
        pool.status()
            .iter()
            .all(|status| status.health == TargetHealth::Down)
    );
    let _ = pool.sync(&[target("a")]);
    sleep(Duration::from_secs(15)).await;
    assert_eq!(pool.status()[0].health, TargetHealth::Up);
    pool.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_is_told_and_the_next_one_is_good_again() {
    let book = Book::default();
    let script = |address: &str, call| {
        if call == 1 {
            Scripted::Fails
        } else {
            one(address, call)
        }
    };
    let mut pool = ScrapePool::new(config("", script), Arc::new(book.clone()));
    let _ = pool.sync(&[target("a")]);
    sleep(Duration::from_secs(35)).await;
    let ups: Vec<_> = book
        .take()
        .iter()
        .filter(|sample| sample.labels.metric_name() == "up")
        .map(|sample| sample.value)
        .collect();
    assert_eq!(ups[..3], [1.0, 0.0, 1.0]);
    pool.stop().await;
}

#[tokio::test(start_paused = true)]
async fn scrapes_are_counted_under_alloys_names() {
    let registry = outpost_self_metrics::Registry::new();
    let scope = outpost_self_metrics::Scope::new(&registry, [("component_id", "x")]);
    let script = |_: &str, _| Scripted::Page("a 1\na 2\nb 3 99999999999999\n".to_owned());
    let mut config = config("", script);
    config.metrics = outpost_collect::ScrapeMetrics::new(&scope);
    let book = Book::default();
    let mut pool = ScrapePool::new(config, Arc::new(book.clone()));
    let _ = pool.sync(&[target("t")]);
    book.wait_until(|pages| pages.batches == 1).await;
    pool.stop().await;
    let page = registry.text();
    for (name, value) in [
        ("prometheus_scrape_targets_gauge", 1),
        ("prometheus_forwarded_samples_total", 6),
        ("prometheus_target_scrape_duration_seconds_count", 1),
        (
            "prometheus_target_scrapes_sample_duplicate_timestamp_total",
            1,
        ),
        ("prometheus_target_scrapes_sample_out_of_bounds_total", 1),
        ("prometheus_target_scrapes_exceeded_sample_limit_total", 0),
    ] {
        let line = format!("{name}{{component_id=\"x\"}} {value}\n");
        assert!(page.contains(&line), "no {line} in\n{page}");
    }
}
