//! `stage.cri`: lines of container runtimes, `TIME STREAM FLAG TEXT`, whose parts are joined.

use std::collections::HashMap;

use tokio::time::Instant;

use crate::docker_time::parse_rfc3339;
use crate::process::chain::Stage;
use crate::process::config::{CriConfig, StageError};
use crate::process::context::ProcessMetrics;
use crate::process::item::Item;
use crate::process::value::Value;
use crate::{Ticket, Timestamp};

type Key = (Vec<(String, String)>, usize, u8);

/// Takes lines apart and joins partial ones.
pub(super) struct Cri {
    max_partials: usize,
    /// Bytes at which a partial line is cut.
    cut_at: Option<usize>,
    partials: HashMap<Key, Item>,
    /// The order in which partial lines began.
    order: Vec<Key>,
    metrics: ProcessMetrics,
}

// === impl Cri ===

impl Cri {
    pub(super) fn new(config: &CriConfig, metrics: &ProcessMetrics) -> Result<Self, StageError> {
        if config.max_partial_lines == 0 {
            return Err(StageError::of(
                "max_partial_lines",
                "max_partial_lines must be greater than 0",
            ));
        }
        Ok(Self {
            max_partials: config.max_partial_lines,
            cut_at: config.truncate.then_some(config.max_partial_line_size),
            partials: HashMap::new(),
            order: Vec::new(),
            metrics: metrics.clone(),
        })
    }

    fn take(&mut self, mut item: Item, out: &mut Vec<Item>) {
        let Some(is_partial) = take_apart(&mut item) else {
            out.push(item);
            return;
        };
        let key = item.stream();
        if !is_partial {
            if let Some(before) = self.partials.remove(&key) {
                self.order.retain(|known| *known != key);
                item = self.join(before, item);
            }
            out.push(item);
            return;
        }
        if self.partials.len() >= self.max_partials {
            self.metrics
                .partial_lines_flushed
                .inc_by(self.partials.len() as u64);
            for key in self.order.drain(..) {
                out.extend(self.partials.remove(&key));
            }
        }
        let item = if let Some(before) = self.partials.remove(&key) {
            self.join(before, item)
        } else {
            self.order.push(key.clone());
            self.cut(&mut item);
            item
        };
        self.partials.insert(key, item);
    }

    /// The later part with the text of both.
    fn join(&self, before: Item, mut item: Item) -> Item {
        let mut text = before.line.to_vec();
        text.extend_from_slice(&item.line);
        item.line = text.into();
        let mut ticket: Ticket = before.ticket;
        ticket.absorb(std::mem::take(&mut item.ticket));
        item.ticket = ticket;
        self.cut(&mut item);
        item
    }

    fn cut(&self, item: &mut Item) {
        if let Some(limit) = self.cut_at
            && item.line.len() > limit
        {
            item.line.truncate(limit);
            self.metrics.lines_truncated.inc();
        }
    }
}

impl Stage for Cri {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        let mut out = Vec::with_capacity(items.len());
        for item in items.drain(..) {
            self.take(item, &mut out);
        }
        *items = out;
    }
}

/// Takes time, stream and flag off the line; says whether the line goes on. None: it is no such line.
fn take_apart(item: &mut Item) -> Option<bool> {
    let text = item.text().into_owned();
    let (time, rest) = text.split_once(' ')?;
    if time.is_empty() || time.contains(char::is_whitespace) {
        return None;
    }
    let stream = ["stdout", "stderr"]
        .into_iter()
        .find(|stream| rest.starts_with(&format!("{stream} ")))?;
    let rest = rest.get(stream.len() + 1..)?;
    let (flag, content) = match rest.as_bytes().first() {
        Some(b'F') => ("F", rest.get(1..)?),
        Some(b'P') => ("P", rest.get(1..)?),
        _ => ("F", rest),
    };
    let content = content.strip_prefix(' ').unwrap_or(content);
    for (name, value) in [
        ("time", time),
        ("stream", stream),
        ("flags", flag),
        ("content", content),
    ] {
        item.extracted.set(name, Value::Text(value.to_owned()));
    }
    item.labels.set("stream", stream);
    if let Some(nanos) = parse_rfc3339(time.as_bytes()) {
        item.timestamp = Timestamp::from_unix_nanos(nanos);
    }
    item.set_text(content.to_owned());
    Some(flag == "P")
}
