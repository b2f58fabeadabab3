//! `prometheus.WriteRequest`: every series with all its labels in full.

use std::sync::Arc;

use outpost_model::{Exemplar, Metadata};

use super::histogram::{fits, put_histogram};
use super::pieces::{Label, Pieces, extra_kind};
use super::proto::{
    bytes_tag, field_len, fixed_tag, put_double, put_head, put_message, put_sample, put_text,
    put_varint, sample_len, varint_tag,
};
use super::{Encoded, Limits, Protocol};
use crate::points::{Point, Points};
use crate::table::{Series, Tables, encode_label};

const TIMESERIES: u8 = bytes_tag(1);
const METADATA: u8 = bytes_tag(3);
const SAMPLES: u8 = bytes_tag(2);
const EXEMPLARS: u8 = bytes_tag(3);
const HISTOGRAMS: u8 = bytes_tag(4);

/// The encoder's memory. What is kept of the series before makes the next cheap: neighbours share their set.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    last: Option<Series>,
    pieces: Pieces,
    extra_kind: usize,
    message: Vec<u8>,
    fields: Vec<u8>,
}

// === impl Scratch ===

impl Scratch {
    pub(super) fn encode(
        &mut self,
        tables: &Tables,
        points: &Points,
        limits: Limits,
        out: &mut Vec<u8>,
    ) -> Encoded {
        // Ids may mean other series than at the last request.
        self.last = None;
        let mut encoded = Encoded::default();
        self.encode_samples(tables, points, limits, out, &mut encoded);
        let mut fields = std::mem::take(&mut self.fields);
        for point in &points.histograms {
            if encoded.covered < points.samples.len() || encoded.is_full(limits, out.len()) {
                break;
            }
            encoded.covered += 1;
            if !fits(Protocol::V1, point) {
                encoded.custom_buckets += 1;
                continue;
            }
            fields.clear();
            put_message(&mut fields, HISTOGRAMS, &mut self.message, |m| {
                put_histogram(m, Protocol::V1, point);
            });
            self.put_series(tables, point.series, fields.len(), out);
            out.extend_from_slice(&fields);
            encoded.counts.histograms += 1;
        }
        let before = points.samples.len() + points.histograms.len();
        for (series, exemplar) in &points.exemplars {
            if encoded.covered < before || encoded.is_full(limits, out.len()) {
                break;
            }
            encoded.covered += 1;
            fields.clear();
            put_message(&mut fields, EXEMPLARS, &mut self.message, |m| {
                put_exemplar(m, exemplar);
            });
            self.put_series(tables, *series, fields.len(), out);
            out.extend_from_slice(&fields);
            encoded.counts.exemplars += 1;
        }
        self.fields = fields;
        encoded
    }

    fn encode_samples(
        &mut self,
        tables: &Tables,
        points: &Points,
        limits: Limits,
        out: &mut Vec<u8>,
        encoded: &mut Encoded,
    ) {
        let mut rest = points.samples.as_slice();
        while let Some(run) = points.run(rest, limits.points - encoded.covered) {
            if encoded.is_full(limits, out.len()) {
                return;
            }
            rest = rest.get(run.len()..).unwrap_or_default();
            encoded.covered += run.len();
            encoded.counts.samples += run.len() as u64;
            let length = |p: &Point| field_len(sample_len(p.value, p.timestamp_ms, 0));
            let fields = run.iter().map(length).sum();
            let series = run.first().map_or(0, |point| point.series);
            self.put_series(tables, series, fields, out);
            for point in run {
                put_sample(out, SAMPLES, point.value, point.timestamp_ms, 0);
            }
        }
    }

    /// The head and the labels of a `TimeSeries` of which `fields` bytes follow.
    #[inline]
    fn put_series(&mut self, tables: &Tables, series: u32, fields: usize, out: &mut Vec<u8>) {
        let series = tables.series(series).unwrap_or_default();
        if self.last.map(|last| last.set) != Some(series.set) {
            self.pieces.read(tables, series, |text, label| {
                if let Label::OfSet(pair) = label {
                    text.extend_from_slice(tables.pair(pair));
                }
            });
        }
        if self.last.map(|last| last.extra) != Some(series.extra) {
            self.extra_kind = extra_kind(tables, series.extra).unwrap_or(0);
        }
        self.last = Some(series);
        let (name, extra) = (tables.pair(series.name), tables.pair(series.extra));
        put_head(
            out,
            TIMESERIES,
            self.pieces.len() + name.len() + extra.len() + fields,
        );
        self.pieces.put(out, name, extra, self.extra_kind);
    }
}

fn put_exemplar(out: &mut Vec<u8>, exemplar: &Exemplar) {
    for (name, value) in exemplar.labels.iter() {
        encode_label(out, name.as_bytes(), value.as_bytes());
    }
    put_double(out, fixed_tag(2), exemplar.value);
    put_varint(out, varint_tag(3), exemplar.timestamp_ms.cast_unsigned());
}

/// A request of metadata alone, as much as fits; how many entries that were.
pub(super) fn encode_metadata(
    metadata: &[Arc<Metadata>],
    max_bytes: usize,
    out: &mut Vec<u8>,
) -> usize {
    let mut message = Vec::new();
    let mut count = 0;
    for entry in metadata {
        put_message(out, METADATA, &mut message, |m| {
            put_varint(m, varint_tag(1), entry.kind as u64);
            put_text(m, bytes_tag(2), entry.family.as_bytes());
            put_text(m, bytes_tag(4), entry.help.as_bytes());
            put_text(m, bytes_tag(5), entry.unit.as_bytes());
        });
        count += 1;
        if out.len() >= max_bytes {
            break;
        }
    }
    count
}
