//! What the MySQL exporter is told: the arguments of `prometheus.exporter.mysql`, checked.

use regex::Regex;

use super::Source;
use super::dsn::Dsn;
use super::tables;

/// What to ask of which server. [`MysqlConfig::new`] is what Alloy's component does without further arguments.
#[derive(Clone, Debug)]
pub struct MysqlConfig {
    /// The server and who asks.
    pub dsn: Dsn,
    /// Collectors in place of the default ones, unless empty.
    pub set: Vec<String>,
    /// Collectors on top of these.
    pub enable: Vec<String>,
    /// Collectors that do not run unless enabled.
    pub disable: Vec<String>,
    /// Seconds that a statement may wait for a metadata lock; the server's own setting if absent.
    pub lock_wait_timeout: Option<u64>,
    /// Whether the statements stay out of the slow log (MariaDB and Percona).
    pub log_slow_filter: bool,
    /// The `heartbeat` block.
    pub heartbeat: Heartbeat,
    /// The `info_schema.processlist` block.
    pub processlist: Processlist,
    /// The schemas of `info_schema.tables`: `*` is all, else names parted by commas.
    pub table_schemas: String,
    /// Whether `mysql.user` tells every user's privileges.
    pub user_privileges: bool,
    /// The `perf_schema.eventsstatements` block.
    pub statements: PerfStatements,
    /// The `perf_schema.file_instances` block.
    pub file_instances: PerfFileInstances,
    /// What `perf_schema.memory_events` takes off the names of events.
    pub memory_remove_prefix: String,
}

/// The `heartbeat` block: the table that pt-heartbeat writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// The table's schema.
    pub database: String,
    /// The table.
    pub table: String,
    /// Whether it is written in UTC.
    pub utc: bool,
}

/// The `info_schema.processlist` block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processlist {
    /// Seconds in its state from which on a thread counts.
    pub min_time: u64,
    /// Whether threads are counted by user.
    pub by_user: bool,
    /// Whether threads are counted by host.
    pub by_host: bool,
}

/// The `perf_schema.eventsstatements` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerfStatements {
    /// Statements that are told at most, those that took longest first.
    pub limit: u64,
    /// Seconds after which a statement that did not run again is left out.
    pub time_limit: u64,
    /// Characters of the statement's text.
    pub text_limit: u64,
    /// Schemas whose statements are left out.
    pub exclude_schemas: Vec<String>,
}

/// The `perf_schema.file_instances` block.
#[derive(Clone, Debug)]
pub struct PerfFileInstances {
    /// Which files.
    pub filter: Regex,
    /// What is taken off the names of files.
    pub remove_prefix: String,
}

// === impl PerfFileInstances ===

impl PerfFileInstances {
    /// The files whose names match `filter`, without `remove_prefix`.
    ///
    /// # Errors
    /// When `filter` is no regular expression.
    pub fn new(filter: &str, remove_prefix: String) -> Result<Self, Box<regex::Error>> {
        Ok(Self {
            filter: Regex::new(filter)?,
            remove_prefix,
        })
    }
}

/// Why the exporter cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MysqlConfigError {
    /// No collector has this name.
    #[error("unknown MySQL collector {name:?}{}", hint(nearest.as_deref()))]
    UnknownCollector {
        /// The name.
        name: String,
        /// The known name that is most like it.
        nearest: Option<String>,
    },
}

/// The collectors that are no table: name, whether it runs by default, what it asks.
const SOURCES: &[(&str, bool, Source)] = &[
    ("binlog_size", false, Source::Binlog),
    ("engine_innodb_status", false, Source::InnodbStatus),
    ("global_status", true, Source::GlobalStatus),
    ("global_variables", true, Source::GlobalVariables),
    ("info_schema.innodb_metrics", false, Source::InnodbMetrics),
    ("info_schema.processlist", false, Source::Processlist),
    (
        "info_schema.query_response_time",
        true,
        Source::ResponseTime,
    ),
    ("slave_status", true, Source::Replica),
];

