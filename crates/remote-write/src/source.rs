//! One endpoint's way through the log: recent chunks by reference, older ones from segments.

use std::io;
use std::sync::Arc;

use crate::chunk::{Chunk, Position};
use crate::log::{Log, Place};
use crate::wal::reader::{Damage, Next, Reader};

/// Points decoded from a segment in one go.
const POINTS_AT_ONCE: usize = 16 * 1024;

/// An endpoint's reading end.
pub(crate) struct Source {
    log: Arc<Log>,
    name: String,
    at: Position,
    reader: Option<Reader>,
    /// Decoded and not handed out yet, the next one last.
    ready: Vec<Arc<Chunk>>,
}

/// What the source has next.
pub(crate) enum Step {
    /// Points, of which the first so many are done already.
    Chunk(Arc<Chunk>, usize),
    /// All is handed out.
    CaughtUp,
}

// === impl Source ===

impl Source {
    pub(crate) fn new(log: &Arc<Log>, name: &str, at: Position) -> Self {
        Self {
            log: Arc::clone(log),
            name: name.to_owned(),
            at,
            reader: None,
            ready: Vec::new(),
        }
    }

    /// Everything before this was handed out.
    pub(crate) fn position(&self) -> Position {
        self.at
    }

    /// The next chunk; what of the log turned out to be damaged is added to `damage`.
    pub(crate) async fn next(&mut self, damage: &mut Damage) -> io::Result<Step> {
        loop {
            if let Some(chunk) = self.ready.pop() {
                let done =
                    if chunk.at.offset == self.at.offset && chunk.at.segment == self.at.segment {
                        self.at.index as usize
                    } else {
                        0
                    };
                self.at = chunk.end;
                self.log.take(&self.name, self.at);
                if done < chunk.len() {
                    return Ok(Step::Chunk(chunk, done));
                }
                continue;
            }
            let (at, place) = self.log.next(&self.name, self.at);
            if at != self.at {
                // Retention went over this place.
                self.at = at;
                self.reader = None;
            }
            match place {
                Place::Recent(chunk) => {
                    self.reader = None;
                    self.ready.push(chunk);
                }
                Place::Nowhere => {
                    self.reader = None;
                    return Ok(Step::CaughtUp);
                }
                Place::Disk { at, limit } => self.read(at, limit, damage).await?,
            }
        }
    }

    /// Decodes the next part of the segment at `at`, on a thread where that may block.
    async fn read(&mut self, at: Position, limit: u64, damage: &mut Damage) -> io::Result<()> {
        let log = Arc::clone(&self.log);
        let reader = self.reader.take();
        let work = tokio::task::spawn_blocking(move || decode(&log, reader, at, limit));
        let part = work.await.map_err(io::Error::other)??;
        damage.frames += part.damage.frames;
        damage.points += part.damage.points;
        self.ready = part.chunks;
        self.ready.reverse();
        self.reader = part.reader;
        if self.ready.is_empty() {
            self.at = part.at.max(self.at);
        }
        Ok(())
    }
}

/// What was decoded.
struct Part {
    reader: Option<Reader>,
    chunks: Vec<Arc<Chunk>>,
    /// Where reading goes on, if nothing was decoded.
    at: Position,
    damage: Damage,
}

fn decode(log: &Arc<Log>, reader: Option<Reader>, at: Position, limit: u64) -> io::Result<Part> {
    let usable = reader.filter(|reader| reader.position().segment == at.segment);
    let reader = match usable {
        Some(reader) => Some(reader),
        None => Reader::open(&log.table, &log.directory, at)?,
    };
    let nothing = |at| Part {
        reader: None,
        chunks: Vec::new(),
        at,
        damage: Damage::default(),
    };
    let Some(mut reader) = reader else {
        // Gone, or its head is damaged: the whole segment is lost.
        let mut part = nothing(log.segment_from(at.segment + 1));
        part.damage = log
            .lost_segment(at)
            .map_or(Damage::default(), |points| Damage { frames: 1, points });
        return Ok(part);
    };
    let mut chunks = Vec::new();
    let mut points = 0;
    let mut next = at;
    while points < POINTS_AT_ONCE {
        match reader.next(limit)? {
            Next::Chunk(chunk) => {
                points += chunk.len();
                chunks.push(Arc::new(chunk));
            }
            Next::Limit => {
                next = reader.position();
                break;
            }
            Next::End => {
                next = log.segment_from(at.segment + 1);
                let damage = reader.take_damage();
                return Ok(Part {
                    chunks,
                    damage,
                    ..nothing(next)
                });
            }
        }
    }
    let damage = reader.take_damage();
    Ok(Part {
        reader: Some(reader),
        chunks,
        at: next,
        damage,
    })
}
