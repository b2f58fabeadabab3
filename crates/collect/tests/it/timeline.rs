//! Pages that change from scrape to scrape leave the recorded samples and stale markers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use outpost_collect::{
    PageFormat, PageInput, ScrapeBuffers, ScrapeError, ScrapeOptions, TargetScrape, TextFormat,
};
use outpost_golden::Verdicts;
use outpost_model::{Labels, METRIC_NAME, is_stale};
use serde_json::Value;

use crate::book::Book;
use crate::exposition::{START_MS, stamp};

const INTERVAL_MS: i64 = 1000;

/// What arrived: by series (written as the recorder writes it) pairs of when and what.
type Timeline = BTreeMap<String, Vec<(String, String)>>;

fn options(args: &str) -> Option<(ScrapeOptions, u64)> {
    let mut options = ScrapeOptions {
        timeout: Duration::from_millis(500),
        ..ScrapeOptions::default()
    };
    for line in args.lines() {
        let (name, value) = line.split_once('=').expect("an argument is name = value");
        let value = value.trim().trim_matches('"');
        match name.trim() {
            "sample_limit" => options.limits.samples = value.parse().expect("a number"),
            "body_size_limit" => {
                options.limits.body = value.trim_end_matches('B').parse().expect("a size");
            }
            "extra_metrics" => options.extra_metrics = true,
            "track_timestamps_staleness" => options.track_timestamps_staleness = true,
            "start_timestamp_zero_ingestion" => options.start_timestamp_zero_ingestion = true,
            "scrape_timeout" => options.timeout = Duration::from_millis(700),
            _ => return None,
        }
    }
    let body = options.limits.body;
    Some((options, body))
}

/// What the target does at one scrape. A number is a status, or how many seconds it takes.
fn input<'p>(page: &Value, body: &'p str, limit: u64) -> PageInput<'p> {
    if page.is_f64() {
        return PageInput::Failed(ScrapeError::Unreachable {
            reason: "too late".into(),
        });
    }
    if let Some(status) = page.as_u64() {
        let status = u16::try_from(status).expect("a status");
        return PageInput::Failed(ScrapeError::Status { status });
    }
    if limit > 0 && body.len() as u64 >= limit {
        return PageInput::Failed(ScrapeError::BodySize { limit });
    }
    let open = body.contains("# EOF");
    let format = if open {
        TextFormat::OpenMetrics
    } else {
        TextFormat::Prometheus
    };
    PageInput::Page {
        body: body.as_bytes(),
        format: Ok(PageFormat::Text(format)),
    }
}

fn series(labels: &Labels) -> String {
    let rest: Vec<_> = labels
        .iter()
        .filter(|(name, _)| ![METRIC_NAME, "job", "instance"].contains(name))
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    let name = labels.metric_name();
    if rest.is_empty() {
        name.to_owned()
    } else {
        format!("{name}{{{}}}", rest.join(","))
    }
}

fn when(stamped: bool, timestamp_ms: i64) -> String {
    if stamped {
        format!("{:+}ms", timestamp_ms - START_MS)
    } else {
        ((timestamp_ms - START_MS) / INTERVAL_MS).to_string()
    }
}

fn write_down(book: &Book, timeline: &mut Timeline) {
    for sample in book.take() {
        let value = if is_stale(sample.value) {
            "stale".to_owned()
        } else {
            sample.value.to_string()
        };
        let when = when(sample.stamped, sample.timestamp_ms);
        timeline
            .entry(series(&sample.labels))
            .or_default()
            .push((when, value));
    }
    book.with(|pages| {
        for (labels, exemplar) in pages.exemplars.drain(..) {
            let own: BTreeMap<_, _> = exemplar.labels.iter().collect();
            let own = serde_json::to_string(&own)
                .expect("labels are JSON")
                .replace(':', ": ");
            let stamped = (exemplar.timestamp_ms - START_MS) % INTERVAL_MS != 0
                || exemplar.timestamp_ms < START_MS;
            let entry = (
                when(stamped, exemplar.timestamp_ms),
                exemplar.value.to_string(),
            );
            let name = format!("{} exemplar {own}", series(&labels));
            timeline.entry(name).or_default().push(entry);
        }
    });
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().expect("a number").to_string(),
        other => other.to_string(),
    }
}

/// The recorded samples of one series, and the number of the last scrape among them.
fn recorded(entries: &Value) -> Vec<(String, String)> {
    let entries = entries.as_array().expect("a series has a list of samples");
    entries
        .iter()
        .map(|entry| (text(&entry[0]), text(&entry[1])))
        .collect()
}

