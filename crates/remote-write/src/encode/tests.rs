//! The hand-written encoder against prost's messages.

#[path = "../../tests/it/messages.rs"]
mod messages;

use outpost_model::{
    Buckets, Exemplar, Histogram, Labels, MetricType, ResetHint, Span, stale_marker,
};
use proptest::prelude::*;
use prost::Message;

use super::*;
use crate::points::{HistogramPoint, Point};
use crate::table::Table;

type Pairs = Vec<(String, String)>;

/// A request's content, the same whatever the protocol.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    labels: Pairs,
    samples: Vec<(u64, i64)>,
    exemplars: Vec<(Pairs, u64, i64)>,
    histograms: Vec<messages::Histogram>,
}

fn line(labels: &Labels) -> Line {
    Line {
        labels: labels
            .iter()
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .collect(),
        samples: Vec::new(),
        exemplars: Vec::new(),
        histograms: Vec::new(),
    }
}

fn decode_v1(raw: &[u8]) -> Vec<Line> {
    let request = messages::WriteRequest::decode(raw).expect("prost reads 1.0");
    assert_eq!(
        request.encode_to_vec(),
        raw,
        "prost would write the same bytes"
    );
    let labels = |list: Vec<messages::Label>| list.into_iter().map(|l| (l.name, l.value)).collect();
    let lines = request.timeseries.into_iter().map(|series| Line {
        labels: labels(series.labels),
        samples: series
            .samples
            .iter()
            .map(|s| (s.value.to_bits(), s.timestamp))
            .collect(),
        exemplars: series
            .exemplars
            .into_iter()
            .map(|e| (labels(e.labels), e.value.to_bits(), e.timestamp))
            .collect(),
        histograms: series.histograms,
    });
    lines.collect()
}

fn decode_v2(raw: &[u8]) -> (Vec<Line>, messages::Request) {
    let request = messages::Request::decode(raw).expect("prost reads 2.0");
    assert_eq!(
        request.encode_to_vec(),
        raw,
        "prost would write the same bytes"
    );
    assert_eq!(request.symbols.first().map(String::as_str), Some(""));
    let distinct: std::collections::HashSet<_> = request.symbols.iter().collect();
    assert_eq!(distinct.len(), request.symbols.len(), "each symbol once");
    let symbol = |at: u32| request.symbols[at as usize].clone();
    let labels = |refs: &[u32]| {
        refs.chunks(2)
            .map(|p| (symbol(p[0]), symbol(p[1])))
            .collect()
    };
    let lines = request.timeseries.iter().map(|series| Line {
        labels: labels(&series.labels_refs),
        samples: series
            .samples
            .iter()
            .map(|s| (s.value.to_bits(), s.timestamp))
            .collect(),
        exemplars: series
            .exemplars
            .iter()
            .map(|e| (labels(&e.labels_refs), e.value.to_bits(), e.timestamp))
            .collect(),
        histograms: series.histograms.clone(),
    });
    (lines.collect(), request)
}

fn label_sets() -> impl Strategy<Value = Vec<Labels>> {
    let name = prop::sample::select(vec![
        "__name__", "le", "quantile", "A", "a", "job", "lf", "zz", "\u{e9}",
    ]);
    let value = prop_oneof![
        Just("1".to_owned()),
        Just("job".to_owned()),
        "[a-z\u{e9}\n]{1,200}"
    ];
    let set = prop::collection::vec((name, value), 0..6).prop_map(Labels::from_pairs);
    prop::collection::vec(set, 1..12)
}

fn values() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits),
        Just(0.0),
        Just(stale_marker()),
        (0_i32..1000).prop_map(f64::from),
    ]
}

/// As proto3 has it: zero of either sign is not sent.
fn sent(value: f64) -> u64 {
    if value == 0.0 { 0 } else { value.to_bits() }
}

