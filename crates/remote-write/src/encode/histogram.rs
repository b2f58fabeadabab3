//! The `Histogram` message, the same in 1.0 and 2.0 but for custom buckets and the start time.

use outpost_model::{Buckets, Span};

use super::Protocol;
use super::proto::{bytes_tag, fixed_tag, put_double, put_head, put_varint, varint_tag};
use crate::points::HistogramPoint;
use crate::varint::{len_u64, put_u64, zigzag};

/// The schema of histograms with custom buckets.
const CUSTOM_BUCKETS: i32 = -53;

/// Whether the protocol has a place for it: 1.0 has none for custom buckets.
pub(super) fn fits(protocol: Protocol, point: &HistogramPoint) -> bool {
    protocol == Protocol::V2 || point.histogram.schema != CUSTOM_BUCKETS
}

/// Appends the body of a `Histogram`.
pub(super) fn put_histogram(out: &mut Vec<u8>, protocol: Protocol, point: &HistogramPoint) {
    let histogram = &point.histogram;
    // Counts are members of a `oneof`: present even where they are zero.
    match &histogram.buckets {
        Buckets::Integer { count, .. } => {
            out.push(varint_tag(1));
            put_u64(out, *count);
        }
        Buckets::Float { count, .. } => {
            out.push(fixed_tag(2));
            out.extend_from_slice(&count.to_le_bytes());
        }
    }
    put_double(out, fixed_tag(3), histogram.sum);
    put_varint(out, varint_tag(4), zigzag(i64::from(histogram.schema)));
    put_double(out, fixed_tag(5), histogram.zero_threshold);
    match &histogram.buckets {
        Buckets::Integer { zero_count, .. } => {
            out.push(varint_tag(6));
            put_u64(out, *zero_count);
        }
        Buckets::Float { zero_count, .. } => {
            out.push(fixed_tag(7));
            out.extend_from_slice(&zero_count.to_le_bytes());
        }
    }
    put_spans(out, bytes_tag(8), &histogram.negative_spans);
    match &histogram.buckets {
        Buckets::Integer {
            negative_deltas,
            positive_deltas,
            ..
        } => {
            put_deltas(out, bytes_tag(9), negative_deltas);
            put_spans(out, bytes_tag(11), &histogram.positive_spans);
            put_deltas(out, bytes_tag(12), positive_deltas);
        }
        Buckets::Float {
            negative_counts,
            positive_counts,
            ..
        } => {
            put_doubles(out, bytes_tag(10), negative_counts);
            put_spans(out, bytes_tag(11), &histogram.positive_spans);
            put_doubles(out, bytes_tag(13), positive_counts);
        }
    }
    put_varint(out, varint_tag(14), histogram.reset_hint as u64);
    put_varint(out, varint_tag(15), point.timestamp_ms.cast_unsigned());
    if protocol == Protocol::V2 {
        if !histogram.custom_values.is_empty() {
            // Field 16 and up have tags of two bytes.
            put_u64(out, 16 << 3 | 2);
            put_u64(out, 8 * histogram.custom_values.len() as u64);
            for value in &histogram.custom_values {
                out.extend_from_slice(&value.to_le_bytes());
            }
        }
        if point.start_ms != 0 {
            put_u64(out, 17 << 3);
            put_u64(out, point.start_ms.cast_unsigned());
        }
    }
}

fn put_spans(out: &mut Vec<u8>, tag: u8, spans: &[Span]) {
    for span in spans {
        let (offset, length) = (zigzag(i64::from(span.offset)), u64::from(span.length));
        let width = |number: u64| if number == 0 { 0 } else { 1 + len_u64(number) };
        put_head(out, tag, width(offset) + width(length));
        put_varint(out, varint_tag(1), offset);
        put_varint(out, varint_tag(2), length);
    }
}

fn put_deltas(out: &mut Vec<u8>, tag: u8, deltas: &[i64]) {
    if !deltas.is_empty() {
        put_head(
            out,
            tag,
            deltas.iter().map(|delta| len_u64(zigzag(*delta))).sum(),
        );
        for delta in deltas {
            put_u64(out, zigzag(*delta));
        }
    }
}

fn put_doubles(out: &mut Vec<u8>, tag: u8, values: &[f64]) {
    if !values.is_empty() {
        put_head(out, tag, values.len() * 8);
        for value in values {
            out.extend_from_slice(&value.to_le_bytes());
        }
    }
}
