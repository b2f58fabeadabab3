//! What is known of each scheduled target: for `/metrics`, for pushing and for the status page.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::report::label_text;
use crate::{Outcome, ScheduledTarget};

/// How many results the page's bar shows.
const BAR: usize = 60;

/// All targets, in the order of the configuration.
#[derive(Debug, Default)]
pub(crate) struct Board(Mutex<Vec<State>>);

/// What is known of one target.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) target: ScheduledTarget,
    pub(crate) last: Option<Outcome>,
    pub(crate) at: Option<SystemTime>,
    /// Success and latency of the last results, oldest first.
    pub(crate) bar: VecDeque<(bool, Duration)>,
    pub(crate) failure: Option<(SystemTime, String)>,
    attempts: u64,
    successes: u64,
    /// Attempts that the last result took.
    tries: u32,
}

/// One series: family, labels with the target's own, value.
pub type ScheduledSample = (String, Vec<(String, String)>, f64);

// === impl Board ===

impl Board {
    /// Takes the targets of a configuration; what is known of a name that stays is kept.
    pub(crate) fn adopt(&self, targets: &[ScheduledTarget]) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known: BTreeMap<String, State> = states
            .drain(..)
            .map(|state| (state.target.name.clone(), state))
            .collect();
        *states = targets
            .iter()
            .map(|target| match known.remove(&target.name) {
                Some(state) => State {
                    target: target.clone(),
                    ..state
                },
                None => State::new(target),
            })
            .collect();
    }

    pub(crate) fn attempt(&self, name: &str, success: bool) {
        self.with(name, |state| {
            state.attempts += 1;
            state.successes += u64::from(success);
        });
    }

    /// Takes a result, and gives the target's series.
    pub(crate) fn record(&self, name: &str, outcome: Outcome, tries: u32) -> Vec<ScheduledSample> {
        let mut samples = Vec::new();
        self.with(name, |state| {
            let now = SystemTime::now();
            if let Some(failure) = &outcome.failure {
                state.failure = Some((now, format!("{failure}\n\n{}", outcome.log)));
            }
            state.bar.push_back((outcome.success, outcome.duration));
            if state.bar.len() > BAR {
                state.bar.pop_front();
            }
            state.at = Some(now);
            state.tries = tries;
            state.last = Some(outcome);
            samples = state.samples();
        });
        samples
    }

    pub(crate) fn states(&self) -> Vec<State> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Every target's series as a page.
    pub(crate) fn page(&self) -> String {
        let mut families: BTreeMap<String, (&'static str, Vec<String>)> = BTreeMap::new();
        for state in self.states() {
            let Some(last) = &state.last else {
                continue;
            };
            for (name, labels, value) in state.samples() {
                let help = match name.as_str() {
                    ATTEMPTS => "Probes of this target, with each try counted.",
                    SUCCESSES => "Probes of this target that succeeded.",
                    TRIES => "Tries that the last result took.",
                    other => last.report.help(other),
                };
                let line = format!("{name}{} {value}\n", label_text(&labels));
                families
                    .entry(name)
                    .or_insert_with(|| (help, Vec::new()))
                    .1
                    .push(line);
            }
        }
        let mut page = String::new();
        for (name, (help, lines)) in families {
            let kind = if name.ends_with("_total") {
                "counter"
            } else {
                "gauge"
            };
            let _ = write!(page, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
            page.extend(lines);
        }
        page
    }

    fn with(&self, name: &str, change: impl FnOnce(&mut State)) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = states.iter_mut().find(|state| state.target.name == name) {
            change(state);
        }
    }
}

const ATTEMPTS: &str = "probe_attempts_total";
const SUCCESSES: &str = "probe_successes_total";
const TRIES: &str = "probe_tries";

// === impl State ===

impl State {
    fn new(target: &ScheduledTarget) -> Self {
        Self {
            target: target.clone(),
            last: None,
            at: None,
            bar: VecDeque::new(),
            failure: None,
            attempts: 0,
            successes: 0,
            tries: 0,
        }
    }

    fn samples(&self) -> Vec<ScheduledSample> {
        let target = &self.target;
        let mut own = target.labels.clone();
        own.insert("instance".to_owned(), target.target.clone());
        own.insert("module".to_owned(), target.module_name.clone());
        own.insert("name".to_owned(), target.name.clone());
        let with_own = |labels: &[(String, String)]| {
            // The target's labels win, as a scrape's do.
            let mut all: BTreeMap<String, String> = labels.iter().cloned().collect();
            all.extend(own.clone());
            all.into_iter().collect::<Vec<_>>()
        };
        let rows = self.last.iter().flat_map(|outcome| outcome.report.rows());
        let mut samples: Vec<ScheduledSample> = rows
            .map(|(name, labels, value)| (name.to_owned(), with_own(labels), value))
            .collect();
        let counts = [
            (ATTEMPTS, self.attempts as f64),
            (SUCCESSES, self.successes as f64),
            (TRIES, f64::from(self.tries)),
        ];
        samples.extend(counts.map(|(name, value)| (name.to_owned(), with_own(&[]), value)));
        samples
    }
}
