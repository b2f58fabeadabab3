//! What lookout probes by itself, evenly spread over each interval.

mod board;

pub use board::ScheduledSample;
pub(crate) use board::{Board, State};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};

use crate::{Config, Module, Prober, Request, SecretSource};

/// Between a failed try and the next one.
const PAUSE: Duration = Duration::from_millis(500);

/// A target that is probed on a schedule.
#[derive(Clone, Debug)]
pub struct ScheduledTarget {
    /// What people call it; unique.
    pub name: String,
    /// What is probed.
    pub target: String,
    /// In place of the target's name, as in [`crate::Request`].
    pub hostname: Option<String>,
    /// How, by name.
    pub module_name: String,
    /// How.
    pub module: Module,
    /// From one probe to the next.
    pub interval: Duration,
    /// Labels of every series.
    pub labels: BTreeMap<String, String>,
    /// How often a failed probe is tried again before it counts.
    pub retries: u32,
}

/// Where results are pushed.
#[derive(Clone, Debug)]
pub struct WriteEndpoint {
    /// The receiver's URL.
    pub url: String,
    /// A user and a password.
    pub basic_auth: Option<(String, SecretSource)>,
    /// A bearer token.
    pub bearer: Option<SecretSource>,
}

/// One result of a scheduled target.
#[derive(Clone, Debug)]
pub struct ScheduledResult {
    /// The target's name.
    pub name: String,
    /// Unix time of the result in milliseconds.
    pub timestamp_ms: i64,
    /// Every series of the target.
    pub samples: Vec<ScheduledSample>,
}

/// What the tasks of a schedule share.
#[derive(Clone)]
pub(crate) struct Runner {
    pub(crate) prober: Prober,
    pub(crate) board: Arc<Board>,
    pub(crate) results: Option<mpsc::Sender<ScheduledResult>>,
}

// === impl Runner ===

impl Runner {
    /// Probes the targets of each configuration in turn, until the last sender of configurations is gone.
    pub(crate) async fn run(self, mut configs: watch::Receiver<Arc<Config>>) {
        loop {
            let config = Arc::clone(&configs.borrow_and_update());
            self.board.adopt(&config.targets);
            let start = Instant::now();
            let mut tasks = JoinSet::new();
            for (at, target) in config.targets.iter().enumerate() {
                let first = start + offset(target.interval, at, config.targets.len());
                tasks.spawn(self.clone().keep_probing(target.clone(), first));
            }
            if configs.changed().await.is_err() {
                return;
            }
        }
    }

    async fn keep_probing(self, target: ScheduledTarget, first: Instant) {
        let mut ticks = interval_at(first, target.interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            ticks.tick().await;
            let result = self.probe(&target).await;
            if let Some(results) = &self.results {
                // A full queue waits here: the receiver's log is on disk and does not wait for a network.
                let _ = results.send(result).await;
            }
        }
    }

    async fn probe(&self, target: &ScheduledTarget) -> ScheduledResult {
        let request = Request {
            target: target.target.clone(),
            hostname: target.hostname.clone(),
        };
        let tries = target.retries.saturating_add(1);
        let share = (target.interval / tries)
            .saturating_sub(PAUSE / 2)
            .max(PAUSE);
        let mut done = 0;
        let outcome = loop {
            let outcome = self.prober.probe(&target.module, &request, share).await;
            done += 1;
            self.board.attempt(&target.name, outcome.success);
            if outcome.success || done >= tries {
                break outcome;
            }
            sleep(PAUSE.min(share)).await;
        };
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        ScheduledResult {
            name: target.name.clone(),
            timestamp_ms: i64::try_from(now.as_millis()).unwrap_or(i64::MAX),
            samples: self.board.record(&target.name, outcome, done),
        }
    }
}

/// When the first of a target's probes is due: the targets of one interval do not start together.
fn offset(interval: Duration, at: usize, of: usize) -> Duration {
    let (at, of) = (at as f64, of.max(1) as f64);
    interval.mul_f64((at + 0.5) / of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_spread_evenly_over_the_interval() {
        let minute = Duration::from_secs(60);
        let offsets: Vec<_> = (0..4)
            .map(|at| offset(minute, at, 4).as_secs_f64())
            .collect();
        assert_eq!(offsets, [7.5, 22.5, 37.5, 52.5]);
    }
}
