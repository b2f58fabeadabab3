//! What a trial shows: a live screen on a terminal, plain lines elsewhere.

use std::path::PathBuf;
use std::time::Duration;

use outpost_alloy_syntax::Diagnostics;
use outpost_pipeline::Agent;
use outpost_receiver::Receiver;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::find::Found;
use super::journal::Journal;
use super::moment::Moment;
use super::numbers::{Flow, Flows};
use super::ports::Ports;
use super::screen::{Line, Screen, Style};
use crate::console;

/// How often a screen is drawn.
const LIVE: Duration = Duration::from_millis(500);

/// How often a line is written.
const PLAIN: Duration = Duration::from_secs(5);

/// When the first line is written: the first samples have been sent by then.
const FIRST: Duration = Duration::from_secs(3);

/// The columns of a fact's name.
const NAMES: usize = 13;

/// As wide as lines are where nobody looks at a screen.
const NO_WIDTH: usize = 10_000;

/// What does not change.
#[derive(Debug)]
pub(super) struct Intro {
    pub(super) config: PathBuf,
    pub(super) found: String,
    pub(super) left_out: Vec<String>,
    pub(super) advice: Vec<String>,
    pub(super) page: String,
    pub(super) questions: Vec<String>,
}

/// Shows how it goes.
#[derive(Debug)]
pub(super) struct View {
    screen: Option<Screen>,
    journal: Journal,
    begun: Instant,
    before: Option<(Instant, Flows)>,
    rates: (u64, u64),
}

// === impl Intro ===

impl Intro {
    pub(super) fn new(config: PathBuf, found: &Found, ports: &Ports, advice: &Diagnostics) -> Self {
        let (prometheus, loki) = (ports.prometheus.port, ports.loki.port);
        let lines = |call: &str| {
            format!(
                "curl -s -G 'http://localhost:{loki}/loki/api/v1/{call}' \
                 --data-urlencode 'query={{env=\"dev\"}}'"
            )
        };
        Self {
            config,
            found: found.words(),
            left_out: found.left_out.clone(),
            advice: advice.iter().map(|one| one.message.clone()).collect(),
            page: format!("http://localhost:{}/", ports.agent.port),
            questions: vec![
                format!("curl -s 'http://localhost:{prometheus}/api/v1/query?query=up'"),
                lines("query_range"),
                lines("query"),
            ],
        }
    }

    /// What is there, in lines of at most `width` columns.
    pub(super) fn lines(&self, width: usize) -> Vec<Line> {
        let config = self.config.display().to_string();
        let mut facts = vec![
            ("collects", self.found.as_str()),
            ("configured", config.as_str()),
            ("its page", self.page.as_str()),
        ];
        facts.extend(self.left_out.iter().map(|why| ("left out", why.as_str())));
        facts.extend(self.advice.iter().map(|advice| ("mind", advice.as_str())));
        let mut lines = Vec::new();
        for (name, value) in facts {
            let mut name = name;
            for part in wrapped(value, width.saturating_sub(NAMES)) {
                let head = format!("  {name:<width$}", width = NAMES - 2);
                lines.push(Line::new(Style::Dim, head).and(Style::Plain, part));
                name = "";
            }
        }
        lines
    }

    pub(super) fn question_lines(&self) -> Vec<Line> {
        let mut lines = vec![Line::new(
            Style::Bold,
            "Ask the receiver, in another terminal",
        )];
        let question = |text: &String| Line::new(Style::Plain, format!("  {text}"));
        lines.extend(self.questions.iter().map(question));
        lines
    }
}

// === impl View ===

impl View {
    pub(super) fn new(live: bool, journal: Journal) -> Self {
        Self {
            screen: live.then(Screen::new),
            journal,
            begun: Instant::now(),
            before: None,
            rates: (0, 0),
        }
    }

    /// The first words.
    pub(super) fn begin(&mut self, intro: &Intro) {
        if self.screen.is_some() {
            return;
        }
        let mut lines = vec![Line::new(Style::Bold, "outpost try")];
        lines.extend(intro.lines(NO_WIDTH));
        lines.push(Line::default());
        lines.extend(intro.question_lines());
        lines.push(Line::default());
        print(&lines);
    }

    /// Shows how it goes, for ever.
    pub(super) async fn follow(&mut self, intro: &Intro, agent: &Agent, receiver: &Receiver) {
        let live = self.screen.is_some();
        let (first, every) = if live {
            (Duration::ZERO, LIVE)
        } else {
            (FIRST, PLAIN)
        };
        let mut ticks = interval_at(Instant::now() + first, every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let moment = self.moment(agent, receiver);
            match &mut self.screen {
                Some(screen) => {
                    screen.draw(&moment.frame(intro, Screen::size()));
                }
                None => print(&[moment.summary()]),
            }
        }
    }

    /// The last words.
    pub(super) fn end(&mut self, intro: &Intro, agent: &Agent, receiver: &Receiver) {
        let moment = self.moment(agent, receiver);
        if let Some(screen) = &mut self.screen {
            screen.release();
            // Below what the terminal has echoed of Ctrl-C.
            console::out("\n");
        }
        let last = format!(
            "Ended. To go on with this configuration: outpost run {}",
            intro.config.display()
        );
        print(&[moment.numbers(), Line::new(Style::Plain, last)]);
    }

    fn moment(&mut self, agent: &Agent, receiver: &Receiver) -> Moment {
        let now = Instant::now();
        let flows = Flows::of(&agent.metrics_text());
        match &self.before {
            Some((then, before)) if now - *then >= Duration::from_secs(2) => {
                let seconds = (now - *then).as_millis().max(1);
                let rate = |now: Flow, before: Flow| {
                    let more = u128::from(now.collected.saturating_sub(before.collected));
                    u64::try_from(more * 1000 / seconds).unwrap_or(u64::MAX)
                };
                self.rates = (
                    rate(flows.samples, before.samples),
                    rate(flows.lines, before.lines),
                );
                self.before = Some((now, flows));
            }
            Some(_) => {}
            None => self.before = Some((now, flows)),
        }
        Moment {
            elapsed: now - self.begun,
            flows,
            rates: self.rates,
            counts: receiver.counts(),
            components: agent.components(),
            warning: self.journal.last_warning(),
        }
    }
}

fn print(lines: &[Line]) {
    for line in lines {
        console::out(&format!("{}\n", line.plain()));
    }
}

/// `text` in lines of at most `width` columns, broken between words where that can be.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += length;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_facts_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("unbreakable-word x", 5), ["unbreakable-word", "x"]);
        assert_eq!(wrapped("short", 80), ["short"]);
    }
}
