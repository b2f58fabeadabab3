//! `processes`: how many processes and threads there are, and what they are doing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

pub(super) struct Processes;

#[derive(Default)]
struct Census {
    processes: u32,
    threads: f64,
    states: BTreeMap<String, u32>,
    thread_states: BTreeMap<String, u32>,
}

impl Collector for Processes {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let census = count(numbered(&host.proc)?);
        let kernel = host.proc.join("sys/kernel");
        let limit = |file: &str| host::number(&kernel.join(file));
        if let Some(limit) = limit("pid_max") {
            page.gauge(
                "node_processes_max_processes",
                "Process numbers that there can be.",
            )
            .set(limit);
        }
        if let Some(limit) = limit("threads-max") {
            page.gauge("node_processes_max_threads", "Threads that there can be.")
                .set(limit);
        }
        page.gauge("node_processes_pids", "Processes.")
            .set(f64::from(census.processes));
        let mut rows = page.gauge("node_processes_state", "Processes in each state.");
        for (state, count) in &census.states {
            rows.put(&[("state", state)], f64::from(*count));
        }
        page.gauge("node_processes_threads", "Threads.")
            .set(census.threads);
        let mut rows = page.gauge("node_processes_threads_state", "Threads in each state.");
        for (state, count) in &census.thread_states {
            rows.put(&[("thread_state", state)], f64::from(*count));
        }
        Ok(())
    }
}

/// Counts what is there; what ends meanwhile is not.
fn count(processes: Vec<PathBuf>) -> Census {
    let mut census = Census::default();
    for dir in processes {
        let Some((state, threads)) = host::read(&dir.join("stat")).ok().and_then(|t| stat(&t))
        else {
            continue;
        };
        census.processes += 1;
        census.threads += threads;
        *census.states.entry(state.clone()).or_default() += 1;
        if threads <= 1.0 {
            *census.thread_states.entry(state).or_default() += 1;
            continue;
        }
        for thread in numbered(&dir.join("task")).unwrap_or_default() {
            if let Some((state, _)) = host::read(&thread.join("stat")).ok().and_then(|t| stat(&t)) {
                *census.thread_states.entry(state).or_default() += 1;
            }
        }
    }
    census
}

fn numbered(dir: &Path) -> Result<Vec<PathBuf>, CollectError> {
    let mut entries = host::list(dir)?;
    entries.retain(|path| host::name(path).parse::<u32>().is_ok());
    Ok(entries)
}

/// The state and the number of threads. The name before them may hold anything, brackets too.
fn stat(text: &str) -> Option<(String, f64)> {
    let (_, rest) = text.rsplit_once(')')?;
    let mut words = rest.split_ascii_whitespace();
    let state = words.next()?.to_owned();
    Some((state, words.nth(16)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_blanks_hides_nothing() {
        let text = "7 (a) S (b) R 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 33 0 5 0";
        assert_eq!(stat(text), Some(("R".to_owned(), 33.0)));
    }
}
