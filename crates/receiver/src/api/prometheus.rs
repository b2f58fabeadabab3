//! Prometheus' calls: remote write in, selectors out.

use std::collections::{BTreeSet, VecDeque};

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use outpost_model::Labels;
use serde_json::{Map, Value as Json, json};

use super::parameters::{Parameters, now};
use super::{Answer, data, json as json_answer, plain, success, words};
use crate::Receiver;
use crate::intake::{self, IntakeError, Sample, Value, Written};
use crate::number::{go_float, seconds};
use crate::selector::SeriesSelector;
use crate::store::between;
use crate::time::{prometheus_duration, prometheus_time};

/// How old a sample may be to count as a series' present value.
const LOOKBACK_MS: i64 = 300_000;

/// Prometheus refuses more steps too.
const MAX_STEPS: i64 = 11_000;

const V2: &str = "io.prometheus.write.v2.Request";

type Outcome = Result<Answer, String>;

pub(super) fn write(receiver: &Receiver, head: &Parts, body: &Bytes) -> Answer {
    let header = |name: HeaderName| text(&head.headers, name);
    let mut parts = header(CONTENT_TYPE).split(';').map(str::trim);
    let is_protobuf = matches!(parts.next(), Some("application/x-protobuf" | ""));
    let message = parts
        .find_map(|part| part.strip_prefix("proto="))
        .unwrap_or_default();
    if !is_protobuf || !matches!(message, "" | "prometheus.WriteRequest" | V2) {
        let text = "this is no remote write message\n";
        return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, text);
    }
    if !matches!(header(CONTENT_ENCODING), "snappy" | "") {
        let text = "remote write is compressed with snappy\n";
        return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, text);
    }
    let mut store = receiver.metrics();
    let outcome = if message == V2 {
        intake::v2(body, &mut store)
    } else {
        intake::v1(body, &mut store)
    };
    drop(store);
    let (mut answer, written) = match outcome {
        Ok(written) => (plain(StatusCode::NO_CONTENT, ""), written),
        Err(error) => {
            let status = match error {
                IntakeError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
                _ => StatusCode::BAD_REQUEST,
            };
            (
                plain(status, &format!("{}\n", words(&error))),
                Written::default(),
            )
        }
    };
    for (name, count) in [
        ("x-prometheus-remote-write-samples-written", written.samples),
        (
            "x-prometheus-remote-write-histograms-written",
            written.histograms,
        ),
        (
            "x-prometheus-remote-write-exemplars-written",
            written.exemplars,
        ),
    ] {
        let name = HeaderName::from_static(name);
        answer.headers_mut().insert(name, HeaderValue::from(count));
    }
    answer
}

pub(super) fn query(receiver: &Receiver, asked: &Parameters) -> Outcome {
    let selector = selector(asked.get("query").unwrap_or_default())?;
    let at = asked.read("time", now() / 1_000_000, prometheus_time)?;
    let store = receiver.metrics();
    let selected = store.select(|labels| selector.matches(labels));
    let Some(range) = selector.range_ms else {
        let vector = selected.iter().filter_map(|(labels, stream)| {
            let sample = present(stream, at)?;
            let mut shown = metric(labels);
            add_value(&mut shown, "value", "histogram", point(at, &sample.value));
            Some(Json::Object(shown))
        });
        return Ok(success("vector", vector.collect()));
    };
    let matrix = selected.iter().filter_map(|(labels, stream)| {
        let samples = between(stream, at.saturating_sub(range), at);
        let points = samples
            .filter(|sample| !sample.is_stale())
            .map(|sample| point(sample.time, &sample.value));
        series_of(labels, points)
    });
    Ok(success("matrix", matrix.collect()))
}

pub(super) fn query_range(receiver: &Receiver, asked: &Parameters) -> Outcome {
    let selector = selector(asked.get("query").unwrap_or_default())?;
    if selector.range_ms.is_some() {
        return Err("a range query needs an instant selector, without [range]".to_owned());
    }
    let required = |name: &str, read: fn(&str) -> Option<i64>| match asked.get(name) {
        None => Err(format!("missing parameter {name:?}")),
        Some(_) => asked.read(name, 0, read),
    };
    let start = required("start", prometheus_time)?;
    let end = required("end", prometheus_time)?;
    let step = required("step", prometheus_duration)?;
    if end < start {
        return Err("invalid parameter \"end\": it lies before the start".to_owned());
    }
    if (end - start) / step > MAX_STEPS {
        return Err(format!(
            "more than {MAX_STEPS} points per series: use a larger step"
        ));
    }
    let store = receiver.metrics();
    let selected = store.select(|labels| selector.matches(labels));
    let matrix = selected.iter().filter_map(|(labels, stream)| {
        let steps = (0..=(end - start) / step).map(|number| start + number * step);
        let points = steps.filter_map(|at| Some(point(at, &present(stream, at)?.value)));
        series_of(labels, points)
    });
    Ok(success("matrix", matrix.collect()))
}

