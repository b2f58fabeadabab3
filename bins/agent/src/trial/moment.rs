//! One moment of a trial: numbers, health, and how they are written down.

use std::fmt::Write as _;
use std::time::Duration;

use outpost_pipeline::{ComponentView, HealthState};
use outpost_receiver::Counts;

use super::numbers::{Flow, Flows};
use super::screen::{Line, Style};
use super::view::Intro;

/// One moment.
pub(super) struct Moment {
    pub(super) elapsed: Duration,
    pub(super) flows: Flows,
    pub(super) rates: (u64, u64),
    pub(super) counts: Counts,
    pub(super) components: Vec<ComponentView>,
    pub(super) warning: Option<String>,
}

// === impl Moment ===

impl Moment {
    /// The whole screen of so many columns and rows, in as many lines as fit where that can be.
    pub(super) fn frame(&self, intro: &Intro, (columns, rows): (usize, usize)) -> Vec<Line> {
        let head = Line::new(Style::Bold, "outpost try").and(
            Style::Dim,
            format!("  {}  Ctrl-C ends it", clock(self.elapsed)),
        );
        let mut above = vec![head];
        above.extend(intro.lines(columns));
        above.push(Line::default());
        above.extend(self.table());
        above.push(Line::default());

        let mut below = vec![Line::default()];
        below.extend(intro.question_lines());
        if let Some(warning) = &self.warning {
            below.push(Line::new(Style::Bad, "last warning ").and(Style::Dim, warning.as_str()));
        }
        // The cursor's own line stands below.
        let room = rows.saturating_sub(above.len() + below.len() + 1).max(2);
        above.extend(self.health(room));
        above.extend(below);
        above
    }

    fn table(&self) -> Vec<Line> {
        let row = |name: &str, flow: &Flow, rate: u64| {
            let style = if flow.dropped > 0 {
                Style::Bad
            } else {
                Style::Plain
            };
            Line::new(Style::Bold, format!("{name:<9}"))
                .and(
                    Style::Plain,
                    format!(
                        "{:>13}{:>13}{:>13}",
                        grouped(flow.collected),
                        grouped(flow.sent),
                        grouped(flow.pending)
                    ),
                )
                .and(style, format!("{:>13}", grouped(flow.dropped)))
                .and(Style::Dim, format!("{:>13}/s", grouped(rate)))
        };
        let head = format!(
            "{:<9}{:>13}{:>13}{:>13}{:>13}",
            "", "collected", "sent", "pending", "dropped"
        );
        let receiver = format!(
            "the receiver holds {} series and {} log streams",
            grouped(self.counts.series),
            grouped(self.counts.streams)
        );
        vec![
            Line::new(Style::Dim, head),
            row("samples", &self.flows.samples, self.rates.0),
            row("lines", &self.flows.lines, self.rates.1),
            Line::new(Style::Dim, receiver),
        ]
    }

    /// The components, those that do not work first, in at most `room` lines.
    fn health(&self, room: usize) -> Vec<Line> {
        let mut all: Vec<&ComponentView> = self.components.iter().collect();
        all.sort_by_key(|view| std::cmp::Reverse(view.health.state > HealthState::Healthy));
        let hidden = all.len().saturating_sub(room);
        let shown = if hidden > 0 { room - 1 } else { all.len() };
        let widest = all.iter().map(|view| view.id.to_string().len()).max();
        let widest = widest.unwrap_or(0);
        let mut lines: Vec<Line> = all
            .iter()
            .take(shown)
            .map(|view| {
                let (mark, style) = match view.health.state {
                    HealthState::Healthy => ("✓ ", Style::Good),
                    HealthState::Unknown => ("· ", Style::Dim),
                    HealthState::Unhealthy | HealthState::Exited => ("✗ ", Style::Bad),
                };
                Line::new(style, mark)
                    .and(Style::Plain, format!("{:<widest$}  ", view.id.to_string()))
                    .and(Style::Dim, view.health.message.as_str())
            })
            .collect();
        if hidden > 0 {
            let more = all.len() - shown;
            lines.push(Line::new(
                Style::Dim,
                format!("  … and {more} more that work or wait"),
            ));
        }
        lines
    }

    /// The numbers in one line.
    pub(super) fn numbers(&self) -> Line {
        let flow = |name: &str, flow: &Flow| {
            format!(
                "{name}: {} collected, {} sent, {} pending, {} dropped",
                flow.collected, flow.sent, flow.pending, flow.dropped
            )
        };
        let text = format!(
            "{}  {}; {}",
            clock(self.elapsed),
            flow("samples", &self.flows.samples),
            flow("lines", &self.flows.lines)
        );
        Line::new(Style::Plain, text)
    }

    /// The same with the components' health.
    pub(super) fn summary(&self) -> Line {
        let works = |view: &&ComponentView| view.health.state == HealthState::Healthy;
        let healthy = self.components.iter().filter(works).count();
        let mut text = format!(
            "; {healthy} of {} components healthy",
            self.components.len()
        );
        let ill = |view: &&ComponentView| view.health.state > HealthState::Unknown;
        for view in self.components.iter().filter(ill) {
            let health = &view.health;
            let _ = write!(
                text,
                "; {} {}: {}",
                view.id,
                health.state.as_str(),
                health.message
            );
        }
        self.numbers().and(Style::Plain, text)
    }
}

fn clock(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// `12345` as `12,345`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
