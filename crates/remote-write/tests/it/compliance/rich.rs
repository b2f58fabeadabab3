//! Themes `metadata` (11), `exemplars` (9), `histograms` (12), and `combined` (8) as far as it is not scraping.

use outpost_model::{Buckets, Histogram, MetricType, ResetHint, Span};

use super::play::{Case, Filler, Sent, SentExemplar, T, hold};
use crate::messages::{Count, Histogram as SentHistogram, ZeroCount};

const M: &[(&str, &str)] = &[("__name__", "m")];

fn described(sent: &Sent, kind: i32, help: &str, unit: &str) -> bool {
    sent.named("m").metadata == Some((kind, help.to_owned(), unit.to_owned()))
}

const METADATA: &[Case] = &[
    (
        "type_counter",
        |to| to.described("m", MetricType::Counter, "h", ""),
        |s| described(s, 1, "h", ""),
    ),
    (
        "type_gauge",
        |to| to.described("m", MetricType::Gauge, "h", ""),
        |s| described(s, 2, "h", ""),
    ),
    (
        "type_histogram",
        |to| to.described("m", MetricType::Histogram, "h", ""),
        |s| described(s, 3, "h", ""),
    ),
    (
        "type_summary",
        |to| to.described("m", MetricType::Summary, "h", ""),
        |s| described(s, 5, "h", ""),
    ),
    (
        "help_text",
        |to| to.described("m", MetricType::Gauge, "Room taken.", ""),
        |s| described(s, 2, "Room taken.", ""),
    ),
    (
        "unit",
        |to| to.described("m", MetricType::Gauge, "h", "bytes"),
        |s| described(s, 2, "h", "bytes"),
    ),
    (
        "help_with_newlines",
        |to| to.described("m", MetricType::Gauge, "a\nb", ""),
        |s| described(s, 2, "a\nb", ""),
    ),
    (
        "help_with_special_chars",
        |to| to.described("m", MetricType::Gauge, "\"ä\\", ""),
        |s| described(s, 2, "\"ä\\", ""),
    ),
    (
        "help_refs_valid",
        |to| to.described("m", MetricType::Gauge, "h", "u"),
        |s| s.messages[0].timeseries[0].metadata.unwrap().help_ref > 0,
    ),
    (
        "consistent_across_series",
        |to| {
            to.described("m", MetricType::Gauge, "h", "u");
            to.described("n", MetricType::Gauge, "h", "u");
        },
        |s| s.named("m").metadata == s.named("n").metadata,
    ),
    (
        "empty_help_allowed",
        |to| to.described("m", MetricType::Gauge, "", ""),
        |s| described(s, 2, "", ""),
    ),
];

const IDS: &[(&str, &str)] = &[("span_id", "b7ad"), ("trace_id", "0af7")];

fn two(to: &Filler) {
    to.exemplars(M, &[(IDS, 0.5), (&[("user", "x")], 2.5)]);
}

fn exemplars(sent: &Sent) -> Vec<&SentExemplar> {
    sent.series
        .iter()
        .flat_map(|series| &series.exemplars)
        .collect()
}

fn has(sent: &Sent, name: &str, value: &str) -> bool {
    let pair = (name.to_owned(), value.to_owned());
    exemplars(sent)
        .iter()
        .any(|(labels, ..)| labels.contains(&pair))
}

const EXEMPLARS: &[Case] = &[
    ("trace_id", two, |s| has(s, "trace_id", "0af7")),
    ("span_id", two, |s| has(s, "span_id", "b7ad")),
    ("value_valid", two, |s| {
        (exemplars(s)[0].1, exemplars(s)[1].1) == (0.5, 2.5)
    }),
    ("timestamp_valid", two, |s| {
        (exemplars(s)[0].2, exemplars(s)[1].2) == (T, T + 1)
    }),
    ("labels_valid_refs", two, |s| exemplars(s).len() == 2),
    ("custom_labels", two, |s| has(s, "user", "x")),
    (
        "on_histogram",
        |to| to.exemplars(&[("__name__", "h_bucket"), ("le", "1.0")], &[(IDS, 0.5)]),
        |s| has(s, "trace_id", "0af7"),
    ),
    ("labels_even_length", two, |s| exemplars(s)[0].0.len() == 2),
    ("multiple_exemplars_per_series", two, |s| {
        exemplars(s).len() == 2
    }),
];

