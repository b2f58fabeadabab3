//! Collectors that read the performance schema.
//!
//! The tables are data: a line for each family, as long as it is.

use outpost_model::MetricType::{Counter, Gauge, Summary};

use super::super::sql;
use super::super::table::{PICOSECOND, Table, Values, by, one, unchanged};

#[rustfmt::skip]
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "perf_schema.eventsstatementssum",
        by_default: false,
        sql: |_, _| "SELECT SUM(sum_created_tmp_disk_tables) AS sum_created_tmp_disk_tables, SUM(sum_created_tmp_tables) AS sum_created_tmp_tables, SUM(sum_errors) AS sum_errors, SUM(sum_lock_time) AS sum_lock_time, SUM(sum_no_good_index_used) AS sum_no_good_index_used, SUM(sum_no_index_used) AS sum_no_index_used, SUM(sum_rows_affected) AS sum_rows_affected, SUM(sum_rows_examined) AS sum_rows_examined, SUM(sum_rows_sent) AS sum_rows_sent, SUM(sum_select_full_join) AS sum_select_full_join, SUM(sum_select_full_range_join) AS sum_select_full_range_join, SUM(sum_select_range) AS sum_select_range, SUM(sum_select_range_check) AS sum_select_range_check, SUM(sum_select_scan) AS sum_select_scan, SUM(sum_sort_merge_passes) AS sum_sort_merge_passes, SUM(sum_sort_range) AS sum_sort_range, SUM(sum_sort_rows) AS sum_sort_rows, SUM(sum_sort_scan) AS sum_sort_scan, SUM(sum_timer_wait) AS sum_timer_wait, SUM(count_star) AS count_star, SUM(sum_warnings) AS sum_warnings FROM performance_schema.events_statements_summary_by_digest".to_owned(),
        labels: &[],
        values: &[
            one("mysql_perf_schema_events_statements_sum_created_tmp_disk_tables", Counter, "A sum over all kinds of statements.", 1.0, "sum_created_tmp_disk_tables"),
            one("mysql_perf_schema_events_statements_sum_created_tmp_tables", Counter, "A sum over all kinds of statements.", 1.0, "sum_created_tmp_tables"),
            one("mysql_perf_schema_events_statements_sum_errors", Counter, "A sum over all kinds of statements.", 1.0, "sum_errors"),
            one("mysql_perf_schema_events_statements_sum_lock_time", Counter, "A sum over all kinds of statements.", 1.0, "sum_lock_time"),
            one("mysql_perf_schema_events_statements_sum_no_good_index_used", Counter, "A sum over all kinds of statements.", 1.0, "sum_no_good_index_used"),
            one("mysql_perf_schema_events_statements_sum_no_index_used", Counter, "A sum over all kinds of statements.", 1.0, "sum_no_index_used"),
            one("mysql_perf_schema_events_statements_sum_rows_affected", Counter, "A sum over all kinds of statements.", 1.0, "sum_rows_affected"),
            one("mysql_perf_schema_events_statements_sum_rows_examined", Counter, "A sum over all kinds of statements.", 1.0, "sum_rows_examined"),
            one("mysql_perf_schema_events_statements_sum_rows_sent", Counter, "A sum over all kinds of statements.", 1.0, "sum_rows_sent"),
            one("mysql_perf_schema_events_statements_sum_select_full_join", Counter, "A sum over all kinds of statements.", 1.0, "sum_select_full_join"),
            one("mysql_perf_schema_events_statements_sum_select_full_range_join", Counter, "A sum over all kinds of statements.", 1.0, "sum_select_full_range_join"),
            one("mysql_perf_schema_events_statements_sum_select_range", Counter, "A sum over all kinds of statements.", 1.0, "sum_select_range"),
            one("mysql_perf_schema_events_statements_sum_select_range_check", Counter, "A sum over all kinds of statements.", 1.0, "sum_select_range_check"),
            one("mysql_perf_schema_events_statements_sum_select_scan", Counter, "A sum over all kinds of statements.", 1.0, "sum_select_scan"),
            one("mysql_perf_schema_events_statements_sum_sort_merge_passes", Counter, "A sum over all kinds of statements.", 1.0, "sum_sort_merge_passes"),
            one("mysql_perf_schema_events_statements_sum_sort_range", Counter, "A sum over all kinds of statements.", 1.0, "sum_sort_range"),
            one("mysql_perf_schema_events_statements_sum_sort_rows", Counter, "A sum over all kinds of statements.", 1.0, "sum_sort_rows"),
            one("mysql_perf_schema_events_statements_sum_sort_scan", Counter, "A sum over all kinds of statements.", 1.0, "sum_sort_scan"),
            one("mysql_perf_schema_events_statements_sum_timer_wait", Counter, "A sum over all kinds of statements.", PICOSECOND, "sum_timer_wait"),
            one("mysql_perf_schema_events_statements_sum_total", Counter, "A sum over all kinds of statements.", 1.0, "count_star"),
            one("mysql_perf_schema_events_statements_sum_warnings", Counter, "A sum over all kinds of statements.", 1.0, "sum_warnings"),
        ],
        rename: unchanged,
    },
    Table {
        name: "perf_schema.eventsstatements",
        by_default: false,
        sql: sql::statements,
        labels: &[("digest", "digest"), ("digest_text", "digest_text"), ("schema", "schema_name")],
        values: &[
            // MySQL 8 alone has columns for the next two.
            one("mysql_perf_schema_events_statements_cpu_time_seconds_total", Counter, "CPU time taken.", PICOSECOND, "sum_cpu_time"),
            Values { kind: Summary, ..by("mysql_perf_schema_events_statements_latency", "Time that all but a few of the statements took at most.", PICOSECOND, "quantile", &[("0.95", "quantile_95"), ("0.99", "quantile_99"), ("0.999", "quantile_999")]) },
            one("mysql_perf_schema_events_statements_errors_total", Counter, "Errors.", 1.0, "sum_errors"),
            one("mysql_perf_schema_events_statements_lock_time_seconds_total", Counter, "Time spent waiting for locks.", PICOSECOND, "sum_lock_time"),
            one("mysql_perf_schema_events_statements_no_index_used_total", Counter, "Statements that read whole tables.", 1.0, "sum_no_index_used"),
            one("mysql_perf_schema_events_statements_rows_affected_total", Counter, "Rows changed.", 1.0, "sum_rows_affected"),
            one("mysql_perf_schema_events_statements_rows_examined_total", Counter, "Rows looked at.", 1.0, "sum_rows_examined"),
            one("mysql_perf_schema_events_statements_rows_sent_total", Counter, "Rows sent.", 1.0, "sum_rows_sent"),
            one("mysql_perf_schema_events_statements_seconds_total", Counter, "Time taken.", PICOSECOND, "sum_timer_wait"),
            one("mysql_perf_schema_events_statements_sort_merge_passes_total", Counter, "Passes of sorts that did not fit into memory.", 1.0, "sum_sort_merge_passes"),
            one("mysql_perf_schema_events_statements_sort_rows_total", Counter, "Rows sorted.", 1.0, "sum_sort_rows"),
            one("mysql_perf_schema_events_statements_tmp_disk_tables_total", Counter, "Temporary tables on disk.", 1.0, "sum_created_tmp_disk_tables"),
            one("mysql_perf_schema_events_statements_tmp_tables_total", Counter, "Temporary tables.", 1.0, "sum_created_tmp_tables"),
            one("mysql_perf_schema_events_statements_total", Counter, "Statements run.", 1.0, "count_star"),
            one("mysql_perf_schema_events_statements_warnings_total", Counter, "Warnings.", 1.0, "sum_warnings"),
        ],
        rename: unchanged,
    },
    Table {
        name: "perf_schema.eventswaits",
        by_default: false,
        sql: |_, _| "SELECT event_name, count_star, sum_timer_wait FROM performance_schema.events_waits_summary_global_by_event_name".to_owned(),
        labels: &[("event_name", "event_name")],
        values: &[
            one("mysql_perf_schema_events_waits_seconds_total", Counter, "Time spent waiting.", PICOSECOND, "sum_timer_wait"),
            one("mysql_perf_schema_events_waits_total", Counter, "Waits.", 1.0, "count_star"),
        ],
        rename: unchanged,
    },
    Table {
        name: "perf_schema.file_events",
        by_default: false,
        sql: |_, _| "SELECT event_name, count_read, sum_timer_read, sum_number_of_bytes_read, count_write, sum_timer_write, sum_number_of_bytes_write, count_misc, sum_timer_misc FROM performance_schema.file_summary_by_event_name".to_owned(),
        labels: &[("event_name", "event_name")],
        values: &[
            by("mysql_perf_schema_file_events_bytes_total", "Bytes moved.", 1.0, "mode", &[("read", "sum_number_of_bytes_read"), ("write", "sum_number_of_bytes_write")]),
            by("mysql_perf_schema_file_events_seconds_total", "Time taken.", PICOSECOND, "mode", &[("misc", "sum_timer_misc"), ("read", "sum_timer_read"), ("write", "sum_timer_write")]),
            by("mysql_perf_schema_file_events_total", "Calls.", 1.0, "mode", &[("misc", "count_misc"), ("read", "count_read"), ("write", "count_write")]),
        ],
        rename: unchanged,
    },
    Table {
        name: "perf_schema.file_instances",
        by_default: false,
        sql: sql::file_instances,
        labels: &[("event_name", "event_name"), ("file_name", "file_name")],
        values: &[
            by("mysql_perf_schema_file_instances_bytes", "Bytes moved.", 1.0, "mode", &[("read", "sum_number_of_bytes_read"), ("write", "sum_number_of_bytes_write")]),
            by("mysql_perf_schema_file_instances_total", "Calls.", 1.0, "mode", &[("read", "count_read"), ("write", "count_write")]),
        ],
        rename: sql::without_directory,
    },
    Table {
        name: "perf_schema.indexiowaits",
        by_default: false,
        sql: |_, _| "SELECT object_schema, object_name, IFNULL(index_name, 'NONE') AS index_name, count_fetch, IF(index_name IS NULL, count_insert, NULL) AS count_insert, count_update, count_delete, sum_timer_fetch, IF(index_name IS NULL, sum_timer_insert, NULL) AS sum_timer_insert, sum_timer_update, sum_timer_delete FROM performance_schema.table_io_waits_summary_by_index_usage WHERE object_schema NOT IN ('mysql', 'performance_schema')".to_owned(),
        labels: &[("index", "index_name"), ("name", "object_name"), ("schema", "object_schema")],
        values: &[
            by("mysql_perf_schema_index_io_waits_seconds_total", "Time taken.", PICOSECOND, "operation", &[("fetch", "sum_timer_fetch"), ("insert", "sum_timer_insert"), ("update", "sum_timer_update"), ("delete", "sum_timer_delete")]),
            by("mysql_perf_schema_index_io_waits_total", "Operations.", 1.0, "operation", &[("fetch", "count_fetch"), ("insert", "count_insert"), ("update", "count_update"), ("delete", "count_delete")]),
        ],
        rename: unchanged,
    },
    Table {
        name: "perf_schema.tableiowaits",
        by_default: false,
        sql: |_, _| "SELECT object_schema, object_name, count_fetch, count_insert, count_update, count_delete, sum_timer_fetch, sum_timer_insert, sum_timer_update, sum_timer_delete FROM performance_schema.table_io_waits_summary_by_table WHERE object_schema NOT IN ('mysql', 'performance_schema')".to_owned(),
        labels: &[("name", "object_name"), ("schema", "object_schema")],
        values: &[
            by("mysql_perf_schema_table_io_waits_seconds_total", "Time taken.", PICOSECOND, "operation", &[("fetch", "sum_timer_fetch"), ("insert", "sum_timer_insert"), ("update", "sum_timer_update"), ("delete", "sum_timer_delete")]),
            by("mysql_perf_schema_table_io_waits_total", "Operations.", 1.0, "operation", &[("fetch", "count_fetch"), ("insert", "count_insert"), ("update", "count_update"), ("delete", "count_delete")]),
        ],
        rename: unchanged,
    },
    Table {
        name: "perf_schema.tablelocks",
        by_default: false,
        sql: |_, _| "SELECT * FROM performance_schema.table_lock_waits_summary_by_table WHERE object_schema NOT IN ('mysql', 'performance_schema', 'information_schema')".to_owned(),
        labels: &[("name", "object_name"), ("schema", "object_schema")],
        values: &[
            by("mysql_perf_schema_external_lock_waits_seconds_total", "Time spent waiting for locks of the storage engine.", PICOSECOND, "operation", &[("read", "sum_timer_read_external"), ("write", "sum_timer_write_external")]),
            by("mysql_perf_schema_external_lock_waits_total", "Waits for locks of the storage engine.", 1.0, "operation", &[("read", "count_read_external"), ("write", "count_write_external")]),
            by("mysql_perf_schema_sql_lock_waits_seconds_total", "Time spent waiting for locks of the server.", PICOSECOND, "operation", &[("read_normal", "sum_timer_read_normal"), ("read_with_shared_locks", "sum_timer_read_with_shared_locks"), ("read_high_priority", "sum_timer_read_high_priority"), ("read_no_insert", "sum_timer_read_no_insert"), ("write_normal", "sum_timer_write_normal"), ("write_allow_write", "sum_timer_write_allow_write"), ("write_concurrent_insert", "sum_timer_write_concurrent_insert"), ("write_low_priority", "sum_timer_write_low_priority")]),
            by("mysql_perf_schema_sql_lock_waits_total", "Waits for locks of the server.", 1.0, "operation", &[("read_normal", "count_read_normal"), ("read_with_shared_locks", "count_read_with_shared_locks"), ("read_high_priority", "count_read_high_priority"), ("read_no_insert", "count_read_no_insert"), ("write_normal", "count_write_normal"), ("write_allow_write", "count_write_allow_write"), ("write_concurrent_insert", "count_write_concurrent_insert"), ("write_low_priority", "count_write_low_priority")]),
        ],
        rename: unchanged,
    },
    Table {
        name: "perf_schema.memory_events",
        by_default: false,
        sql: |_, _| "SELECT event_name, sum_number_of_bytes_alloc, sum_number_of_bytes_free, current_number_of_bytes_used FROM performance_schema.memory_summary_global_by_event_name WHERE count_alloc > 0".to_owned(),
        labels: &[("event_name", "event_name")],
        values: &[
            one("mysql_perf_schema_memory_events_alloc_bytes_total", Counter, "Bytes taken.", 1.0, "sum_number_of_bytes_alloc"),
            one("mysql_perf_schema_memory_events_free_bytes_total", Counter, "Bytes given back.", 1.0, "sum_number_of_bytes_free"),
            one("mysql_perf_schema_memory_events_used_bytes", Gauge, "Bytes in use.", 1.0, "current_number_of_bytes_used"),
        ],
        rename: sql::without_memory,
    },
];
