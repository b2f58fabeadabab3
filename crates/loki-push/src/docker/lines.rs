//! Joins records to lines.
//!
//! The daemon cuts a long line into records of its buffer's size, all but the last without a newline, all with the time
//! of the first. A record without a newline whose successor on the same stream has another time was a line without an
//! end: the container's last words, or a driver that leaves the newline out.

use bytes::{Bytes, BytesMut};

use crate::Ticket;

/// A line is cut here, and says so.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;
/// What a line that was cut ends in.
const CUT_MARK: &[u8] = b" [cut by outpost: longer than 1 MiB]";

/// One record as the daemon sends it, its time taken off.
#[derive(Debug)]
pub struct Record {
    /// Unix time in nanoseconds.
    pub time: i64,
    /// What was written, with its newline if it has one.
    pub payload: Bytes,
    /// The record's claim on the checkpoint.
    pub ticket: Ticket,
}

/// A whole line.
#[derive(Debug)]
pub struct Line {
    /// Unix time in nanoseconds, of its first record.
    pub time: i64,
    /// Without newline and one carriage return before it.
    pub text: Bytes,
    /// The claims of all its records.
    pub ticket: Ticket,
}

/// Joins the records of one stream of one container.
#[derive(Debug, Default)]
pub struct LineJoiner {
    part: Option<Part>,
}

#[derive(Debug)]
struct Part {
    time: i64,
    text: BytesMut,
    ticket: Ticket,
    last_record: usize,
    cut: bool,
}

// === impl LineJoiner ===

impl LineJoiner {
    /// Takes a record; hands the lines that it ends to `out`, which are two if the one before had no end.
    pub fn push(&mut self, record: Record, out: &mut Vec<Line>) {
        if self
            .part
            .as_ref()
            .is_some_and(|part| part.time != record.time)
        {
            out.extend(self.flush());
        }
        let ended = record.payload.ends_with(b"\n");
        match &mut self.part {
            Some(part) => part.append(&record.payload, record.ticket),
            None if ended => {
                out.push(Line {
                    time: record.time,
                    text: trim(record.payload),
                    ticket: record.ticket,
                });
                return;
            }
            None => {
                let mut part = Part {
                    time: record.time,
                    text: BytesMut::new(),
                    ticket: Ticket::none(),
                    last_record: 0,
                    cut: false,
                };
                part.append(&record.payload, record.ticket);
                self.part = Some(part);
            }
        }
        if ended {
            out.extend(self.flush());
        }
    }

    /// The line that has no end yet, as it is: nothing more will come.
    pub fn flush(&mut self) -> Option<Line> {
        self.part.take().map(Part::end)
    }

    /// Whether a line has no end yet.
    pub fn is_open(&self) -> bool {
        self.part.is_some()
    }

    /// Whether a line has no end yet but its last record was too short for more to follow.
    pub fn is_complete_without_newline(&self) -> bool {
        // The daemon's usual buffer; drivers with a smaller one do not keep logs that can be read.
        const FULL_RECORD: usize = 16 * 1024;
        self.part
            .as_ref()
            .is_some_and(|part| part.last_record < FULL_RECORD)
    }
}

// === impl Part ===

impl Part {
    fn append(&mut self, payload: &[u8], ticket: Ticket) {
        self.ticket.absorb(ticket);
        self.last_record = payload.len();
        let room = MAX_LINE_BYTES.saturating_sub(self.text.len());
        let kept = payload.get(..room.min(payload.len())).unwrap_or_default();
        self.text.extend_from_slice(kept);
        // A lone newline past the limit is no loss.
        self.cut |= kept.len() < payload.len() && payload.get(kept.len()..) != Some(b"\n");
    }

    fn end(mut self) -> Line {
        if self.cut {
            self.text.truncate(MAX_LINE_BYTES - CUT_MARK.len());
            self.text.extend_from_slice(CUT_MARK);
        }
        Line {
            time: self.time,
            text: trim(self.text.freeze()),
            ticket: self.ticket,
        }
    }
}

fn trim(mut text: Bytes) -> Bytes {
    if text.ends_with(b"\n") {
        text.truncate(text.len() - 1);
    }
    if text.ends_with(b"\r") {
        text.truncate(text.len() - 1);
    }
    text
}
