//! Collectors that read the server's own schemas, and pt-heartbeat's table.
//!
//! The tables are data: a line for each family, as long as it is.

use outpost_model::MetricType::{Counter, Gauge};

use super::super::sql;
use super::super::table::{PICOSECOND, Table, one, unchanged};

#[rustfmt::skip]
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "mysql.user",
        by_default: false,
        sql: |_, _| "SELECT user, host, max_questions, max_updates, max_connections, max_user_connections FROM mysql.user".to_owned(),
        labels: &[("hostmask", "host"), ("mysql_user", "user")],
        values: &[
            one("mysql_mysql_max_connections", Gauge, "Connections that the user may make in an hour.", 1.0, "max_connections"),
            one("mysql_mysql_max_questions", Gauge, "Statements that the user may run in an hour.", 1.0, "max_questions"),
            one("mysql_mysql_max_updates", Gauge, "Updates that the user may run in an hour.", 1.0, "max_updates"),
            one("mysql_mysql_max_user_connections", Gauge, "Connections that the user may have at a time.", 1.0, "max_user_connections"),
        ],
        rename: unchanged,
    },
    Table {
        name: "heartbeat",
        by_default: false,
        sql: sql::heartbeat,
        labels: &[("server_id", "server_id")],
        values: &[
            one("mysql_heartbeat_now_timestamp_seconds", Gauge, "The clock of the server.", 1.0, "now"),
            one("mysql_heartbeat_stored_timestamp_seconds", Gauge, "The clock when the heartbeat was written.", 1.0, "stored"),
        ],
        rename: unchanged,
    },
    Table {
        name: "sys.user_summary",
        by_default: false,
        sql: |_, _| "SELECT * FROM sys.`x$user_summary`".to_owned(),
        labels: &[("user", "user")],
        values: &[
            one("mysql_sys_connections_total", Counter, "Connections made.", 1.0, "total_connections"),
            one("mysql_sys_current_connections", Gauge, "Connections now.", 1.0, "current_connections"),
            one("mysql_sys_current_memory_bytes", Gauge, "Bytes in use.", 1.0, "current_memory"),
            one("mysql_sys_file_io_seconds_total", Counter, "Time spent on files.", PICOSECOND, "file_io_latency"),
            one("mysql_sys_file_ios_total", Counter, "Calls on files.", 1.0, "file_ios"),
            one("mysql_sys_memory_allocated_bytes_total", Counter, "Bytes taken.", 1.0, "total_memory_allocated"),
            one("mysql_sys_statement_latency", Counter, "Time that statements took.", PICOSECOND, "statement_latency"),
            one("mysql_sys_statements_total", Counter, "Statements run.", 1.0, "statements"),
            one("mysql_sys_table_scans_total", Counter, "Whole tables read.", 1.0, "table_scans"),
            one("mysql_sys_unique_hosts_total", Counter, "Hosts that the user came from.", 1.0, "unique_hosts"),
        ],
        rename: unchanged,
    },
];
