//! `information_schema.processlist`: what the server's threads are doing.

use std::collections::BTreeMap;

use super::config::Processlist;
use super::rows::Answer;
use super::value;
use crate::exporter::Page;

/// What stands for a thread without a state.
const UNKNOWN: &str = "unknown";

pub(super) fn statement(config: &Processlist) -> String {
    format!(
        "SELECT user, SUBSTRING_INDEX(host, ':', 1) AS host, COALESCE(command, '') AS command, \
         COALESCE(state, '') AS state, COUNT(*) AS threads, SUM(time) AS seconds \
         FROM information_schema.processlist WHERE id != CONNECTION_ID() AND time >= {} \
         GROUP BY user, SUBSTRING_INDEX(host, ':', 1), command, state",
        config.min_time
    )
}

pub(super) fn put(answer: &Answer, config: &Processlist, page: &mut Page) {
    let mut states: BTreeMap<(String, String), (f64, f64)> = BTreeMap::new();
    let mut users: BTreeMap<String, f64> = BTreeMap::new();
    let mut hosts: BTreeMap<String, f64> = BTreeMap::new();
    for row in answer.rows() {
        let text = |column| row.get(column).unwrap_or_default();
        let number = |column| row.get(column).and_then(value::float).unwrap_or_default();
        let (threads, seconds) = (number("threads"), number("seconds"));
        let state = states
            .entry((clean(text("command")), clean(text("state"))))
            .or_default();
        state.0 += threads;
        state.1 += seconds;
        let named = |name: &str| if name.is_empty() { UNKNOWN } else { name }.to_owned();
        *users.entry(named(text("user"))).or_default() += threads;
        *hosts.entry(named(text("host"))).or_default() += threads;
    }
    let mut rows = page.gauge(
        "mysql_info_schema_processlist_threads",
        "Threads, by what they do.",
    );
    for ((command, state), (threads, _)) in &states {
        rows.put(&[("command", command), ("state", state)], *threads);
    }
    let mut rows = page.gauge(
        "mysql_info_schema_processlist_seconds",
        "How long threads have been doing it.",
    );
    for ((command, state), (_, seconds)) in &states {
        rows.put(&[("command", command), ("state", state)], *seconds);
    }
    if config.by_host {
        let mut rows = page.gauge(
            "mysql_info_schema_processlist_processes_by_host",
            "Threads, by the client's host.",
        );
        for (host, threads) in &hosts {
            rows.put(&[("client_host", host)], *threads);
        }
    }
    if config.by_user {
        let mut rows = page.gauge(
            "mysql_info_schema_processlist_processes_by_user",
            "Threads, by user.",
        );
        for (user, threads) in &users {
            rows.put(&[("mysql_user", user)], *threads);
        }
    }
}

/// A state as label values go: lower case, blanks and dashes as underscores, without punctuation.
fn clean(text: &str) -> String {
    if text.is_empty() {
        return UNKNOWN.to_owned();
    }
    text.to_lowercase()
        .chars()
        .filter(|c| !matches!(c, ';' | ',' | ':' | '.' | '(' | ')'))
        .map(|c| if matches!(c, ' ' | '-') { '_' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_become_label_values() {
        assert_eq!(
            clean("Waiting for next activation (InnoDB purge-worker)"),
            "waiting_for_next_activation_innodb_purge_worker"
        );
        assert_eq!(clean(""), "unknown");
    }
}
