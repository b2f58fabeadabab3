//! Themes `protocol` (8 and a stand-alone one) and `rw1_compat` (8).

use outpost_remote_write::Protocol;

use super::{Case, Seen, hold};
use crate::receiver::{Answer, Recorded};

fn accepts() -> Vec<Answer> {
    Vec::new()
}

fn header(seen: &Seen, name: &str, wanted: &str) -> bool {
    seen.requests
        .iter()
        .all(|request| request.header(name) == wanted)
}

const PROTOCOL: &[Case] = &[
    ("content_type_protobuf", accepts, |s| {
        s.requests[0]
            .header("content-type")
            .starts_with("application/x-protobuf")
    }),
    ("content_type_with_proto_param", accepts, |s| {
        header(
            s,
            "content-type",
            "application/x-protobuf;proto=io.prometheus.write.v2.Request",
        )
    }),
    ("content_encoding_snappy", accepts, |s| {
        header(s, "content-encoding", "snappy")
    }),
    ("version_header_present", accepts, |s| {
        !s.requests[0]
            .header("x-prometheus-remote-write-version")
            .is_empty()
    }),
    ("version_header_value", accepts, |s| {
        header(s, "x-prometheus-remote-write-version", "2.0.0")
    }),
    ("user_agent_present", accepts, |s| {
        !s.requests[0].header("user-agent").is_empty()
    }),
    ("snappy_block_format", accepts, |s| {
        !s.requests[0].raw().is_empty()
    }),
    ("protobuf_parseable", accepts, |s| {
        s.requests[0].v2().timeseries.len() == 3
    }),
    ("TestHTTPMethod", accepts, |s| {
        s.requests.iter().all(|r| r.method == "POST")
    }),
];

fn labels_are_sorted(request: &Recorded) -> bool {
    request.v1().timeseries.iter().all(|series| {
        let names: Vec<_> = series.labels.iter().map(|label| &label.name).collect();
        names.is_sorted_by(|a, b| a < b) && names.len() == 3
    })
}

const FIRST: &[Case] = &[
    ("rw1_version_header", accepts, |s| {
        header(s, "x-prometheus-remote-write-version", "0.1.0")
    }),
    ("rw1_content_type", accepts, |s| {
        header(s, "content-type", "application/x-protobuf")
    }),
    ("rw1_samples", accepts, |s| {
        s.requests[0].sample_count() == 3
    }),
    ("rw1_labels", accepts, |s| {
        s.requests
            .iter()
            .filter(|r| r.sample_count() > 0)
            .all(labels_are_sorted)
    }),
    ("rw1_no_native_histograms", accepts, |s| {
        s.requests[0]
            .v1()
            .timeseries
            .iter()
            .all(|series| series.histograms.is_empty())
    }),
    ("rw1_no_start_timestamp", accepts, |s| {
        let message = s.requests[0].v1();
        let mut samples = message.timeseries.iter().flat_map(|series| &series.samples);
        samples.all(|sample| sample.start_timestamp == 0)
    }),
    ("rw1_metadata_handling", accepts, |s| {
        // In messages of its own, if the interval has come.
        let both = |r: &Recorded| !r.v1().metadata.is_empty() && !r.v1().timeseries.is_empty();
        !s.requests.iter().any(both)
    }),
    ("rw1_symbol_table_not_used", accepts, |s| {
        s.requests
            .iter()
            .all(|request| request.v2().symbols.is_empty())
    }),
];

#[tokio::test]
async fn a_2_0_request_has_its_headers_and_its_form() {
    hold(Protocol::V2, PROTOCOL).await;
}

#[tokio::test]
async fn a_1_0_request_has_nothing_of_2_0() {
    hold(Protocol::V1, FIRST).await;
}
