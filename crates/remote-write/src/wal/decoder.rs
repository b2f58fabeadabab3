//! From frames to chunks: keeps what a segment has defined so far, in the ids of this process' table.
//!
//! A pure function on bytes and the table. A frame that does not make sense, or that refers to what a damaged frame
//! would have defined, is refused and changes nothing; what depends on it is refused too.

use std::collections::HashMap;
use std::sync::Arc;

use outpost_model::{Metadata, MetricType};

use super::column;
use super::definitions::{SeriesState, WITH_EXTRA, WITH_ID, WITH_NAME, WITH_SET};
use super::frame::{Frame, Kind};
use super::rare;
use super::segment::Head;
use crate::chunk::{Body, Column, Pinned};
use crate::table::{NONE, Paged, Series, Table, Tables};
use crate::varint::Input;

/// Numbers of pairs, sets and series above this are damage.
const MAX_ID: u32 = 1 << 28;

/// What a segment has defined so far.
pub(crate) struct Decoder {
    table: Arc<Table>,
    created_ms: i64,
    /// By the file's number: this table's id plus one, zero: not defined.
    pairs: Paged<u32>,
    sets: Paged<u32>,
    series: Paged<u32>,
    /// What this decoder refers to and has to give back.
    held: Held,
    layouts: HashMap<u32, Known>,
    starts: Vec<u8>,
}

#[derive(Debug, Default)]
struct Held {
    pairs: Vec<u32>,
    sets: Vec<u32>,
    series: Vec<u32>,
}

struct Known {
    series: Arc<Pinned>,
    base: Option<(u32, Box<[f64]>)>,
}

/// What a frame was.
#[derive(Debug)]
pub(crate) enum Decoded {
    /// A definition.
    Nothing,
    /// Points.
    Points(Body),
    /// The segment's end.
    Sealed,
    /// It makes no sense, or needs what was lost.
    Refused,
}

// === impl Decoder ===

impl Decoder {
    pub(crate) fn new(table: &Arc<Table>, head: Head) -> Self {
        Self {
            table: Arc::clone(table),
            created_ms: head.created_ms,
            pairs: Paged::default(),
            sets: Paged::default(),
            series: Paged::default(),
            held: Held::default(),
            layouts: HashMap::new(),
            starts: Vec::new(),
        }
    }

    /// Takes the next frame. With `skip`, points are passed over, but for what later frames refer to.
    pub(crate) fn decode(&mut self, frame: Frame<'_>, skip: bool) -> Decoded {
        let nothing = |done: Option<()>| done.map_or(Decoded::Refused, |()| Decoded::Nothing);
        let payload = frame.payload;
        let count = frame.count as usize;
        match frame.kind {
            Kind::Pairs => nothing(self.pairs(payload)),
            Kind::Sets => nothing(self.sets(payload)),
            Kind::Series => nothing(self.series(payload)),
            Kind::Metadata => nothing(self.metadata(payload)),
            Kind::Layout => nothing(self.layout(payload)),
            Kind::Starts => {
                self.starts.clear();
                self.starts.extend_from_slice(payload);
                Decoded::Nothing
            }
            Kind::Delta if skip => {
                self.starts.clear();
                Decoded::Nothing
            }
            Kind::Base | Kind::Delta => {
                let column = self.column(frame.kind, payload, count);
                self.starts.clear();
                column.map_or(Decoded::Refused, |column| {
                    Decoded::Points(Body::Column(column))
                })
            }
            Kind::Seal => Decoded::Sealed,
            Kind::Stamped | Kind::Histograms | Kind::Exemplars if skip => Decoded::Nothing,
            Kind::Stamped | Kind::Histograms | Kind::Exemplars => self
                .rare(frame.kind, payload, count)
                .map_or(Decoded::Refused, Decoded::Points),
        }
    }

    fn pairs(&mut self, payload: &[u8]) -> Option<()> {
        let mut input = Input::new(payload);
        let table = Arc::clone(&self.table);
        let mut tables = table.write();
        while !input.is_empty() {
            let number = id(&mut input)?;
            let (name, value) = (input.text()?, input.text()?);
            let pair = tables.intern_pair(name.as_bytes(), value.as_bytes());
            self.held.pairs.push(pair);
            *self.pairs.entry(number) = pair + 1;
        }
        Some(())
    }

    fn metadata(&mut self, payload: &[u8]) -> Option<()> {
        let mut input = Input::new(payload);
        while !input.is_empty() {
            let pair = known(&self.pairs, id(&mut input)?)?;
            let kind = metric_type(input.u8()?)?;
            let [family, help, unit] =
                [input.text()?, input.text()?, input.text()?].map(str::to_owned);
            self.table.write().describe(
                pair,
                Metadata {
                    family,
                    kind,
                    help,
                    unit,
                },
            );
        }
        Some(())
    }

    fn sets(&mut self, payload: &[u8]) -> Option<()> {
        let mut input = Input::new(payload);
        let table = Arc::clone(&self.table);
        let mut tables = table.write();
        let mut ids = Vec::new();
        while !input.is_empty() {
            let number = id(&mut input)?;
            ids.clear();
            for _ in 0..input.count()? {
                ids.push(known(&self.pairs, id(&mut input)?)?);
            }
            if !in_order(&tables, &ids) {
                return None;
            }
            let set = tables.intern_set(&ids);
            self.held.sets.push(set);
            *self.sets.entry(number) = set + 1;
        }
        Some(())
    }

