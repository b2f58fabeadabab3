//! Runs collectors on blocking threads, each lane's one after the other, and tells how each one fared.
//!
//! A lane that is not back by the deadline keeps its thread; the page goes out without it, its collectors are told as
//! failed, and it is asked again once it has come back. So at most one thread per lane can hang, and never the agent.
//!
//! It is not: a choice of what is collected (`list`).

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use super::collector::{CollectError, Collector};
use super::host::Host;
use crate::exporter::Page;

/// Collectors that share a thread while a collection lasts.
#[derive(Debug)]
pub(super) struct Lanes {
    lanes: Vec<Lane>,
    host: Arc<Host>,
}

#[derive(Debug)]
struct Lane {
    names: Vec<&'static str>,
    state: State,
}

#[derive(Debug)]
enum State {
    Idle(Box<Work>),
    Busy(JoinHandle<Box<Work>>),
    /// A collector panicked and took its lane with it.
    Lost,
}

/// What a lane's thread takes along and brings back.
#[derive(Debug)]
struct Work {
    collectors: Vec<Named>,
    page: Page,
}

/// A collector and how it fared the last time.
pub(super) struct Named {
    name: &'static str,
    collector: Box<dyn Collector>,
    succeeded: bool,
    took: Duration,
    /// Whether the last failure was told in the log.
    told: bool,
}

struct Outcome {
    name: &'static str,
    succeeded: bool,
    took: Duration,
}

// === impl Lanes ===

impl Lanes {
    /// One lane for each list.
    pub(super) fn new(lists: Vec<Vec<Named>>, host: Arc<Host>) -> Self {
        let lanes = lists
            .into_iter()
            .filter(|list| !list.is_empty())
            .map(|collectors| Lane {
                names: collectors.iter().map(|c| c.name).collect(),
                state: State::Idle(Box::new(Work {
                    collectors,
                    page: Page::new(),
                })),
            })
            .collect();
        Self { lanes, host }
    }

    /// Runs all lanes side by side and puts on `page` what is there by `deadline`.
    pub(super) async fn collect(&mut self, page: &mut Page, deadline: Instant) {
        let started = Instant::now();
        self.start().await;
        self.finish(page, started, deadline).await;
    }

    async fn start(&mut self) {
        for lane in &mut self.lanes {
            lane.reclaim().await;
            lane.start(&self.host);
        }
    }

    async fn finish(&mut self, page: &mut Page, started: Instant, deadline: Instant) {
        let mut outcomes = Vec::new();
        for lane in &mut self.lanes {
            lane.finish(page, deadline).await;
            match &lane.state {
                State::Idle(work) => outcomes.extend(work.collectors.iter().map(|c| Outcome {
                    name: c.name,
                    succeeded: c.succeeded,
                    took: c.took,
                })),
                State::Busy(_) | State::Lost => {
                    let took = started.elapsed();
                    outcomes.extend(lane.names.iter().map(|name| Outcome {
                        name,
                        succeeded: false,
                        took,
                    }));
                }
            }
        }
        outcomes.sort_by_key(|o| o.name);
        put_outcomes(page, &outcomes);
    }
}

// === impl Lane ===

impl Lane {
    /// Takes back work that came home after its deadline.
    async fn reclaim(&mut self) {
        if let State::Busy(handle) = &mut self.state
            && handle.is_finished()
        {
            self.state = match handle.await {
                Ok(work) => State::Idle(work),
                Err(_) => State::Lost,
            };
        }
    }

    fn start(&mut self, host: &Arc<Host>) {
        self.state = match std::mem::replace(&mut self.state, State::Lost) {
            State::Idle(mut work) => {
                let host = Arc::clone(host);
                State::Busy(tokio::task::spawn_blocking(move || {
                    work.run(&host);
                    work
                }))
            }
            other => other,
        };
    }

    async fn finish(&mut self, page: &mut Page, deadline: Instant) {
        if let State::Busy(handle) = &mut self.state {
            match timeout_at(deadline, handle).await {
                Ok(Ok(work)) => {
                    page.extend(&work.page);
                    self.state = State::Idle(work);
                }
                Ok(Err(error)) => {
                    tracing::error!(%error, collectors = ?self.names, "collectors stopped for good");
                    self.state = State::Lost;
                }
                Err(_) => {
                    tracing::warn!(collectors = ?self.names, "collectors are not done in time");
                }
            }
        }
    }
}

// === impl Work ===

impl Work {
    fn run(&mut self, host: &Host) {
        self.page.open();
        for named in &mut self.collectors {
            named.run(host, &mut self.page);
        }
        self.page.close();
    }
}

// === impl Named ===

impl Named {
    /// Gives a collector its name.
    pub(super) fn new(name: &'static str, collector: Box<dyn Collector>) -> Self {
        Self {
            name,
            collector,
            succeeded: false,
            took: Duration::ZERO,
            told: false,
        }
    }

    fn run(&mut self, host: &Host, page: &mut Page) {
        let started = Instant::now();
        let outcome = self.collector.collect(host, page);
        self.took = started.elapsed();
        self.succeeded = outcome.is_ok();
        match outcome {
            Ok(()) => self.told = false,
            Err(CollectError::NoData) => {}
            Err(error) => {
                if !self.told {
                    let cause = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::warn!(collector = self.name, %error, cause, "collector failed");
                }
                self.told = true;
            }
        }
    }
}

impl std::fmt::Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

fn put_outcomes(page: &mut Page, outcomes: &[Outcome]) {
    let mut rows = page.gauge(
        "node_scrape_collector_duration_seconds",
        "How long the collector took.",
    );
    for outcome in outcomes {
        rows.put(&[("collector", outcome.name)], outcome.took.as_secs_f64());
    }
    let mut rows = page.gauge(
        "node_scrape_collector_success",
        "Whether the collector found what it collects.",
    );
    for outcome in outcomes {
        rows.put(
            &[("collector", outcome.name)],
            f64::from(u8::from(outcome.succeeded)),
        );
    }
}

#[cfg(test)]
mod tests;