fn native(negative: bool) -> Histogram {
    let span = Span {
        offset: -1,
        length: 2,
    };
    Histogram {
        buckets: Buckets::Integer {
            count: 12,
            zero_count: 2,
            negative_deltas: if negative { vec![1, 0] } else { Vec::new() },
            positive_deltas: vec![5, -1],
        },
        sum: 18.5,
        schema: 3,
        zero_threshold: 0.001,
        negative_spans: if negative { vec![span] } else { Vec::new() },
        positive_spans: vec![span],
        reset_hint: ResetHint::No,
        custom_values: Vec::new(),
    }
}

fn both_sides(to: &Filler) {
    to.histogram(M, native(true));
}

fn large(to: &Filler) {
    let buckets = Buckets::Integer {
        count: u64::MAX,
        zero_count: u64::MAX,
        negative_deltas: Vec::new(),
        positive_deltas: Vec::new(),
    };
    let positive_spans = Vec::new();
    to.histogram(
        M,
        Histogram {
            buckets,
            positive_spans,
            ..native(false)
        },
    );
}

fn arrived(sent: &Sent) -> &SentHistogram {
    &sent.series[0].histograms[0]
}

fn span_of(sent: &Sent) -> (i32, u32) {
    let span = arrived(sent).positive_spans[0];
    (span.offset, span.length)
}

const HISTOGRAMS: &[Case] = &[
    ("native_histogram_structure", both_sides, |s| {
        s.series[0].histograms.len() == 1
    }),
    ("count_present", both_sides, |s| {
        arrived(s).count == Some(Count::CountInt(12))
    }),
    ("sum_present", both_sides, |s| {
        arrived(s).sum.to_bits() == 18.5_f64.to_bits()
    }),
    ("buckets_ordered", both_sides, |s| span_of(s) == (-1, 2)),
    ("positive_buckets", both_sides, |s| {
        arrived(s).positive_deltas == [5, -1]
    }),
    ("negative_buckets", both_sides, |s| {
        arrived(s).negative_deltas == [1, 0]
    }),
    ("zero_bucket", both_sides, |s| {
        arrived(s).zero_count == Some(ZeroCount::ZeroCountInt(2))
    }),
    ("schema", both_sides, |s| arrived(s).schema == 3),
    ("timestamp", both_sides, |s| arrived(s).timestamp == T),
    ("no_mixed_with_samples", both_sides, |s| {
        s.series[0].samples.is_empty()
    }),
    (
        "empty_buckets",
        |to| to.histogram(M, native(false)),
        |s| arrived(s).negative_deltas.is_empty(),
    ),
    ("large_counts", large, |s| {
        arrived(s).count == Some(Count::CountInt(u64::MAX))
    }),
];

fn everything(to: &Filler) {
    to.described("c_total", MetricType::Counter, "h", "");
    to.described("g", MetricType::Gauge, "h", "");
    two(to);
    to.histogram(&[("__name__", "n")], native(true));
}

const COMBINED: &[Case] = &[
    ("samples_with_metadata", everything, |s| {
        s.named("g").metadata.is_some()
    }),
    ("samples_with_exemplars", everything, |s| {
        s.values("m") == [1.0] && exemplars(s).len() == 2
    }),
    ("histogram_with_metadata_and_exemplars", everything, |s| {
        s.series
            .iter()
            .any(|series| series.label("__name__") == Some("n") && !series.histograms.is_empty())
    }),
    ("multiple_metric_types", everything, |s| {
        let kind = |name| s.named(name).metadata.as_ref().map(|metadata| metadata.0);
        (kind("c_total"), kind("g")) == (Some(1), Some(2))
    }),
    ("mixed_labels_and_metadata", everything, |s| {
        s.messages.len() == 1
    }),
    ("mixed_sample_and_histogram_families", everything, |s| {
        s.series
            .iter()
            .all(|series| series.samples.is_empty() || series.histograms.is_empty())
    }),
    ("metadata_batching", everything, |s| {
        s.series
            .iter()
            .filter(|series| series.metadata.is_some())
            .count()
            >= 2
    }),
];

#[tokio::test]
async fn metadata_comes_with_its_series() {
    hold(METADATA).await;
}

#[tokio::test]
async fn exemplars_come_with_labels_values_and_times() {
    hold(EXEMPLARS).await;
}

#[tokio::test]
async fn native_histograms_arrive_as_they_are() {
    hold(HISTOGRAMS).await;
}

#[tokio::test]
async fn all_kinds_go_in_one_request() {
    hold(COMBINED).await;
}
