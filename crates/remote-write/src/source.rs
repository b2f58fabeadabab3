//! One endpoint's way through the log: recent chunks by reference, older ones from segments.

use std::io;
use std::sync::Arc;

use crate::chunk::{Chunk, Position};
use crate::log::{Log, Place};
use crate::wal::reader::{Damage, Next, Reader};
use crate::wal::segment;

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
    /// Where reading goes on behind what is ready.
    then: Position,
    /// The last segment whose damage was logged.
    told: Option<u64>,
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
            then: at,
            told: None,
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
            // Not from the last chunk's end: damage that stands behind it would be found and counted again.
            self.at = self.at.max(self.then);
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
        if part.damage.frames > 0 && self.told.replace(at.segment) != Some(at.segment) {
            self.tell(at, part.damage);
        }
        damage.frames += part.damage.frames;
        damage.points += part.damage.points;
        self.ready = part.chunks;
        self.ready.reverse();
        self.reader = part.reader;
        self.then = part.at;
        Ok(())
    }

    /// Logs damage, once a segment; the metrics have all of it.
    fn tell(&self, at: Position, damage: Damage) {
        let Damage {
            frames,
            points,
            first,
        } = damage;
        tracing::warn!(
            endpoint = self.name,
            path = %segment::path(&self.log.directory, at.segment).display(),
            offset = first.unwrap_or(0),
            frames,
            samples = points.samples,
            histograms = points.histograms,
            exemplars = points.exemplars,
            "the log is damaged: what stood there is lost for this endpoint, reading goes on behind it"
        );
    }
}

/// What was decoded.
struct Part {
    reader: Option<Reader>,
    chunks: Vec<Arc<Chunk>>,
    /// Where reading goes on behind the chunks.
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
            .map_or(Damage::default(), |points| Damage {
                frames: 1,
                points,
                first: Some(0),
            });
        return Ok(part);
    };
    let mut chunks = Vec::new();
    let mut points = 0;
    let mut next = at;
    while points < POINTS_AT_ONCE {
        match reader.next(limit)? {
            Next::Chunk(chunk) => {
                points += chunk.len();
                next = chunk.end;
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
