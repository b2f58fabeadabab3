//! Themes `samples` (15) and `timestamps` (8), the value cases of `edge_cases`, and `batching` (5).

use outpost_model::stale_marker;

use super::play::{Case, Filler, Sent, T, hold};

const M: &[(&str, &str)] = &[("__name__", "m")];

fn one<const BITS: u64>(to: &Filler) {
    to.sample(M, f64::from_bits(BITS));
}

fn is<const BITS: u64>(sent: &Sent) -> bool {
    let samples = &sent.named("m").samples;
    samples.len() == 1 && samples[0].value.to_bits() == BITS && samples[0].timestamp == T
}

/// A case of one value, which arrives bit for bit.
macro_rules! value {
    ($name:literal, $value:expr) => {{
        const BITS: u64 = {
            let value: f64 = $value;
            value.to_bits()
        };
        ($name, one::<BITS>, is::<BITS>)
    }};
}

fn three(to: &Filler) {
    for (time, value) in [(T, 1.0), (T + 1, 2.0), (T + 1001, 3.0)] {
        to.sample_at(M, time, value);
    }
}

fn times(sent: &Sent) -> Vec<i64> {
    let samples = sent.series.iter().flat_map(|series| &series.samples);
    samples.map(|sample| sample.timestamp).collect()
}

fn crowd(to: &Filler) {
    for i in 0..4500 {
        to.sample(&[("__name__", "m"), ("i", &i.to_string())], f64::from(i));
    }
}

const SAMPLES: &[Case] = &[
    value!("float_value", 1.5),
    value!("integer_value", 42.0),
    value!("zero_value", 0.0),
    value!("negative_value", -7.25),
    value!("positive_infinity", f64::INFINITY),
    value!("negative_infinity", f64::NEG_INFINITY),
    value!("nan_value", f64::NAN),
    value!("large_value", f64::MAX),
    value!("small_value", f64::from_bits(1)),
    value!("scientific_notation", 1.23e-45),
    value!("precision", 0.1),
    value!("stale_marker", f64::from_bits(0x7ff0_0000_0000_0002)),
    (
        "timestamp_milliseconds",
        |to| to.sample_at(M, T + 123, 1.0),
        |sent| times(sent) == [T + 123],
    ),
    (
        "timestamp_recent",
        |to| to.sample(M, 1.0),
        |sent| times(sent) == [T],
    ),
    ("multiple_samples_same_series", three, |sent| {
        sent.values("m") == [1.0, 2.0, 3.0]
    }),
    (
        "job_instance_labels_present",
        |to| to.sample(&[("__name__", "m"), ("instance", "i"), ("job", "j")], 1.0),
        |sent| {
            let series = sent.named("m");
            (series.label("job"), series.label("instance")) == (Some("j"), Some("i"))
        },
    ),
    ("TestSampleOrdering", three, |sent| {
        times(sent).is_sorted_by(|a, b| a < b)
    }),
    (
        "special_float_combinations",
        |to| {
            for (time, value) in (T..).zip([f64::NAN, f64::INFINITY, -0.0, stale_marker()]) {
                to.sample_at(M, time, value);
            }
        },
        |sent| {
            // A zero is left out of the message, whatever its sign: so does Alloy (`values-2.0`).
            let wanted = [f64::NAN, f64::INFINITY, 0.0, stale_marker()].map(f64::to_bits);
            sent.values("m").into_iter().map(f64::to_bits).eq(wanted)
        },
    ),
];

const TIMESTAMPS: &[Case] = &[
    ("timestamp_int64_milliseconds", three, |sent| {
        times(sent) == [T, T + 1, T + 1001]
    }),
    ("ordering_within_series", three, |sent| {
        times(sent).is_sorted_by(|a, b| a < b)
    }),
    (
        "start_timestamp_counters",
        |to| to.started(M, T - 5000, 3.0),
        |sent| sent.named("m").samples[0].start_timestamp == T - 5000,
    ),
    (
        "start_timestamp_zero_when_unknown",
        |to| to.sample(M, 3.0),
        |sent| sent.named("m").samples[0].start_timestamp == 0,
    ),
    (
        "millisecond_precision",
        |to| to.sample_at(M, 1_700_000_000_999, 1.0),
        |sent| times(sent) == [1_700_000_000_999],
    ),
    (
        "future_values",
        |to| to.sample_at(M, T + (1 << 40), 1.0),
        |sent| times(sent) == [T + (1 << 40)],
    ),
    (
        "zero_timestamp",
        |to| to.sample_at(M, 0, 1.0),
        |sent| times(sent) == [0],
    ),
    (
        "start_not_after_sample",
        |to| to.started(M, T, 3.0),
        |sent| {
            let sample = &sent.named("m").samples[0];
            sample.start_timestamp <= sample.timestamp
        },
    ),
];

const BATCHING: &[Case] = &[
    ("multiple_series_per_request", crowd, |sent| {
        sent.messages[0].timeseries.len() == 2000
    }),
    ("batch_size_reasonable", crowd, |sent| {
        sent.messages
            .iter()
            .all(|message| message.timeseries.len() <= 10_000)
    }),
    ("handles_varying_cardinality", crowd, |sent| {
        let sizes: Vec<_> = sent
            .messages
            .iter()
            .map(|message| message.timeseries.len())
            .collect();
        sizes.iter().sum::<usize>() == 4500
    }),
    ("efficient_symbol_reuse", crowd, |sent| {
        // Two names, `m`, the empty string, and a number each.
        sent.messages
            .iter()
            .all(|m| m.symbols.len() == m.timeseries.len() + 4)
    }),
];

#[tokio::test]
async fn every_value_arrives_bit_for_bit() {
    hold(SAMPLES).await;
}

#[tokio::test]
async fn times_arrive_to_the_millisecond() {
    hold(TIMESTAMPS).await;
}

#[tokio::test]
async fn many_series_share_few_requests() {
    hold(BATCHING).await;
}
