//! Every recorded page gives the recorded samples.
//!
//! Here a page goes straight into [`TargetScrape`]; what happens on the way from a socket is the scrape loop's to prove.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outpost_collect::{
    PageInput, ScrapeBuffers, ScrapeError, ScrapeOptions, ScrapeProtocol, TargetScrape, page_format,
};
use outpost_golden::Verdicts;
use outpost_model::{Labels, MetricType};
use serde_json::{Map, Value, json};

use crate::book::{Book, Sample};

/// When the recorded pages' clock starts, Unix time in milliseconds.
pub(crate) const START_MS: i64 = 1_790_000_000_000;

/// Our one class for the recorder's `timeout`, `body broken` and `http broken`, which differ in words alone.
pub(crate) const UNREACHABLE: &str = "unreachable";

/// Replaces the recorder's stand-ins for times.
pub(crate) fn stamp(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let (stand_in, after) = after.split_once("}}").expect("a stand-in is closed");
        out.push_str(&instant(stand_in));
        rest = after;
    }
    out + rest
}

fn instant(stand_in: &str) -> String {
    if let Some(offset) = stand_in.strip_prefix("ms") {
        let offset: i64 = offset.parse().expect("an offset is a number");
        return (START_MS + offset).to_string();
    }
    let offset = stand_in.strip_prefix('s').expect("a stand-in is ms or s");
    let (whole, fraction) = offset.split_once('.').unwrap_or((offset, ""));
    let whole: i64 = whole.parse().expect("an offset is a number");
    let seconds = START_MS / 1000 + whole;
    if fraction.is_empty() {
        seconds.to_string()
    } else {
        format!("{seconds}.{fraction}")
    }
}

pub(crate) fn body(case: &Value) -> Option<Vec<u8>> {
    if let Some(text) = case["body"].as_str() {
        return Some(stamp(text).into_bytes());
    }
    let encoded = case["body_base64"].as_str()?;
    Some(STANDARD.decode(encoded).expect("base64"))
}

/// The arguments of a case that concern a page.
pub(crate) struct Arguments {
    pub(crate) options: ScrapeOptions,
    pub(crate) fallback: Option<ScrapeProtocol>,
}

pub(crate) fn arguments(args: &str) -> Option<Arguments> {
    let mut arguments = Arguments {
        options: ScrapeOptions::default(),
        fallback: Some(ScrapeProtocol::PrometheusText004),
    };
    let options = &mut arguments.options;
    for line in args.lines() {
        let (name, value) = line.split_once('=').expect("an argument is name = value");
        let value = value.trim().trim_matches('"');
        match name.trim() {
            "honor_timestamps" => options.honor_timestamps = value == "true",
            "metric_name_validation_scheme" => options.utf8_names = value == "utf8",
            "start_timestamp_zero_ingestion" => options.start_timestamp_zero_ingestion = true,
            "scrape_fallback_protocol" => arguments.fallback = value.parse().ok(),
            "metric_name_escaping_scheme" | "enable_compression" => {}
            _ => return None,
        }
    }
    Some(arguments)
}

/// The recorder's class of an error.
fn class(error: &ScrapeError) -> &'static str {
    use outpost_collect::ParseReason;
    match error {
        ScrapeError::Parse(error) => match error.reason {
            ParseReason::Syntax(_) => "parse",
            ParseReason::UnknownType(_) => "unknown type",
            ParseReason::InvalidUtf8 => "invalid utf-8",
            ParseReason::NoMetricName => "no metric name",
            ParseReason::TwoMetricNames => "two metric names",
            ParseReason::UnitIsNoSuffix { .. } => "unit is no suffix",
            ParseReason::NoEof => "no # EOF",
            ParseReason::DataAfterEof => "data after # EOF",
            ParseReason::BadTimestamp(_) => "bad timestamp",
        },
        ScrapeError::InvalidName { .. } => "invalid name",
        ScrapeError::NoMetricName => "no metric name",
        ScrapeError::DuplicateLabel { .. } => "duplicate label",
        ScrapeError::ContentType { .. } => "content type",
        ScrapeError::Status { .. } => "http status",
        ScrapeError::Unreachable { .. } => UNREACHABLE,
        _ => "another",
    }
}

