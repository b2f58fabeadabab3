//! The older suite, for 1.0: of its 19 cases those that are about sending.

use std::collections::BTreeMap;

use outpost_remote_write::Protocol;

use super::{Case, Seen, hold};
use crate::receiver::{Answer, Sample};

/// For each series its samples of accepted requests, in order of arrival.
fn accepted(seen: &Seen) -> BTreeMap<String, Vec<Sample>> {
    let mut series: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
    for request in seen
        .requests
        .iter()
        .filter(|request| request.status / 100 == 2)
    {
        for (labels, samples) in request.samples() {
            series.entry(labels).or_default().extend(samples);
        }
    }
    series
}

fn once_and_in_order(seen: &Seen) -> bool {
    let series = accepted(seen);
    let mut rows = series.values();
    series.len() == 3 && rows.all(|row| row.len() == 2 && row[0].0 < row[1].0)
}

fn slow() -> Vec<Answer> {
    let delayed = |milliseconds| Answer {
        delay: std::time::Duration::from_millis(milliseconds),
        ..Answer::ok()
    };
    vec![delayed(70), delayed(20)]
}

const FIRST: &[Case] = &[
    ("Counter", Vec::new, once_and_in_order),
    ("Gauge", Vec::new, |s| {
        let values = accepted(s)
            .into_values()
            .map(|row| f64::from_bits(row[1].1));
        values.eq([1.0, 2.0, 3.0])
    }),
    ("Headers", Vec::new, |s| {
        let headers = [
            "content-type",
            "content-encoding",
            "x-prometheus-remote-write-version",
        ];
        headers.map(|name| s.requests[0].header(name))
            == ["application/x-protobuf", "snappy", "0.1.0"]
    }),
    ("JobLabel", Vec::new, |s| {
        accepted(s).keys().all(|labels| labels.ends_with("job=j"))
    }),
    ("SortedLabels", Vec::new, |s| {
        accepted(s)
            .into_keys()
            .eq(["a", "b", "c"].map(|i| format!("__name__=m,i={i},job=j")))
    }),
    ("Ordering", slow, once_and_in_order),
    (
        "Retries500",
        || vec![Answer::status(500)],
        |s| s.requests[0].samples() == s.requests[1].samples(),
    ),
    (
        "Retries400",
        || vec![Answer::status(400)],
        |s| s.requests[0].samples() != s.requests[1].samples(),
    ),
    ("Timestamp", Vec::new, |s| {
        let series = accepted(s);
        series
            .values()
            .flatten()
            .all(|(time, _)| [super::T, super::T + 1].contains(time))
    }),
];

#[tokio::test]
async fn the_older_suites_cases_about_sending_hold() {
    hold(Protocol::V1, FIRST).await;
}
