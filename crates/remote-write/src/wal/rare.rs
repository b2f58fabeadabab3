//! The payloads of the rare columns: samples with times of their own, histograms, exemplars, start times.
//!
//! Series and times are differences to the ones before (the first: to 0 and to the segment's creation), so that a page
//! with timestamps on every line costs little more than one without.

use outpost_model::{Buckets, Exemplar, Histogram, Labels, ResetHint, Span};

use super::column::{put_value, read_value};
use crate::varint::{Input, put_bytes, put_i64, put_len, put_u64};

/// No layout, list of spans or buckets is longer.
const MAX_LIST: usize = 1 << 24;

/// The differences so far.
#[derive(Clone, Copy, Debug)]
struct Before {
    series: u32,
    timestamp_ms: i64,
}

// === impl Before ===

impl Before {
    fn new(created_ms: i64) -> Self {
        Self {
            series: 0,
            timestamp_ms: created_ms,
        }
    }

    fn put(&mut self, out: &mut Vec<u8>, series: u32, timestamp_ms: i64) {
        put_i64(out, i64::from(series) - i64::from(self.series));
        put_i64(out, timestamp_ms.wrapping_sub(self.timestamp_ms));
        *self = Self {
            series,
            timestamp_ms,
        };
    }

    fn read(&mut self, input: &mut Input<'_>) -> Option<(u32, i64)> {
        let series = i64::from(self.series).checked_add(input.i64()?)?;
        self.series = u32::try_from(series).ok()?;
        self.timestamp_ms = self.timestamp_ms.wrapping_add(input.i64()?);
        Some((self.series, self.timestamp_ms))
    }
}

/// Appends samples: series, time, value.
pub(crate) fn put_stamped(
    out: &mut Vec<u8>,
    created_ms: i64,
    samples: impl Iterator<Item = (u32, i64, f64)>,
) {
    let mut before = Before::new(created_ms);
    for (series, timestamp_ms, value) in samples {
        before.put(out, series, timestamp_ms);
        put_value(out, value, 0.0);
    }
}

/// The series of a frame's samples, and their times and values.
pub(crate) type StampedList = (Vec<u32>, Box<[(i64, f64)]>);

/// Reads `count` samples.
pub(crate) fn read_stamped(
    mut payload: &[u8],
    created_ms: i64,
    count: usize,
) -> Option<StampedList> {
    let mut before = Before::new(created_ms);
    let mut series = Vec::new();
    let mut samples = Vec::new();
    for _ in 0..count {
        let mut input = Input::new(payload);
        let (id, timestamp_ms) = before.read(&mut input)?;
        payload = input.rest();
        series.push(id);
        samples.push((timestamp_ms, read_value(&mut payload, 0.0)?));
    }
    payload.is_empty().then(|| (series, samples.into()))
}

/// Appends start times: place in the layout, time.
pub(crate) fn put_starts(out: &mut Vec<u8>, timestamp_ms: i64, starts: &[(u32, i64)]) {
    let mut before = Before::new(timestamp_ms);
    for (place, start_ms) in starts {
        before.put(out, *place, *start_ms);
    }
}

/// Reads start times; places ascend.
pub(crate) fn read_starts(payload: &[u8], timestamp_ms: i64) -> Option<Box<[(u32, i64)]>> {
    let mut input = Input::new(payload);
    let mut before = Before::new(timestamp_ms);
    let mut starts = Vec::new();
    while !input.is_empty() {
        starts.push(before.read(&mut input)?);
    }
    starts.is_sorted_by(|a, b| a.0 < b.0).then(|| starts.into())
}

/// Appends exemplars.
pub(crate) fn put_exemplars<'a>(
    out: &mut Vec<u8>,
    created_ms: i64,
    exemplars: impl Iterator<Item = (u32, &'a Exemplar)>,
) {
    let mut before = Before::new(created_ms);
    for (series, exemplar) in exemplars {
        before.put(out, series, exemplar.timestamp_ms);
        out.extend_from_slice(&exemplar.value.to_le_bytes());
        put_len(out, exemplar.labels.len());
        for (name, value) in exemplar.labels.iter() {
            put_bytes(out, name.as_bytes());
            put_bytes(out, value.as_bytes());
        }
    }
}

/// Reads `count` exemplars.
pub(crate) fn read_exemplars(
    payload: &[u8],
    created_ms: i64,
    count: usize,
) -> Option<(Vec<u32>, Box<[Exemplar]>)> {
    let mut input = Input::new(payload);
    let mut before = Before::new(created_ms);
    let mut series = Vec::new();
    let mut exemplars = Vec::new();
    for _ in 0..count {
        let (id, timestamp_ms) = before.read(&mut input)?;
        series.push(id);
        let value = input.f64()?;
        let mut labels = Vec::new();
        for _ in 0..input.count()? {
            labels.push((input.text()?, input.text()?));
        }
        exemplars.push(Exemplar {
            labels: Labels::from_pairs(labels),
            value,
            timestamp_ms,
        });
    }
    input.is_empty().then(|| (series, exemplars.into()))
}

