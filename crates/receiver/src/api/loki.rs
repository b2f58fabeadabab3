//! Loki's calls: push in, stream selectors with line filters out.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::request::Parts;
use outpost_model::Labels;
use serde_json::{Value as Json, json};

use super::parameters::{Parameters, now};
use super::{Answer, data, plain, success, words};
use crate::Receiver;
use crate::intake::{self, IntakeError, Line};
use crate::selector::LineSelector;
use crate::store::between;
use crate::time::{duration, loki_time};

/// The default window of queries, and of nothing else.
const HOUR_NS: i64 = 3_600_000_000_000;

/// Loki's default and maximum number of lines.
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 5000;

type Outcome = Result<Answer, String>;

/// Which lines come first, and which are left out beyond the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}

pub(super) fn push(receiver: &Receiver, head: &Parts, body: &Bytes) -> Answer {
    let header = |name| {
        let value = head.headers.get(name);
        value
            .and_then(|value: &http::HeaderValue| value.to_str().ok())
            .unwrap_or_default()
    };
    let kind = header(CONTENT_TYPE)
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    let encoding = header(CONTENT_ENCODING);
    let mut store = receiver.logs();
    let outcome = match (kind, encoding) {
        ("application/json", "" | "identity") => intake::loki_json(body, &mut store),
        ("application/x-protobuf" | "", "" | "snappy") => intake::loki_protobuf(body, &mut store),
        _ => {
            let text = format!("cannot read a push of type {kind:?} with encoding {encoding:?}\n");
            return plain(StatusCode::BAD_REQUEST, &text);
        }
    };
    drop(store);
    match outcome {
        Ok(_) => plain(StatusCode::NO_CONTENT, ""),
        Err(error @ IntakeError::TooLarge { .. }) => plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            &format!("{}\n", words(&error)),
        ),
        Err(error) => plain(StatusCode::BAD_REQUEST, &format!("{}\n", words(&error))),
    }
}

/// The last lines up to a time. A current Loki refuses this for plain selectors; the runbook asks it.
pub(super) fn query(receiver: &Receiver, asked: &Parameters) -> Outcome {
    let until = asked.read("time", now(), loki_time)?;
    lines(receiver, asked, i64::MIN, until)
}

pub(super) fn query_range(receiver: &Receiver, asked: &Parameters) -> Outcome {
    let (start, end) = window(asked)?;
    // Loki's window is closed on the left and open on the right.
    lines(
        receiver,
        asked,
        start.saturating_sub(1),
        end.saturating_sub(1),
    )
}

pub(super) fn labels(receiver: &Receiver, asked: &Parameters) -> Outcome {
    let mut names = BTreeSet::new();
    each_stream(receiver, asked, "query", |labels| {
        names.extend(labels.iter().map(|(name, _)| name.to_owned()));
    })?;
    Ok(data(json!(names)))
}

pub(super) fn label_values(receiver: &Receiver, asked: &Parameters, name: &str) -> Outcome {
    let mut values = BTreeSet::new();
    each_stream(receiver, asked, "query", |labels| {
        values.extend(labels.get(name).map(str::to_owned));
    })?;
    Ok(data(json!(values)))
}

pub(super) fn series(receiver: &Receiver, asked: &Parameters) -> Outcome {
    let mut found = Vec::new();
    each_stream(receiver, asked, "match[]", |labels| {
        found.push(json!(labels.iter().collect::<BTreeMap<_, _>>()));
    })?;
    Ok(data(found.into()))
}

fn window(asked: &Parameters) -> Result<(i64, i64), String> {
    let end = asked.read("end", now(), loki_time)?;
    let since = asked.read("since", HOUR_NS, |text| {
        duration(text)?.checked_mul(1_000_000)
    })?;
    let start = asked.read("start", end.saturating_sub(since), loki_time)?;
    if end < start {
        return Err("end timestamp must not be before start time".to_owned());
    }
    Ok((start, end))
}

fn each_stream(
    receiver: &Receiver,
    asked: &Parameters,
    parameter: &str,
    mut found: impl FnMut(&Labels),
) -> Result<(), String> {
    let selectors = asked.all(parameter).filter(|query| !query.is_empty());
    let selectors = selectors
        .map(selector)
        .collect::<Result<Vec<_>, String>>()?;
    let (start, end) = window(asked)?;
    let store = receiver.logs();
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

fn selector(query: &str) -> Result<LineSelector, String> {
    LineSelector::parse(query).map_err(|error| words(&error))
}

/// The lines with `after < time <= until` that pass, as streams.
fn lines(receiver: &Receiver, asked: &Parameters, after: i64, until: i64) -> Outcome {
    let selector = selector(asked.get("query").unwrap_or_default())?;
    let limit = asked.read("limit", DEFAULT_LIMIT, |text| text.parse().ok())?;
    if limit == 0 || limit > MAX_LIMIT {
        return Err(format!("limit must be between 1 and {MAX_LIMIT}"));
    }
    let direction = asked.read("direction", Direction::Backward, |text| {
        match text.to_ascii_lowercase().as_str() {
            "forward" => Some(Direction::Forward),
            "backward" => Some(Direction::Backward),
            _ => None,
        }
    })?;
    let store = receiver.logs();
    let mut found: Vec<(&Labels, &Line)> = Vec::new();
    for (labels, stream) in store.select(|labels| selector.matches(labels)) {
        let passing = between(stream, after, until).filter(|line| selector.passes(&line.text));
        match direction {
            Direction::Forward => found.extend(passing.take(limit).map(|line| (labels, line))),
            Direction::Backward => {
                found.extend(passing.rev().take(limit).map(|line| (labels, line)));
            }
        }
    }
    // Stable: lines of one time keep the order of their stream.
    match direction {
        Direction::Forward => found.sort_by_key(|(_, line)| line.time),
        Direction::Backward => found.sort_by_key(|(_, line)| std::cmp::Reverse(line.time)),
    }
    found.truncate(limit);
    Ok(success("streams", streams(&found)))
}

/// Lines by stream; as in Loki 3, structured metadata stand among a stream's labels.
fn streams(found: &[(&Labels, &Line)]) -> Vec<Json> {
    let mut streams: BTreeMap<BTreeMap<&str, &str>, Vec<Json>> = BTreeMap::new();
    for (labels, line) in found {
        let mut stream: BTreeMap<&str, &str> = line
            .metadata
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        stream.extend(labels.iter());
        let lines = streams.entry(stream).or_default();
        lines.push(json!([line.time.to_string(), line.text]));
    }
    streams
        .into_iter()
        .map(|(stream, values)| json!({"stream": stream, "values": values}))
        .collect()
}
