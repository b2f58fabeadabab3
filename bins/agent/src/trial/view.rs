//! What a trial shows: a live screen on a terminal, plain lines elsewhere.

use std::path::PathBuf;
use std::time::Duration;

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

/// What does not change.
#[derive(Debug)]
pub(super) struct Intro {
    pub(super) config: PathBuf,
    pub(super) found: String,
    pub(super) left_out: Vec<String>,
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
    pub(super) fn new(config: PathBuf, found: &Found, ports: &Ports) -> Self {
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
            page: format!("http://localhost:{}/", ports.agent.port),
            questions: vec![
                format!("curl -s 'http://localhost:{prometheus}/api/v1/query?query=up'"),
                lines("query_range"),
                lines("query"),
            ],
        }
    }

    pub(super) fn lines(&self) -> Vec<Line> {
        let fact = |name: &str, value: &str| {
            Line::new(Style::Dim, format!("  {name:<11}")).and(Style::Plain, value)
        };
        let mut lines = vec![
            fact("collects", &self.found),
            fact("configured", &self.config.display().to_string()),
            fact("looks like", &self.page),
        ];
        lines.extend(self.left_out.iter().map(|why| fact("left out", why)));
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
        lines.extend(intro.lines());
        lines.extend(intro.question_lines());
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
                    let rows = Screen::size().1;
                    screen.draw(&moment.frame(intro, rows));
                }
                None => print(&[moment.summary()]),
            }
        }
    }

    /// The last words.
    pub(super) fn end(&mut self, intro: &Intro, agent: &Agent, receiver: &Receiver) {
        let moment = self.moment(agent, receiver);
        if let Some(screen) = &mut self.screen {
            screen.draw(&moment.frame(intro, Screen::size().1));
            screen.release();
        }
        let last = format!(
            "Ended. To go on with this configuration: outpost run {}",
            intro.config.display()
        );
        print(&[moment.summary(), Line::new(Style::Plain, last)]);
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