/// All collectors by name, and whether they run by default.
fn known() -> impl Iterator<Item = (&'static str, bool, Source)> {
    let tables = tables::all().map(|table| (table.name, table.by_default, Source::Table(table)));
    SOURCES.iter().copied().chain(tables)
}

// === impl MysqlConfig ===

impl MysqlConfig {
    /// The defaults, for the server that `dsn` names.
    ///
    /// # Panics
    /// Never: the one pattern is a constant.
    #[expect(
        clippy::expect_used,
        reason = "a constant pattern that any test compiles"
    )]
    pub fn new(dsn: Dsn) -> Self {
        Self {
            dsn,
            set: Vec::new(),
            enable: Vec::new(),
            disable: Vec::new(),
            lock_wait_timeout: Some(2),
            log_slow_filter: false,
            heartbeat: Heartbeat {
                database: "heartbeat".to_owned(),
                table: "heartbeat".to_owned(),
                utc: false,
            },
            processlist: Processlist {
                min_time: 0,
                by_user: true,
                by_host: true,
            },
            table_schemas: "*".to_owned(),
            user_privileges: false,
            statements: PerfStatements {
                limit: 250,
                time_limit: 86_400,
                text_limit: 120,
                exclude_schemas: Vec::new(),
            },
            file_instances: PerfFileInstances {
                filter: Regex::new(".*").expect("a constant pattern compiles"),
                remove_prefix: "/var/lib/mysql".to_owned(),
            },
            memory_remove_prefix: "memory/".to_owned(),
        }
    }

    /// The collectors that run, in the order of their names.
    pub(super) fn chosen(&self) -> Result<Vec<(&'static str, Source)>, MysqlConfigError> {
        for name in self.set.iter().chain(&self.enable).chain(&self.disable) {
            if !known().any(|(known, _, _)| known == name) {
                return Err(MysqlConfigError::UnknownCollector {
                    name: name.clone(),
                    nearest: nearest(name),
                });
            }
        }
        let has = |list: &[String], name: &str| list.iter().any(|n| n == name);
        let mut chosen: Vec<_> = known()
            .filter(|(name, by_default, _)| {
                let set = if self.set.is_empty() {
                    *by_default
                } else {
                    has(&self.set, name)
                };
                has(&self.enable, name) || (set && !has(&self.disable, name))
            })
            .map(|(name, _, source)| (name, source))
            .collect();
        chosen.sort_by_key(|(name, _)| *name);
        Ok(chosen)
    }
}

/// The known name that holds `name` or that `name` holds.
fn nearest(name: &str) -> Option<String> {
    let tail = |text: &str| text.rsplit('.').next().unwrap_or_default().to_owned();
    known()
        .map(|(known, _, _)| known)
        .find(|known| known.contains(name) || tail(known) == tail(name))
        .map(str::to_owned)
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(", did you mean {name:?}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(change: impl FnOnce(&mut MysqlConfig)) -> Result<Vec<&'static str>, MysqlConfigError> {
        let mut config = MysqlConfig::new(Dsn::parse("/").unwrap());
        change(&mut config);
        Ok(config.chosen()?.into_iter().map(|(name, _)| name).collect())
    }

    #[test]
    fn six_collectors_run_by_default() {
        assert_eq!(
            names(|_| {}).unwrap(),
            [
                "global_status",
                "global_variables",
                "info_schema.innodb_cmp",
                "info_schema.innodb_cmpmem",
                "info_schema.query_response_time",
                "slave_status"
            ]
        );
    }

    #[test]
    fn a_set_replaces_the_default_and_an_unknown_name_is_refused() {
        let chosen = names(|c| {
            c.set = vec!["global_status".into()];
            c.enable = vec!["binlog_size".into()];
        });
        assert_eq!(chosen.unwrap(), ["binlog_size", "global_status"]);
        let error = names(|c| c.enable = vec!["processlist".into()]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown MySQL collector \"processlist\", did you mean \"info_schema.processlist\"?"
        );
    }
}
