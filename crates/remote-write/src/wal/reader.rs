//! Reads one segment from its beginning, frame by frame, past damage, to a place given or to its end.
//!
//! Blocking file calls; the window over the file is as large as the largest frame. Frames before the position asked for
//! are decoded for what they define, and passed over.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::decoder::{Decoded, Decoder};
use super::frame::{self, Found, Kind};
use super::segment::{self, Head};
use crate::chunk::{Chunk, Position};
use crate::points::Counts;
use crate::table::Table;

/// Bytes asked of the file at once.
const STEP: usize = 256 << 10;

/// Reads one segment.
pub(crate) struct Reader {
    window: Window,
    number: u64,
    decoder: Decoder,
    /// Chunks that end before this are passed over.
    from: u64,
    /// What was found damaged and not reported yet.
    damage: Damage,
}

/// The bytes of a file from `offset` on.
struct Window {
    file: File,
    offset: u64,
    bytes: Vec<u8>,
    used: usize,
}

/// What could not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Damage {
    /// Damaged frames, and frames that need what was in them.
    pub(crate) frames: u64,
    /// Points that were in them, as far as their heads tell.
    pub(crate) points: Counts,
    /// Where in the segment the first of them stands.
    pub(crate) first: Option<u64>,
}

/// What comes next in a segment.
#[derive(Debug)]
pub(crate) enum Next {
    /// Points.
    Chunk(Chunk),
    /// Nothing before the limit; more may be written.
    Limit,
    /// Nothing more, ever.
    End,
}

// === impl Reader ===