pub(super) fn series(receiver: &Receiver, asked: &Parameters) -> Outcome {
    if asked.all("match[]").next().is_none() {
        return Err("missing parameter \"match[]\"".to_owned());
    }
    let mut found: Vec<Json> = Vec::new();
    each_series(receiver, asked, |labels| {
        let labels = labels
            .iter()
            .map(|(name, value)| (name.to_owned(), value.into()));
        found.push(Json::Object(labels.collect()));
    })?;
    Ok(data(found.into()))
}

pub(super) fn labels(receiver: &Receiver, asked: &Parameters) -> Outcome {
    let mut names = BTreeSet::new();
    each_series(receiver, asked, |labels| {
        names.extend(labels.iter().map(|(name, _)| name.to_owned()));
    })?;
    Ok(data(json!(names)))
}

pub(super) fn label_values(receiver: &Receiver, asked: &Parameters, name: &str) -> Outcome {
    let mut values = BTreeSet::new();
    each_series(receiver, asked, |labels| {
        values.extend(labels.get(name).map(str::to_owned));
    })?;
    Ok(data(json!(values)))
}

pub(super) fn refusal(problem: &str) -> Answer {
    let body = json!({"status": "error", "errorType": "bad_data", "error": problem});
    json_answer(StatusCode::BAD_REQUEST, &body)
}

/// Calls `found` with every series that one of `match[]` selects (all, where none is given) and that has samples
/// between `start` and `end`.
fn each_series(
    receiver: &Receiver,
    asked: &Parameters,
    mut found: impl FnMut(&Labels),
) -> Result<(), String> {
    let selectors = asked.all("match[]").map(selector);
    let selectors = selectors.collect::<Result<Vec<_>, String>>()?;
    let start = asked.read("start", i64::MIN, prometheus_time)?;
    let end = asked.read("end", i64::MAX, prometheus_time)?;
    let store = receiver.metrics();
    let selected = store.select(|labels| {
        selectors.is_empty() || selectors.iter().any(|selector| selector.matches(labels))
    });
    for (labels, stream) in selected {
        if between(stream, start.saturating_sub(1), end)
            .next()
            .is_some()
        {
            found(labels);
        }
    }
    Ok(())
}

fn selector(query: &str) -> Result<SeriesSelector, String> {
    SeriesSelector::parse(query)
        .map_err(|error| format!("invalid parameter \"query\": {}", words(&error)))
}

/// The value of a series at a time: its last sample, unless that is too old or ends the series.
fn present(stream: &VecDeque<Sample>, at: i64) -> Option<&Sample> {
    between(stream, at.saturating_sub(LOOKBACK_MS), at)
        .next_back()
        .filter(|sample| !sample.is_stale())
}

enum Point {
    Float(Json),
    Histogram(Json),
}

fn point(at: i64, value: &Value) -> Point {
    match value {
        Value::Float(value) => Point::Float(json!([seconds(at), go_float(*value)])),
        Value::Histogram(histogram) => Point::Histogram(json!([seconds(at), histogram.to_json()])),
    }
}

fn metric(labels: &Labels) -> Map<String, Json> {
    let labels = labels
        .iter()
        .map(|(name, value)| (name.to_owned(), value.into()));
    let mut shown = Map::new();
    shown.insert("metric".to_owned(), Json::Object(labels.collect()));
    shown
}

fn add_value(shown: &mut Map<String, Json>, float: &str, histogram: &str, point: Point) {
    match point {
        Point::Float(value) => shown.insert(float.to_owned(), value),
        Point::Histogram(value) => shown.insert(histogram.to_owned(), value),
    };
}

/// A series with its points; nothing where it has none.
fn series_of(labels: &Labels, points: impl Iterator<Item = Point>) -> Option<Json> {
    let (mut values, mut histograms) = (Vec::new(), Vec::new());
    for point in points {
        match point {
            Point::Float(value) => values.push(value),
            Point::Histogram(value) => histograms.push(value),
        }
    }
    if values.is_empty() && histograms.is_empty() {
        return None;
    }
    let mut shown = metric(labels);
    for (name, points) in [("values", values), ("histograms", histograms)] {
        if !points.is_empty() {
            shown.insert(name.to_owned(), points.into());
        }
    }
    Some(Json::Object(shown))
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    let value = headers.get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