/// Appends histograms: series, time, start time.
pub(crate) fn put_histograms<'a>(
    out: &mut Vec<u8>,
    created_ms: i64,
    histograms: impl Iterator<Item = (u32, i64, i64, &'a Histogram)>,
) {
    let mut before = Before::new(created_ms);
    for (series, timestamp_ms, start_ms, histogram) in histograms {
        before.put(out, series, timestamp_ms);
        put_i64(out, start_ms);
        put_histogram(out, histogram);
    }
}

/// One histogram in the payload of a frame: series, time, start time, buckets.
pub(crate) type HistogramList = (Vec<u32>, Box<[(i64, i64, Histogram)]>);

/// Reads `count` histograms.
pub(crate) fn read_histograms(
    payload: &[u8],
    created_ms: i64,
    count: usize,
) -> Option<HistogramList> {
    let mut input = Input::new(payload);
    let mut before = Before::new(created_ms);
    let mut series = Vec::new();
    let mut histograms = Vec::new();
    for _ in 0..count {
        let (id, timestamp_ms) = before.read(&mut input)?;
        series.push(id);
        histograms.push((timestamp_ms, input.i64()?, read_histogram(&mut input)?));
    }
    input.is_empty().then(|| (series, histograms.into()))
}

fn put_histogram(out: &mut Vec<u8>, histogram: &Histogram) {
    out.push(
        histogram.reset_hint as u8
            | u8::from(matches!(histogram.buckets, Buckets::Float { .. })) << 7,
    );
    put_i64(out, i64::from(histogram.schema));
    for value in [histogram.sum, histogram.zero_threshold] {
        out.extend_from_slice(&value.to_le_bytes());
    }
    for spans in [&histogram.negative_spans, &histogram.positive_spans] {
        put_len(out, spans.len());
        for span in spans {
            put_i64(out, i64::from(span.offset));
            put_u64(out, u64::from(span.length));
        }
    }
    put_doubles(out, &histogram.custom_values);
    match &histogram.buckets {
        Buckets::Integer {
            count,
            zero_count,
            negative_deltas,
            positive_deltas,
        } => {
            put_u64(out, *count);
            put_u64(out, *zero_count);
            for deltas in [negative_deltas, positive_deltas] {
                put_len(out, deltas.len());
                for delta in deltas {
                    put_i64(out, *delta);
                }
            }
        }
        Buckets::Float {
            count,
            zero_count,
            negative_counts,
            positive_counts,
        } => {
            for value in [count, zero_count] {
                out.extend_from_slice(&value.to_le_bytes());
            }
            put_doubles(out, negative_counts);
            put_doubles(out, positive_counts);
        }
    }
}

fn read_histogram(input: &mut Input<'_>) -> Option<Histogram> {
    let first = input.u8()?;
    let reset_hint = match first & 0x7f {
        0 => ResetHint::Unknown,
        1 => ResetHint::Yes,
        2 => ResetHint::No,
        3 => ResetHint::Gauge,
        _ => return None,
    };
    let schema = i32::try_from(input.i64()?).ok()?;
    let (sum, zero_threshold) = (input.f64()?, input.f64()?);
    let (negative_spans, positive_spans) = (read_spans(input)?, read_spans(input)?);
    let custom_values = read_list(input, Input::f64)?;
    let buckets = if first & 0x80 == 0 {
        Buckets::Integer {
            count: input.u64()?,
            zero_count: input.u64()?,
            negative_deltas: read_list(input, Input::i64)?,
            positive_deltas: read_list(input, Input::i64)?,
        }
    } else {
        Buckets::Float {
            count: input.f64()?,
            zero_count: input.f64()?,
            negative_counts: read_list(input, Input::f64)?,
            positive_counts: read_list(input, Input::f64)?,
        }
    };
    Some(Histogram {
        buckets,
        sum,
        schema,
        zero_threshold,
        negative_spans,
        positive_spans,
        reset_hint,
        custom_values,
    })
}

fn read_spans(input: &mut Input<'_>) -> Option<Vec<Span>> {
    read_list(input, |input| {
        Some(Span {
            offset: i32::try_from(input.i64()?).ok()?,
            length: input.u32()?,
        })
    })
}

fn put_doubles(out: &mut Vec<u8>, values: &[f64]) {
    put_len(out, values.len());
    for value in values {
        out.extend_from_slice(&value.to_le_bytes());
    }
}

fn read_list<'a, T>(
    input: &mut Input<'a>,
    read: impl Fn(&mut Input<'a>) -> Option<T>,
) -> Option<Vec<T>> {
    let count = input.count().filter(|count| *count <= MAX_LIST)?;
    (0..count).map(|_| read(input)).collect()
}