impl Reader {
    /// Opens the segment of `position`, to read from there on. `None`: it is gone, or its head is damaged.
    pub(crate) fn open(
        table: &Arc<Table>,
        directory: &Path,
        position: Position,
    ) -> io::Result<Option<Self>> {
        let file = match File::open(segment::path(directory, position.segment)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut window = Window {
            file,
            offset: 0,
            bytes: Vec::new(),
            used: 0,
        };
        window.fill(segment::HEAD, u64::MAX)?;
        let Some(head) = Head::decode(window.rest()).filter(|head| head.number == position.segment)
        else {
            return Ok(None);
        };
        window.advance(segment::HEAD);
        Ok(Some(Self {
            window,
            number: head.number,
            decoder: Decoder::new(table, head),
            from: position.offset,
            damage: Damage::default(),
        }))
    }

    /// Where the next frame begins.
    pub(crate) fn position(&self) -> Position {
        let offset = self.window.place().max(self.from);
        Position {
            segment: self.number,
            offset,
            index: 0,
        }
    }

    /// What was found damaged since the last call.
    pub(crate) fn take_damage(&mut self) -> Damage {
        std::mem::take(&mut self.damage)
    }

    /// The next points before `limit`, up to which the file is known to be whole.
    pub(crate) fn next(&mut self, limit: u64) -> io::Result<Next> {
        // Start times stand before their column: a chunk begins with them.
        let mut start = None;
        loop {
            let at = self.window.place();
            if at >= limit {
                return Ok(Next::Limit);
            }
            let rest = self.window.rest();
            let (frame, length) = match frame::find(rest) {
                Found::Frame(frame) => (frame, frame::HEAD + frame.payload.len()),
                Found::Short(length) => {
                    if self.window.fill(length, limit)? {
                        continue;
                    }
                    if self.window.rest().is_empty() {
                        return Ok(Next::End);
                    }
                    // Cut off, or a length that is damaged: only a further frame tells.
                    let before = self.damage;
                    self.note_damage();
                    if !self.resynchronise(limit)? {
                        if limit == u64::MAX {
                            self.damage = before;
                        }
                        return Ok(self.past_damage(limit));
                    }
                    start = None;
                    continue;
                }
                Found::Damaged => {
                    self.note_damage();
                    if !self.resynchronise(limit)? {
                        return Ok(self.past_damage(limit));
                    }
                    start = None;
                    continue;
                }
            };
            let end = at + length as u64;
            let (kind, count) = (frame.kind, frame.count);
            let skip = end <= self.from;
            let decoded = self.decoder.decode(frame, skip);
            self.window.advance(length);
            let place = |offset| Position {
                segment: self.number,
                offset,
                index: 0,
            };
            match decoded {
                Decoded::Sealed => return Ok(Next::End),
                Decoded::Points(body) if !skip => {
                    let at = place(start.unwrap_or(at));
                    return Ok(Next::Chunk(Chunk {
                        at,
                        end: place(end),
                        body,
                    }));
                }
                Decoded::Refused => {
                    if !skip {
                        self.damage.add(at, counts(kind, u64::from(count)));
                    }
                    start = None;
                }
                Decoded::Nothing if kind == Kind::Starts => start = Some(at),
                Decoded::Nothing | Decoded::Points(_) => start = None,
            }
        }
    }

    /// Counts the frame that should stand here, as far as its head can be believed.
    fn note_damage(&mut self) {
        if self.window.place() < self.from {
            return;
        }
        let mut points = Counts::default();
        let head = self.window.rest().first_chunk::<{ frame::HEAD }>();
        if let Some([a, b, c, d, .., kind, _, _, _, c0, c1, c2, c3]) = head
            && [*a, *b, *c, *d] == frame::MAGIC
            && let Some(kind) = Kind::from_byte(*kind)
        {
            let count = u32::from_le_bytes([*c0, *c1, *c2, *c3]);
            points = counts(kind, u64::from(count));
        }
        self.damage.add(self.window.place(), points);
    }

    /// Where damage up to `limit` leads: in a segment that is still written, to what comes next in it.
    fn past_damage(&mut self, limit: u64) -> Next {
        if limit == u64::MAX {
            return Next::End;
        }
        self.window.skip_to(limit);
        Next::Limit
    }

    /// Goes on to the next place where a frame can begin; false if there is none before `limit`.
    fn resynchronise(&mut self, limit: u64) -> io::Result<bool> {
        let mut from = 1;
        loop {
            if let Some(at) = frame::next_magic(self.window.rest(), from) {
                self.window.advance(at);
                return Ok(true);
            }
            let length = self.window.rest().len();
            from = length.saturating_sub(frame::MAGIC.len() - 1).max(1);
            if length > frame::MAX_PAYLOAD {
                self.window.advance(from);
                from = 1;
            }
            if !self.window.fill(self.window.rest().len() + 1, limit)? {
                return Ok(false);
            }
        }
    }
}

// === impl Damage ===

impl Damage {
    /// One more frame, at `offset`.
    fn add(&mut self, offset: u64, points: Counts) {
        self.frames += 1;
        self.points += points;
        self.first.get_or_insert(offset);
    }
}

// === impl Window ===

impl Window {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.used..).unwrap_or_default()
    }

    /// Where [`Self::rest`] begins in the file.
    fn place(&self) -> u64 {
        self.offset + self.used as u64
    }

    fn advance(&mut self, length: usize) {
        self.used = (self.used + length).min(self.bytes.len());
    }

    fn skip_to(&mut self, place: u64) {
        self.bytes.clear();
        (self.offset, self.used) = (place, 0);
    }

    /// Gets `length` bytes into the window, none from `limit` on; false if there are not that many.
    fn fill(&mut self, length: usize, limit: u64) -> io::Result<bool> {
        if self.rest().len() >= length {
            return Ok(true);
        }
        self.bytes.drain(..self.used);
        self.offset += self.used as u64;
        self.used = 0;
        while self.bytes.len() < length {
            let at = self.offset + self.bytes.len() as u64;
            let most = usize::try_from(limit.saturating_sub(at)).unwrap_or(usize::MAX);
            let step = STEP.max(length - self.bytes.len()).min(most);
            let had = self.bytes.len();
            self.bytes.resize(had + step, 0);
            let read = self
                .file
                .read_at(self.bytes.get_mut(had..).unwrap_or_default(), at);
            let read = match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    self.bytes.truncate(had);
                    continue;
                }
                read => read,
            };
            self.bytes
                .truncate(had + read.as_ref().map_or(0, |read| *read));
            if read? == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn counts(kind: Kind, points: u64) -> Counts {
    let none = Counts::default();
    match kind {
        Kind::Base | Kind::Delta | Kind::Stamped => Counts {
            samples: points,
            ..none
        },
        Kind::Histograms => Counts {
            histograms: points,
            ..none
        },
        Kind::Exemplars => Counts {
            exemplars: points,
            ..none
        },
        _ => none,
    }
}

/// Counts the points of a segment from `from` on, by the frames' heads alone.
pub(crate) fn count(directory: &Path, from: Position) -> io::Result<Counts> {
    let file = File::open(segment::path(directory, from.segment))?;
    let length = file.metadata()?.len();
    let mut at = segment::HEAD as u64;
    let mut total = Counts::default();
    // Of the first frame with points.
    let mut done = from.index;
    let mut head = [0; frame::HEAD];
    while at + frame::HEAD as u64 <= length {
        file.read_exact_at(&mut head, at)?;
        let [
            a,
            b,
            c,
            d,
            l0,
            l1,
            l2,
            l3,
            _,
            _,
            _,
            _,
            kind,
            _,
            _,
            _,
            c0,
            c1,
            c2,
            c3,
        ] = head;
        if [a, b, c, d] != frame::MAGIC {
            // Damage: what follows is counted when it is read.
            break;
        }
        let end = at + frame::HEAD as u64 + u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
        if end > from.offset && end <= length {
            let mut points = u64::from(u32::from_le_bytes([c0, c1, c2, c3]));
            if points > 0 {
                points = points.saturating_sub(u64::from(std::mem::take(&mut done)));
            }
            total += Kind::from_byte(kind).map_or(Counts::default(), |kind| counts(kind, points));
        }
        at = end;
    }
    Ok(total)
}