/// All labels of a series.
pub(crate) fn labels_json(labels: &Labels) -> Value {
    let pairs = labels.iter().map(|(n, v)| (n.to_owned(), json!(v)));
    Value::Object(pairs.collect())
}

/// A series' labels without those of the target.
fn own_labels(labels: &Labels) -> Value {
    let own = labels
        .iter()
        .filter(|(name, _)| !["job", "instance"].contains(name));
    Value::Object(own.map(|(n, v)| (n.to_owned(), json!(v))).collect())
}

fn number(value: f64) -> Value {
    if value.is_nan() {
        json!("NaN")
    } else if value.is_infinite() {
        json!(if value > 0.0 { "+Inf" } else { "-Inf" })
    } else {
        json!(value)
    }
}

pub(crate) fn sorted(labels: &Value) -> String {
    let pairs: BTreeMap<_, _> = labels.as_object().into_iter().flatten().collect();
    format!("{pairs:?}")
}

/// One sample as both sides write it. Minus zero is the sender's to turn into zero.
pub(crate) fn sample_text(labels: &Value, value: &Value, time: Option<i64>) -> String {
    let value = match value.as_f64() {
        Some(value) => format!("{:?}", value + 0.0),
        None => stamp(value.as_str().unwrap_or_default()),
    };
    let value = value
        .parse::<f64>()
        .map_or(value, |value| format!("{value:?}"));
    format!("{} {value} {time:?}", sorted(labels))
}

fn recorded_time(ts: &Value) -> Option<i64> {
    match ts {
        Value::String(offset) => {
            let offset: i64 = offset.parse().expect("an offset is a number");
            Some(START_MS + offset)
        }
        other => other.as_i64(),
    }
}

pub(crate) fn expect<T: PartialEq + std::fmt::Debug>(
    what: &str,
    ours: &T,
    recorded: &T,
) -> Result<(), String> {
    if ours == recorded {
        Ok(())
    } else {
        Err(format!("{what}: {ours:?} instead of {recorded:?}"))
    }
}

fn kind_word(kind: MetricType) -> &'static str {
    match kind {
        MetricType::Unknown => "unspecified",
        MetricType::Counter => "counter",
        MetricType::Gauge => "gauge",
        MetricType::Histogram => "histogram",
        MetricType::GaugeHistogram => "gaugehistogram",
        MetricType::Summary => "summary",
        MetricType::Info => "info",
        MetricType::StateSet => "stateset",
    }
}

fn metadata(book: &Book) -> BTreeMap<String, Value> {
    let said = |kind: MetricType, help: &str, unit: &str| {
        kind != MetricType::Unknown || !help.is_empty() || !unit.is_empty()
    };
    book.with(|pages| {
        pages
            .metadata
            .iter()
            .filter(|(labels, _)| !is_report(labels))
            .filter(|(_, m)| said(m.kind, &m.help, &m.unit))
            .map(|(labels, m)| {
                let m = json!({"type": kind_word(m.kind), "help": m.help, "unit": m.unit});
                (labels.metric_name().to_owned(), m)
            })
            .collect()
    })
}

pub(crate) fn is_report(labels: &Labels) -> bool {
    labels.metric_name() == "up" || labels.metric_name().starts_with("scrape_")
}