    fn series(&mut self, payload: &[u8]) -> Option<()> {
        let mut input = Input::new(payload);
        let table = Arc::clone(&self.table);
        let mut tables = table.write();
        let mut last = SeriesState::default();
        while !input.is_empty() {
            let flags = input.u8()?;
            last.id = if flags & WITH_ID == 0 {
                last.id.wrapping_add(1)
            } else {
                id(&mut input)?
            };
            if flags & WITH_NAME != 0 {
                last.name = input.u32()?.wrapping_sub(1);
            }
            if flags & WITH_SET != 0 {
                last.set = id(&mut input)?;
            }
            let mut extra = NONE;
            if flags & WITH_EXTRA != 0 {
                let number = i64::from(last.extra).checked_add(input.i64()?)?;
                last.extra = u32::try_from(number).ok()?;
                extra = known(&self.pairs, last.extra)?;
            }
            if last.id > MAX_ID {
                return None;
            }
            let name = if last.name == NONE {
                NONE
            } else {
                known(&self.pairs, last.name)?
            };
            let set = known(&self.sets, last.set)?;
            let series = tables.pin_parts(Series { name, extra, set });
            self.held.series.push(series);
            *self.series.entry(last.id) = series + 1;
        }
        Some(())
    }

    fn layout(&mut self, payload: &[u8]) -> Option<()> {
        let mut input = Input::new(payload);
        let number = input.u32()?;
        let count = usize::try_from(input.u64()?).ok()?;
        let mut ids = Vec::new();
        let mut next = 0_i64;
        while !input.is_empty() {
            let first = u32::try_from(next.checked_add(input.i64()?)?).ok()?;
            let length = input.u32()?;
            if ids.len() + length as usize > count {
                return None;
            }
            for number in first..first.checked_add(length)? {
                ids.push(known(&self.series, number)?);
            }
            next = i64::from(first) + i64::from(length);
        }
        if ids.len() != count {
            return None;
        }
        let series = Arc::new(Pinned::new(&self.table, ids.into()));
        self.layouts.insert(number, Known { series, base: None });
        Some(())
    }

    fn column(&mut self, kind: Kind, payload: &[u8], count: usize) -> Option<Column> {
        let mut input = Input::new(payload);
        let layout = self.layouts.get_mut(&input.u32()?)?;
        let base_number = input.u32()?;
        let timestamp_ms = self.created_ms.wrapping_add(input.i64()?);
        if count != layout.series.ids().len() {
            return None;
        }
        let values = if kind == Kind::Base {
            let values = column::read(input.rest(), count, &[])?;
            layout.base = Some((base_number, values.clone()));
            values
        } else {
            let (_, base) = layout
                .base
                .as_ref()
                .filter(|(number, _)| *number == base_number)?;
            column::read(input.rest(), count, base)?
        };
        let starts = rare::read_starts(&self.starts, timestamp_ms).unwrap_or_default();
        Some(Column {
            layout: Arc::clone(&layout.series),
            timestamp_ms,
            values,
            starts,
        })
    }

    fn rare(&mut self, kind: Kind, payload: &[u8], count: usize) -> Option<Body> {
        let created = self.created_ms;
        match kind {
            Kind::Stamped => {
                let (series, samples) = rare::read_stamped(payload, created, count)?;
                Some(Body::Stamped {
                    pinned: self.pin(&series)?,
                    samples,
                })
            }
            Kind::Histograms => {
                let (series, histograms) = rare::read_histograms(payload, created, count)?;
                Some(Body::Histograms {
                    pinned: self.pin(&series)?,
                    histograms,
                })
            }
            _ => {
                let (series, exemplars) = rare::read_exemplars(payload, created, count)?;
                Some(Body::Exemplars {
                    pinned: self.pin(&series)?,
                    exemplars,
                })
            }
        }
    }

    fn pin(&self, numbers: &[u32]) -> Option<Pinned> {
        let ids: Option<Box<[u32]>> = numbers
            .iter()
            .map(|number| known(&self.series, *number))
            .collect();
        Some(Pinned::new(&self.table, ids?))
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        self.layouts.clear();
        let mut tables = self.table.write();
        tables.unpin(&self.held.series);
        for set in &self.held.sets {
            tables.release_set(*set);
        }
        for pair in &self.held.pairs {
            tables.release_pair(*pair);
        }
    }
}

fn id(input: &mut Input<'_>) -> Option<u32> {
    input.u32().filter(|id| *id <= MAX_ID)
}

fn known(ids: &Paged<u32>, number: u32) -> Option<u32> {
    ids.get(number).and_then(|id| id.checked_sub(1))
}

/// Whether the pairs' names ascend, as in every set.
fn in_order(tables: &Tables, ids: &[u32]) -> bool {
    ids.is_sorted_by(|a, b| tables.pair_parts(*a).0 < tables.pair_parts(*b).0)
}

fn metric_type(byte: u8) -> Option<MetricType> {
    const ALL: [MetricType; 8] = [
        MetricType::Unknown,
        MetricType::Counter,
        MetricType::Gauge,
        MetricType::Histogram,
        MetricType::GaugeHistogram,
        MetricType::Summary,
        MetricType::Info,
        MetricType::StateSet,
    ];
    ALL.get(usize::from(byte)).copied()
}
