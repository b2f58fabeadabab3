//! `io.prometheus.write.v2.Request`: strings once, series as references.

use outpost_model::Exemplar;

use super::histogram::put_histogram;
use super::pieces::{Label, Pieces, extra_kind};
use super::proto::{
    bytes_tag, field_len, fixed_tag, put_double, put_head, put_message, put_sample, put_varint,
    sample_len, varint_tag,
};
use super::symbols::Symbols;
use super::{Encoded, Limits, Protocol};
use crate::points::{Point, Points};
use crate::table::{NONE, Series, Tables};
use crate::varint::put_u64;

const TIMESERIES: u8 = bytes_tag(5);
const LABEL_REFERENCES: u8 = bytes_tag(1);
const SAMPLES: u8 = bytes_tag(2);
const HISTOGRAMS: u8 = bytes_tag(3);
const EXEMPLARS: u8 = bytes_tag(4);
const METADATA: u8 = bytes_tag(5);

/// The encoder's memory. What is kept of the series before makes the next cheap: neighbours share set and name.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    symbols: Symbols,
    /// All `TimeSeries` of the request; they follow the symbols.
    series: Vec<u8>,
    last: Option<Series>,
    pieces: Pieces,
    extra_kind: usize,
    name: Vec<u8>,
    extra: Vec<u8>,
    /// The metadata field of the name.
    metadata: Vec<u8>,
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
        self.symbols.restart();
        self.series.clear();
        // Ids may mean other series than at the last request, and symbols are numbered anew.
        self.last = None;
        let mut encoded = Encoded::default();
        self.encode_samples(tables, points, limits, &mut encoded);
        let mut fields = std::mem::take(&mut self.fields);
        for point in &points.histograms {
            if encoded.covered < points.samples.len() || self.is_full(&encoded, limits) {
                break;
            }
            fields.clear();
            put_message(&mut fields, HISTOGRAMS, &mut self.message, |m| {
                put_histogram(m, Protocol::V2, point);
            });
            self.put_alone(tables, point.series, &fields, &mut encoded);
            encoded.counts.histograms += 1;
        }
        let before = points.samples.len() + points.histograms.len();
        for (series, exemplar) in &points.exemplars {
            if encoded.covered < before || self.is_full(&encoded, limits) {
                break;
            }
            fields.clear();
            let symbols = &mut self.symbols;
            put_message(&mut fields, EXEMPLARS, &mut self.message, |m| {
                put_exemplar(m, symbols, exemplar);
            });
            self.put_alone(tables, *series, &fields, &mut encoded);
            encoded.counts.exemplars += 1;
        }
        self.fields = fields;
        out.extend_from_slice(self.symbols.encoded());
        out.extend_from_slice(&self.series);
        encoded
    }

    #[inline]
    fn is_full(&self, encoded: &Encoded, limits: Limits) -> bool {
        encoded.is_full(limits, self.symbols.encoded().len() + self.series.len())
    }

    fn encode_samples(
        &mut self,
        tables: &Tables,
        points: &Points,
        limits: Limits,
        encoded: &mut Encoded,
    ) {
        let mut rest = points.samples.as_slice();
        while let Some(run) = points.run(rest, limits.points - encoded.covered) {
            if self.is_full(encoded, limits) {
                return;
            }
            rest = rest.get(run.len()..).unwrap_or_default();
            encoded.covered += run.len();
            encoded.counts.samples += run.len() as u64;
            let length =
                |p: &Point| field_len(sample_len(p.value, p.timestamp_ms, points.start_of(p)));
            let fields = run.iter().map(length).sum();
            let series = run.first().map_or(0, |point| point.series);
            self.put_series(tables, series, fields);
            for p in run {
                let start_ms = points.start_of(p);
                put_sample(&mut self.series, SAMPLES, p.value, p.timestamp_ms, start_ms);
            }
            self.put_metadata(encoded);
        }
    }

    /// A whole `TimeSeries` with `fields` already encoded.
    fn put_alone(&mut self, tables: &Tables, series: u32, fields: &[u8], encoded: &mut Encoded) {
        encoded.covered += 1;
        self.put_series(tables, series, fields.len());
        self.series.extend_from_slice(fields);
        self.put_metadata(encoded);
    }

    #[inline]
    fn put_metadata(&mut self, encoded: &mut Encoded) {
        if !self.metadata.is_empty() {
            self.series.extend_from_slice(&self.metadata);
            encoded.metadata += 1;
        }
    }

    /// The head and the labels of a `TimeSeries` of which `fields` bytes and the metadata follow.
    #[inline]
    fn put_series(&mut self, tables: &Tables, series: u32, fields: usize) {
        self.refer(tables, tables.series(series).unwrap_or_default());
        let references = self.pieces.len() + self.name.len() + self.extra.len();
        let labels = if references == 0 {
            0
        } else {
            field_len(references)
        };
        put_head(
            &mut self.series,
            TIMESERIES,
            labels + fields + self.metadata.len(),
        );
        if references > 0 {
            put_head(&mut self.series, LABEL_REFERENCES, references);
            self.pieces
                .put(&mut self.series, &self.name, &self.extra, self.extra_kind);
        }
    }

    /// Gets the references of a series ready.
    #[inline]
    fn refer(&mut self, tables: &Tables, series: Series) {
        let symbols = &mut self.symbols;
        if self.last.map(|last| last.set) != Some(series.set) {
            self.pieces.read(tables, series, |text, label| match label {
                Label::OfSet(pair) => put_pair(text, symbols, tables, pair),
                // So that symbols are numbered in the order of the labels.
                Label::Outside(pair) => drop(symbols.pair(tables, pair)),
            });
        }
        if self.last.map(|last| last.extra) != Some(series.extra) {
            self.extra.clear();
            if series.extra != NONE {
                put_pair(&mut self.extra, symbols, tables, series.extra);
            }
            self.extra_kind = extra_kind(tables, series.extra).unwrap_or(0);
        }
        if self.last.map(|last| last.name) != Some(series.name) {
            self.name.clear();
            if series.name != NONE {
                put_pair(&mut self.name, symbols, tables, series.name);
            }
            self.describe(tables, series.name);
        }
        self.last = Some(series);
    }

    /// Encodes the metadata field of a metric.
    fn describe(&mut self, tables: &Tables, name: u32) {
        self.metadata.clear();
        let Some(metadata) = tables.metadata(name) else {
            return;
        };
        let help = self.symbols.string(metadata.help.as_bytes());
        let unit = self.symbols.string(metadata.unit.as_bytes());
        put_message(&mut self.metadata, METADATA, &mut self.message, |m| {
            put_varint(m, varint_tag(1), metadata.kind as u64);
            put_varint(m, varint_tag(3), u64::from(help));
            put_varint(m, varint_tag(4), u64::from(unit));
        });
    }
}

fn put_pair(out: &mut Vec<u8>, symbols: &mut Symbols, tables: &Tables, pair: u32) {
    let (name, value) = symbols.pair(tables, pair);
    put_u64(out, u64::from(name));
    put_u64(out, u64::from(value));
}

fn put_exemplar(out: &mut Vec<u8>, symbols: &mut Symbols, exemplar: &Exemplar) {
    let mut references = Vec::new();
    for (name, value) in exemplar.labels.iter() {
        for text in [name, value] {
            put_u64(&mut references, u64::from(symbols.string(text.as_bytes())));
        }
    }
    if !references.is_empty() {
        put_head(out, LABEL_REFERENCES, references.len());
        out.extend_from_slice(&references);
    }
    put_double(out, fixed_tag(2), exemplar.value);
    put_varint(out, varint_tag(3), exemplar.timestamp_ms.cast_unsigned());
}