pub(crate) fn compare(
    case: &Value,
    book: &Book,
    error: Option<&ScrapeError>,
) -> Result<(), String> {
    let samples = book.take();
    let report = |name: &str| {
        let found = samples
            .iter()
            .find(|sample| sample.labels.metric_name() == name);
        found.map(|sample| sample.value)
    };
    for (name, key) in [
        ("up", "up"),
        ("scrape_samples_scraped", "scraped"),
        ("scrape_samples_post_metric_relabeling", "post"),
        ("scrape_series_added", "added"),
    ] {
        expect(name, &report(name), &case[key].as_f64())?;
    }
    expect("error", &error.map(class), &case["error"].as_str())?;
    let own = |sample: &&Sample| !is_report(&sample.labels);
    let mut ours: Vec<_> = samples
        .iter()
        .filter(own)
        .map(|s| {
            let time = s.stamped.then_some(s.timestamp_ms);
            sample_text(&own_labels(&s.labels), &number(s.value), time)
        })
        .collect();
    let series = case["series"].as_array().expect("series are a list");
    let mut recorded: Vec<_> = series
        .iter()
        .map(|s| sample_text(&s["labels"], &s["value"], recorded_time(&s["ts"])))
        .collect();
    ours.sort_unstable();
    recorded.sort_unstable();
    expect("series", &ours, &recorded)?;
    let bits: Vec<_> = series.iter().filter_map(|s| s["bits"].as_str()).collect();
    if bits == ["7ff8000000000001"] {
        let nan = samples.iter().find(|s| s.value.is_nan());
        expect(
            "NaN",
            &nan.map(|s| s.value.to_bits()),
            &Some(0x7ff8_0000_0000_0001),
        )?;
    }
    let empty = Map::new();
    let recorded = case["metadata"].as_object().unwrap_or(&empty);
    let recorded: BTreeMap<_, _> = recorded
        .iter()
        .map(|(n, m)| (n.clone(), m.clone()))
        .collect();
    if error.is_none() {
        expect("metadata", &metadata(book), &recorded)?;
    }
    compare_exemplars(case, book)
}

fn compare_exemplars(case: &Value, book: &Book) -> Result<(), String> {
    let mut ours = book.with(|pages| {
        let exemplars = pages.exemplars.iter();
        exemplars
            .map(|(series, e)| {
                let time = (e.timestamp_ms != START_MS).then_some(e.timestamp_ms);
                let own = sample_text(&own_labels(&e.labels), &number(e.value), time);
                format!("{} {own}", sorted(&own_labels(series)))
            })
            .collect::<Vec<_>>()
    });
    let recorded = case["exemplars"].as_array().cloned().unwrap_or_default();
    let mut recorded: Vec<_> = recorded
        .iter()
        .map(|e| {
            let own = sample_text(&e["labels"], &e["value"], recorded_time(&e["ts"]));
            format!("{} {own}", sorted(&e["series"]))
        })
        .collect();
    ours.sort_unstable();
    recorded.sort_unstable();
    expect("exemplars", &ours, &recorded)
}

fn outcome(case: &Value) -> Result<(), String> {
    let body = body(case).expect("the case has a page");
    let arguments = arguments(case["args"].as_str().unwrap_or_default())
        .expect("the case has arguments that concern a page");
    let book = Book::default();
    let labels = Labels::from_pairs([("job", "lab"), ("instance", "here")]);
    let receiver = Arc::new(book.clone());
    let mut target = TargetScrape::new(Arc::new(arguments.options), labels, receiver);
    let input = PageInput::Page {
        body: &body,
        format: page_format(case["content_type"].as_str(), arguments.fallback),
    };
    let mut buffers = ScrapeBuffers::default();
    let scraped = target.scrape(&mut buffers, &input, START_MS, || Duration::from_millis(5));
    compare(case, &book, scraped.error.as_ref())?;
    // The same page again takes the fast path, and must say the same.
    let again = target.scrape(&mut buffers, &input, START_MS, || Duration::from_millis(5));
    expect("error of the second scrape", &again.error, &scraped.error)?;
    let mut second = case.clone();
    second["added"] = json!(0);
    second["exemplars"] = json!([]);
    book.with(|pages| pages.exemplars.clear());
    compare(&second, &book, again.error.as_ref()).map_err(|e| format!("second scrape: {e}"))
}

/// Whether the case is about what HTTP does with its page.
pub(crate) fn is_over_http(case: &Value) -> bool {
    ["status", "note", "wire_base64", "gzip", "headers"]
        .iter()
        .any(|key| !case[key].is_null())
}

#[test]
fn every_recorded_page_gives_the_recorded_samples() {
    let mut verdicts = Verdicts::new("exposition.jsonl");
    for case in outpost_golden::cases("alloy/exposition.jsonl") {
        if !is_over_http(&case) {
            let name = case["name"].as_str().expect("a case has a name");
            verdicts.add(name, outcome(&case));
        }
    }
    verdicts.finish();
}