fn outcome(case: &Value) -> Result<(), String> {
    let args = case["args"].as_str().unwrap_or_default();
    let (options, limit) = options(args).expect("the case has arguments of a scrape");
    let book = Book::default();
    let labels = Labels::from_pairs([("job", "lab"), ("instance", "here")]);
    let mut target = TargetScrape::new(Arc::new(options), labels, Arc::new(book.clone()));
    let mut buffers = ScrapeBuffers::default();
    let pages = case["pages"].as_array().expect("a timeline has pages");
    let expected: Timeline = case["series"]
        .as_object()
        .expect("a timeline has series")
        .iter()
        .map(|(series, entries)| (series.clone(), recorded(entries)))
        .collect();
    let scrapes = expected["up"].len();
    let mut timeline = Timeline::new();
    for number in 0..scrapes {
        let page = pages.get(number).or(pages.last()).expect("there is a page");
        let body = stamp(page.as_str().unwrap_or_default());
        let now_ms = START_MS + INTERVAL_MS * i64::try_from(number).expect("few scrapes");
        let input = input(page, &body, limit);
        target.scrape(&mut buffers, &input, now_ms, || Duration::from_millis(5));
        write_down(&book, &mut timeline);
    }
    for (series, entries) in &expected {
        let ours = timeline.remove(series).unwrap_or_default();
        let same = ours.len() == entries.len()
            && ours.iter().zip(entries).all(|(ours, recorded)| {
                ours.0 == recorded.0 && (recorded.1 == "any" || ours.1 == recorded.1)
            });
        if !same {
            return Err(format!("{series}: {ours:?} instead of {entries:?}"));
        }
    }
    if timeline.is_empty() {
        Ok(())
    } else {
        Err(format!("only ours: {timeline:?}"))
    }
}

#[test]
fn pages_that_change_leave_the_recorded_samples_and_stale_markers() {
    let mut verdicts = Verdicts::new("scrape_labels.jsonl, timelines");
    for case in outpost_golden::cases("alloy/scrape_labels.jsonl") {
        // Reloads and rules are proven with the whole agent.
        let of_pages =
            case["pages"].is_array() && case["events"].is_null() && case["extra"].is_null();
        if case["kind"] == "timeline" && of_pages {
            verdicts.add(
                case["name"].as_str().expect("a case has a name"),
                outcome(&case),
            );
        }
    }
    verdicts.finish();
}

#[test]
fn what_was_held_is_given_back() {
    let book = Book::default();
    let receiver = Arc::new(book.clone());
    let mut target = TargetScrape::new(Arc::default(), Labels::default(), receiver);
    let mut buffers = ScrapeBuffers::default();
    let mut scrape = |target: &mut TargetScrape, body: &str| {
        let input = input(&Value::Null, body, 0);
        target.scrape(&mut buffers, &input, START_MS, || Duration::ZERO)
    };
    scrape(&mut target, "a 1\nb 2\nb 3\nc 4 5\n");
    assert_eq!(book.holds(), 5 + 3, "five report series and a, b, c");
    scrape(&mut target, "b 2\nd{x=\"1\"} 1\nd{x=\"1\",} 1\n!");
    assert_eq!(
        book.holds(),
        5 + 5,
        "a failed page keeps what it replaces: a, b, c, d twice"
    );
    scrape(&mut target, "b 2\n");
    assert_eq!(book.holds(), 5 + 1);
    scrape(&mut target, "");
    assert_eq!(
        book.holds(),
        5 + 1,
        "a series that is gone for now is known still"
    );
    drop(target);
    assert_eq!(book.holds(), 0);
}

#[test]
fn a_new_generation_resolves_again_and_marks_nothing() {
    let book = Book::default();
    let receiver = Arc::new(book.clone());
    let mut target = TargetScrape::new(Arc::default(), Labels::default(), receiver);
    let mut buffers = ScrapeBuffers::default();
    let page = input(&Value::Null, "a 1\nb 2\n", 0);
    target.scrape(&mut buffers, &page, START_MS, || Duration::ZERO);
    assert_eq!(book.lines(), ["a 1", "b 2"]);
    book.new_generation();
    let scraped = target.scrape(&mut buffers, &page, START_MS + 1000, || Duration::ZERO);
    assert_eq!(scraped.append, Ok(()));
    assert_eq!(scraped.added, 0, "the page is the same as before");
    assert_eq!(book.lines(), ["a 1", "b 2"]);
}
