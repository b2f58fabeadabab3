//! What a segment must say before it can name series by number: labels, sets, series, metadata.
//!
//! Numbers are the table's ids, so writing one means nothing but looking at a bit: said in this segment, or not yet. An
//! id that was freed and given again is said again; the later definition holds from there on.

use super::frame::{self, Kind};
use crate::table::{NONE, Series, Tables};
use crate::varint::{put_bytes, put_i64, put_len, put_u64};

/// The id follows (else it is the one before plus one).
pub(crate) const WITH_ID: u8 = 1;
/// The name's pair follows (else it is that of the one before).
pub(crate) const WITH_NAME: u8 = 2;
/// The set follows (else it is that of the one before).
pub(crate) const WITH_SET: u8 = 4;
/// There is a pair of `le` or `quantile`, as a difference to the last one.
pub(crate) const WITH_EXTRA: u8 = 8;

/// Payloads under construction; kept between batches for their memory.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    pairs: Vec<u8>,
    metadata: Vec<u8>,
    sets: Vec<u8>,
    series: Vec<u8>,
    last: SeriesState,
}

/// What the coding of a series refers to: the one before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeriesState {
    pub(crate) id: u32,
    pub(crate) name: u32,
    pub(crate) set: u32,
    /// The last one that there was.
    pub(crate) extra: u32,
}

// === impl SeriesState ===

/// Before the first series of a frame.
impl Default for SeriesState {
    fn default() -> Self {
        Self {
            id: u32::MAX,
            name: NONE,
            set: 0,
            extra: 0,
        }
    }
}

// === impl Definitions ===

impl Definitions {
    /// Appends the frames that define those of `ids` that the segment does not define yet.
    pub(crate) fn put(&mut self, buffer: &mut Vec<u8>, tables: &mut Tables, ids: &[u32]) {
        for payload in [
            &mut self.pairs,
            &mut self.metadata,
            &mut self.sets,
            &mut self.series,
        ] {
            payload.clear();
        }
        self.last = SeriesState::default();
        for id in ids {
            if tables.defined.series.insert(*id)
                && let Some(series) = tables.series(*id)
            {
                self.define_set(tables, series.set);
                for pair in [series.name, series.extra] {
                    self.define_pair(tables, pair);
                }
                self.put_series(*id, series);
            }
        }
        let payloads = [
            (Kind::Pairs, &self.pairs),
            (Kind::Metadata, &self.metadata),
            (Kind::Sets, &self.sets),
            (Kind::Series, &self.series),
        ];
        for (kind, payload) in payloads {
            if !payload.is_empty() {
                frame::put(buffer, kind, 0, |out| out.extend_from_slice(payload));
            }
        }
    }

    fn define_pair(&mut self, tables: &mut Tables, pair: u32) {
        if pair == NONE || !tables.defined.pairs.insert(pair) {
            return;
        }
        let (name, value) = tables.pair_parts(pair);
        put_u64(&mut self.pairs, u64::from(pair));
        put_bytes(&mut self.pairs, name);
        put_bytes(&mut self.pairs, value);
        if let Some(metadata) = tables.metadata(pair) {
            put_u64(&mut self.metadata, u64::from(pair));
            self.metadata.push(metadata.kind as u8);
            for text in [&metadata.family, &metadata.help, &metadata.unit] {
                put_bytes(&mut self.metadata, text.as_bytes());
            }
        }
    }

    fn define_set(&mut self, tables: &mut Tables, set: u32) {
        if !tables.defined.sets.insert(set) {
            return;
        }
        let pairs = tables
            .set(set)
            .map(|set| set.pairs.clone())
            .unwrap_or_default();
        put_u64(&mut self.sets, u64::from(set));
        put_len(&mut self.sets, pairs.len());
        for pair in pairs {
            self.define_pair(tables, pair);
            put_u64(&mut self.sets, u64::from(pair));
        }
    }

    fn put_series(&mut self, id: u32, series: Series) {
        let last = self.last;
        let flags = [
            (WITH_ID, id != last.id.wrapping_add(1)),
            (WITH_NAME, series.name != last.name),
            (WITH_SET, series.set != last.set),
            (WITH_EXTRA, series.extra != NONE),
        ];
        let set = |flags: u8, (flag, on): &(u8, bool)| if *on { flags | flag } else { flags };
        let flags = flags.iter().fold(0, set);
        self.series.push(flags);
        if flags & WITH_ID != 0 {
            put_u64(&mut self.series, u64::from(id));
        }
        if flags & WITH_NAME != 0 {
            // Zero stands for a series without a name.
            put_u64(&mut self.series, u64::from(series.name.wrapping_add(1)));
        }
        if flags & WITH_SET != 0 {
            put_u64(&mut self.series, u64::from(series.set));
        }
        if flags & WITH_EXTRA != 0 {
            put_i64(
                &mut self.series,
                i64::from(series.extra) - i64::from(last.extra),
            );
        }
        self.last = SeriesState {
            id,
            name: series.name,
            set: series.set,
            extra: if series.extra == NONE {
                last.extra
            } else {
                series.extra
            },
        };
    }
}

/// Appends the frame that defines layout `number`: runs of ids that count up by one.
pub(crate) fn put_layout(buffer: &mut Vec<u8>, number: u32, ids: &[u32]) {
    frame::put(buffer, Kind::Layout, 0, |out| {
        put_u64(out, u64::from(number));
        put_len(out, ids.len());
        let mut expected = 0;
        for run in ids.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
            let first = run.first().map_or(0, |id| i64::from(*id));
            put_i64(out, first - expected);
            put_len(out, run.len());
            expected = first + i64::try_from(run.len()).unwrap_or(i64::MAX);
        }
    });
}
