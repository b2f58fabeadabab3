//! `SHOW GLOBAL STATUS`: most lines a family of their own, some groups a family with a label.

use std::collections::BTreeMap;

use outpost_model::MetricType;

use super::rows::Answer;
use super::value;
use crate::exporter::Page;

/// A group of lines: what their names begin with, the family, its label, its type, its help.
struct Group {
    prefix: &'static str,
    family: &'static str,
    label: &'static str,
    kind: MetricType,
    help: &'static str,
}

const GROUPS: [Group; 5] = [
    Group {
        prefix: "com_",
        family: "mysql_global_status_commands_total",
        label: "command",
        kind: MetricType::Counter,
        help: "Statements run, by command.",
    },
    Group {
        prefix: "handler_",
        family: "mysql_global_status_handlers_total",
        label: "handler",
        kind: MetricType::Counter,
        help: "Calls of the storage engines, by kind.",
    },
    Group {
        prefix: "connection_errors_",
        family: "mysql_global_status_connection_errors_total",
        label: "error",
        kind: MetricType::Counter,
        help: "Connections that failed, by cause.",
    },
    Group {
        prefix: "innodb_rows_",
        family: "mysql_global_status_innodb_row_ops_total",
        label: "operation",
        kind: MetricType::Counter,
        help: "InnoDB rows touched, by operation.",
    },
    Group {
        prefix: "performance_schema_",
        family: "mysql_global_status_performance_schema_lost_total",
        label: "instrumentation",
        kind: MetricType::Counter,
        help: "What the performance schema had no room for, by kind.",
    },
];
/// The group that becomes several families.
const BUFFER_POOL: &str = "innodb_buffer_pool_pages_";
/// States of the buffer pool's pages; other lines of the group count changes.
const PAGE_STATES: [&str; 4] = ["data", "free", "misc", "old"];

type Grouped<'a> =
    BTreeMap<&'static str, (&'static str, MetricType, &'static str, Vec<(String, f64)>)>;

pub(super) fn put(answer: &Answer, page: &mut Page) {
    let mut grouped: Grouped<'_> = BTreeMap::new();
    let mut cluster = Vec::new();
    for row in answer.rows() {
        let key = clean(row.at(0));
        let Some(value) = value::number(row.at(1)) else {
            cluster.push((key, row.at(1)));
            continue;
        };
        if let Some((family, label, kind, help, of)) = group(&key) {
            grouped
                .entry(family)
                .or_insert((label, kind, help, Vec::new()))
                .3
                .push((of, value));
        } else if !key.starts_with(BUFFER_POOL) {
            page.untyped(
                format!("mysql_global_status_{key}"),
                "A line of SHOW GLOBAL STATUS.",
            )
            .set(value);
        }
    }
    for (family, (label, kind, help, values)) in grouped {
        let mut rows = page.family(family, kind, help);
        for (of, value) in values {
            if label.is_empty() {
                rows.set(value);
            } else {
                rows.put(&[(label, &of)], value);
            }
        }
    }
    put_galera(&cluster, page);
}

/// The family, label and label value of a line that belongs to a group.
fn group(key: &str) -> Option<(&'static str, &'static str, MetricType, &'static str, String)> {
    if let Some(of) = key.strip_prefix(BUFFER_POOL) {
        return match of {
            // The sum of the states.
            "total" => None,
            "dirty" => Some((
                "mysql_global_status_buffer_pool_dirty_pages",
                "",
                MetricType::Gauge,
                "Pages of the buffer pool that have changed.",
                String::new(),
            )),
            _ if PAGE_STATES.contains(&of) => Some((
                "mysql_global_status_buffer_pool_pages",
                "state",
                MetricType::Gauge,
                "Pages of the buffer pool, by state.",
                of.to_owned(),
            )),
            _ => Some((
                "mysql_global_status_buffer_pool_page_changes_total",
                "operation",
                MetricType::Counter,
                "Changes of the buffer pool's pages, by operation.",
                of.to_owned(),
            )),
        };
    }
    GROUPS.iter().find_map(|group| {
        let of = key.strip_prefix(group.prefix)?;
        Some((
            group.family,
            group.label,
            group.kind,
            group.help,
            of.to_owned(),
        ))
    })
}

/// What only a Galera cluster's member says.
fn put_galera(texts: &[(String, &str)], page: &mut Page) {
    let get = |name: &str| {
        texts
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| *value)
    };
    if !get("wsrep_local_state_uuid").is_empty() {
        page.gauge("mysql_galera_status_info", "The cluster and the member.")
            .put(
                &[
                    ("wsrep_cluster_state_uuid", get("wsrep_cluster_state_uuid")),
                    ("wsrep_local_state_uuid", get("wsrep_local_state_uuid")),
                    ("wsrep_provider_version", get("wsrep_provider_version")),
                ],
                1.0,
            );
    }
    // Minimum, average, maximum, deviation and number of samples, parted by slashes.
    let latency: Vec<f64> = get("wsrep_evs_repl_latency")
        .split('/')
        .map_while(|part| part.trim().parse().ok())
        .collect();
    let parts = [
        "min_seconds",
        "avg_seconds",
        "max_seconds",
        "stdev",
        "sample_size",
    ];
    if latency.len() == parts.len() {
        for (part, value) in parts.iter().zip(latency) {
            page.gauge(
                format!("mysql_galera_evs_repl_latency_{part}"),
                "How long replication takes to reach the cluster.",
            )
            .set(value);
        }
    }
}

/// A name as metric names go.
fn clean(name: &str) -> String {
    name.chars()
        .map(|c| match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9' | '_') => c,
            _ => '_',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_become_labels_and_the_rest_families() {
        let lines = [
            ("Com_select", "3"),
            ("Innodb_buffer_pool_pages_dirty", "1"),
            ("Innodb_buffer_pool_pages_total", "9"),
            ("Innodb_buffer_pool_pages_data", "8"),
            ("Innodb_buffer_pool_pages_flushed", "7"),
            ("Innodb_rows_read", "5"),
            ("Ssl_cipher", "x"),
            ("wsrep_evs_repl_latency", "0.1/0.2/0.3/0.05/4"),
        ];
        let answer = Answer {
            columns: vec!["Variable_name".into(), "Value".into()],
            rows: lines
                .iter()
                .map(|(a, b)| vec![Some((*a).to_owned()), Some((*b).to_owned())])
                .collect(),
        };
        let mut page = Page::new();
        page.open();
        put(&answer, &mut page);
        page.close();
        let rows: Vec<_> = page
            .families()
            .flat_map(|f| f.rows())
            .map(|(series, value)| format!("{series} {value}"))
            .collect();
        assert_eq!(
            rows,
            [
                "mysql_global_status_buffer_pool_dirty_pages 1",
                "mysql_global_status_buffer_pool_page_changes_total{operation=\"flushed\"} 7",
                "mysql_global_status_buffer_pool_pages{state=\"data\"} 8",
                "mysql_global_status_commands_total{command=\"select\"} 3",
                "mysql_global_status_innodb_row_ops_total{operation=\"read\"} 5",
                "mysql_galera_evs_repl_latency_min_seconds 0.1",
                "mysql_galera_evs_repl_latency_avg_seconds 0.2",
                "mysql_galera_evs_repl_latency_max_seconds 0.3",
                "mysql_galera_evs_repl_latency_stdev 0.05",
                "mysql_galera_evs_repl_latency_sample_size 4",
            ]
        );
    }
}