proptest! {
    #[test]
    fn both_protocols_carry_every_sample_with_its_labels_in_order(
        sets in label_sets(),
        samples in prop::collection::vec((0_usize..12, values(), any::<i64>(), 0_i64..3), 1..40),
        merge in any::<bool>(),
    ) {
        let table = Table::new(7);
        let mut tables = table.write();
        let ids: Vec<_> = sets.iter().map(|l| tables.resolve(l, &Labels::default(), None).unwrap()).collect();
        let mut points = Points { starts: vec![5, 1_700_000_000_000], ..Points::default() };
        for (at, value, timestamp_ms, start) in samples {
            let series = ids[at % ids.len()];
            points.samples.push(Point { series, start: u32::try_from(start).unwrap(), timestamp_ms, value });
        }
        if merge {
            points.group();
        }
        let mut expected: Vec<Line> = Vec::new();
        let mut before = None;
        for point in &points.samples {
            if !merge || before != Some(point.series) {
                expected.push(line(&tables.labels(point.series)));
            }
            before = Some(point.series);
            expected.last_mut().unwrap().samples.push((sent(point.value), point.timestamp_ms));
        }
        let mut encoder = Encoder::default();
        // Twice, because the encoder keeps what it knows of the request before.
        for _ in 0..2 {
            let encoded = encoder.encode(Protocol::V1, &tables, &points, usize::MAX, usize::MAX);
            prop_assert_eq!(encoded.covered, points.len());
            prop_assert_eq!(decode_v1(encoder.raw()), expected.clone());
            encoder.encode(Protocol::V2, &tables, &points, usize::MAX, usize::MAX);
            let (lines, request) = decode_v2(encoder.raw());
            prop_assert_eq!(lines, expected.clone());
            let starts: Vec<_> = request.timeseries.iter().flat_map(|s| &s.samples).map(|s| s.start_timestamp).collect();
            let wanted: Vec<_> = points.samples.iter().map(|p| points.start_of(p)).collect();
            prop_assert_eq!(starts, wanted);
        }
        let compressed = encoder.compress().to_vec();
        prop_assert_eq!(snap::raw::Decoder::new().decompress_vec(&compressed).unwrap(), encoder.raw());
    }

    #[test]
    fn a_request_cut_by_count_or_bytes_goes_on_where_it_stopped(
        count in 1_usize..30, max_points in 1_usize..10, max_bytes in 1_usize..400, merge in any::<bool>(),
    ) {
        let table = Table::new(7);
        let mut tables = table.write();
        let mut points = Points { merge, ..Points::default() };
        for i in 0..count {
            let labels = Labels::from_pairs([("__name__".to_owned(), format!("m{}", i / 3))]);
            let series = tables.resolve(&labels, &Labels::default(), None).unwrap();
            points.samples.push(Point { series, start: 0, timestamp_ms: i64::try_from(i).unwrap(), value: 1.0 });
        }
        for protocol in [Protocol::V1, Protocol::V2] {
            let mut rest = Points { samples: points.samples.clone(), merge, ..Points::default() };
            let mut seen = Vec::new();
            while !rest.is_empty() {
                let mut encoder = Encoder::default();
                let encoded = encoder.encode(protocol, &tables, &rest, max_points, max_bytes);
                prop_assert!((1..=max_points).contains(&encoded.covered));
                let lines = match protocol {
                    Protocol::V1 => decode_v1(encoder.raw()),
                    Protocol::V2 => decode_v2(encoder.raw()).0,
                };
                seen.extend(lines.into_iter().flat_map(|l| l.samples).map(|(_, t)| t));
                rest.drop_front(encoded.covered);
            }
            prop_assert_eq!(seen, (0..i64::try_from(count).unwrap()).collect::<Vec<_>>());
        }
    }
}

