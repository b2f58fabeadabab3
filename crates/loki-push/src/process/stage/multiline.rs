//! `stage.multiline`: joins the lines of a block to one entry.
//!
//! Blocks are kept apart by labels, source and lane, so standard output and error never mix, nor two containers whose
//! labels are the same by now. The checkpoint stays before a block's first line until all of the block is dealt with:
//! after a crash the block is read again from there, and comes out the same.

use std::collections::HashMap;
use std::time::Duration;

use outpost_model::GoRegex;
use tokio::time::Instant;

use super::decolorize::without_codes;
use super::{expression, required};
use crate::process::chain::Stage;
use crate::process::config::{MultilineConfig, StageError};
use crate::process::item::Item;

type Key = (Vec<(String, String)>, usize, u8);

/// `stage.multiline`.
pub(super) struct Multiline {
    firstline: GoRegex,
    blocks: Blocks,
}

/// The open blocks of a stage that joins lines.
#[derive(Debug)]
pub(super) struct Blocks {
    max_lines: usize,
    max_wait: Duration,
    trim_newlines: bool,
    open: HashMap<Key, Block>,
    /// In the order in which they began.
    order: Vec<Key>,
}

#[derive(Debug)]
struct Block {
    /// The first line; its ticket is the whole block's.
    first: Item,
    text: Vec<u8>,
    lines: usize,
    last_line: Instant,
}

// === impl Multiline ===

impl Multiline {
    pub(super) fn new(config: &MultilineConfig) -> Result<Self, StageError> {
        required("firstline", &config.firstline)?;
        Ok(Self {
            firstline: expression("firstline", &config.firstline)?,
            blocks: Blocks::new(
                config.max_lines.unwrap_or(usize::MAX),
                config.max_wait,
                config.trim_newlines,
            ),
        })
    }
}

impl Stage for Multiline {
    fn run(&mut self, items: &mut Vec<Item>, now: Instant) {
        let mut out = Vec::with_capacity(items.len());
        for item in items.drain(..) {
            let begins = {
                let text = item.text();
                self.firstline.is_match(&without_codes(&text))
            };
            let key = item.stream();
            if begins {
                self.blocks.begin(&key, item, now, &mut out);
            } else {
                self.blocks.go_on(&key, item, now, &mut out);
            }
        }
        *items = out;
    }

    fn due(&self) -> Option<Instant> {
        self.blocks.due()
    }

    fn flush(&mut self, now: Instant, all: bool) -> Vec<Item> {
        self.blocks.flush(now, all)
    }
}

// === impl Blocks ===

impl Blocks {
    pub(super) fn new(max_lines: usize, max_wait: Duration, trim_newlines: bool) -> Self {
        Self {
            max_lines,
            max_wait,
            trim_newlines,
            open: HashMap::new(),
            order: Vec::new(),
        }
    }

    /// A first line: ends the block before it.
    pub(super) fn begin(&mut self, key: &Key, item: Item, now: Instant, out: &mut Vec<Item>) {
        if let Some(block) = self.open.remove(key) {
            out.extend(block.end());
            self.order.retain(|known| known != key);
        }
        let mut block = Block {
            text: Vec::new(),
            lines: 0,
            last_line: now,
            first: item,
        };
        let line = block.first.line.clone();
        block.append(&line, self.trim_newlines);
        self.order.push(key.clone());
        self.open.insert(key.clone(), block);
        self.cut(key, out);
    }

    /// Any other line: goes into the open block, or alone if there is none.
    pub(super) fn go_on(&mut self, key: &Key, mut item: Item, now: Instant, out: &mut Vec<Item>) {
        let Some(block) = self.open.get_mut(key) else {
            out.push(item);
            return;
        };
        block.last_line = now;
        block.first.ticket.absorb(std::mem::take(&mut item.ticket));
        block.append(&item.line, self.trim_newlines);
        self.cut(key, out);
    }

    pub(super) fn is_open(&self, key: &Key) -> bool {
        self.open.contains_key(key)
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.open
            .values()
            .map(|block| block.last_line + self.max_wait)
            .min()
    }

    pub(super) fn flush(&mut self, now: Instant, all: bool) -> Vec<Item> {
        let mut out = Vec::new();
        let (open, max_wait) = (&mut self.open, self.max_wait);
        self.order.retain(|key| {
            let is_due = open
                .get(key)
                .is_none_or(|block| all || block.last_line + max_wait <= now);
            if is_due {
                out.extend(open.remove(key).and_then(Block::end));
            }
            !is_due
        });
        out
    }

    /// Gives out what a block has when it is full; its rest goes out under the same first line.
    fn cut(&mut self, key: &Key, out: &mut Vec<Item>) {
        if let Some(block) = self.open.get_mut(key)
            && block.lines >= self.max_lines
        {
            let mut part = block.first.fork();
            part.line = std::mem::take(&mut block.text).into();
            block.lines = 0;
            out.push(part);
        }
    }
}

// === impl Block ===

impl Block {
    fn append(&mut self, line: &[u8], trim: bool) {
        if !self.text.is_empty() {
            self.text.push(b'\n');
        }
        let mut line = line;
        while trim && let [rest @ .., b'\n' | b'\r'] = line {
            line = rest;
        }
        self.text.extend_from_slice(line);
        self.lines += 1;
    }

    /// The block's entry; None if all of it went out before.
    fn end(mut self) -> Option<Item> {
        if self.lines == 0 {
            self.first.ticket.settle();
            return None;
        }
        self.first.line = self.text.into();
        Some(self.first)
    }
}
