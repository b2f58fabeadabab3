//! What a probe says of its steps, for `debug=true` and for the page.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

/// How many lines one probe may keep; a redirect loop must not grow without end.
const MOST_LINES: usize = 200;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Since the probe began.
    pub after: Duration,
    /// What happened.
    pub text: String,
}

/// The steps of one probe.
#[derive(Clone, Debug)]
pub struct Log {
    start: Instant,
    lines: Vec<Line>,
}

// === impl Log ===

impl Log {
    pub(crate) fn new(start: Instant) -> Self {
        Self {
            start,
            lines: Vec::new(),
        }
    }

    pub(crate) fn say(&mut self, text: impl Into<String>) {
        if self.lines.len() < MOST_LINES {
            self.lines.push(Line {
                after: self.start.elapsed(),
                text: text.into(),
            });
        }
    }

    /// The steps in order.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{:>9.3}ms {}", line.after.as_secs_f64() * 1e3, line.text)?;
        }
        Ok(())
    }
}