fn histogram(schema: i32, buckets: Buckets) -> Histogram {
    Histogram {
        buckets,
        sum: 18.4,
        schema,
        zero_threshold: 1e-128,
        negative_spans: vec![
            Span {
                offset: -3,
                length: 2,
            },
            Span {
                offset: 0,
                length: 0,
            },
        ],
        positive_spans: vec![
            Span {
                offset: 0,
                length: 2,
            },
            Span {
                offset: 1,
                length: 1,
            },
        ],
        reset_hint: ResetHint::Gauge,
        custom_values: if schema == -53 {
            vec![0.0, 1.0, 2.5]
        } else {
            Vec::new()
        },
    }
}

#[test]
fn histograms_exemplars_and_metadata_arrive_as_prost_reads_them() {
    let table = Table::new(7);
    let mut tables = table.write();
    let labels = Labels::from_pairs([("__name__", "h"), ("job", "j")]);
    let metadata = Arc::new(Metadata {
        family: "h".into(),
        kind: MetricType::Histogram,
        help: "How long.".into(),
        unit: "job".into(),
    });
    let series = tables
        .resolve(&labels, &Labels::default(), Some(&metadata))
        .unwrap();
    let integer = Buckets::Integer {
        count: 9,
        zero_count: 0,
        negative_deltas: vec![1, -1],
        positive_deltas: vec![2, -1, 3],
    };
    let float = Buckets::Float {
        count: 9.5,
        zero_count: 0.0,
        negative_counts: vec![0.0, 1.5],
        positive_counts: vec![1.0, 2.0, 3.0],
    };
    let mut points = Points::default();
    for (schema, buckets) in [(3, integer.clone()), (-4, float), (-53, integer)] {
        points.histograms.push(HistogramPoint {
            series,
            timestamp_ms: 1000,
            start_ms: 500,
            histogram: histogram(schema, buckets),
        });
    }
    points.exemplars.push((
        series,
        Exemplar {
            labels: Labels::from_pairs([("trace_id", "j")]),
            value: 0.5,
            timestamp_ms: 7,
        },
    ));
    let mut encoder = Encoder::default();
    let outcome = encoder.encode(Protocol::V1, &tables, &points, usize::MAX, usize::MAX);
    assert_eq!(
        outcome.counts,
        Counts {
            samples: 0,
            histograms: 2,
            exemplars: 1
        }
    );
    assert_eq!((outcome.covered, outcome.custom_buckets), (4, 1));
    let v1 = decode_v1(encoder.raw());
    let outcome = encoder.encode(Protocol::V2, &tables, &points, usize::MAX, usize::MAX);
    assert_eq!((outcome.counts.histograms, outcome.metadata), (3, 4));
    let (v2, request) = decode_v2(encoder.raw());
    let first = &v1[0].histograms[0];
    assert_eq!(first.sum.to_bits(), 18.4_f64.to_bits());
    assert_eq!(first.positive_deltas, [2, -1, 3]);
    assert_eq!(first.zero_count, Some(messages::ZeroCount::ZeroCountInt(0)));
    assert_eq!(
        v2[0].histograms[0],
        messages::Histogram {
            start_timestamp: 500,
            ..first.clone()
        }
    );
    assert_eq!(v1[1].histograms[0].negative_counts, [0.0, 1.5]);
    assert_eq!(v2[2].histograms[0].custom_values, [0.0, 1.0, 2.5]);
    assert_eq!(v1[2].exemplars, v2[3].exemplars);
    assert_eq!(
        v2[3].exemplars[0].0,
        [("trace_id".to_owned(), "j".to_owned())]
    );
    for series in &request.timeseries {
        let metadata = series.metadata.as_ref().unwrap();
        assert_eq!(metadata.r#type, 3);
        assert_eq!(request.symbols[metadata.help_ref as usize], "How long.");
        assert_eq!(request.symbols[metadata.unit_ref as usize], "job");
    }
    assert_eq!(encoder.encode_metadata(&[metadata], usize::MAX), 1);
    let request = messages::WriteRequest::decode(encoder.raw()).unwrap();
    assert_eq!(request.metadata[0].metric_family_name, "h");
    assert_eq!(request.metadata[0].help, "How long.");
}
