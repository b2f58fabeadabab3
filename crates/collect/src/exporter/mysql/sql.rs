//! Statements that depend on the configuration or the server, and names cut short.

use super::config::MysqlConfig;
use super::session::Server;

/// A text as a literal of the server's SQL.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// A name as an identifier of the server's SQL.
fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// MySQL 8 renamed the table; each server has columns that others have not.
pub(super) fn tablespaces(_: &MysqlConfig, server: Server) -> String {
    let (table, kind) = if server.mariadb {
        ("innodb_sys_tablespaces", "''")
    } else if server.version >= (8, 0, 0) {
        ("innodb_tablespaces", "space_type")
    } else {
        ("innodb_sys_tablespaces", "space_type")
    };
    format!(
        "SELECT name, space, 'NONE' AS file_format, IFNULL(row_format, 'NONE') AS row_format, \
         {kind} AS space_type, file_size, allocated_size FROM information_schema.{table}"
    )
}

/// One schema, several, or all but the server's own.
pub(super) fn schema_tables(config: &MysqlConfig, _: Server) -> String {
    let schemas = config.table_schemas.trim();
    let chosen = if schemas == "*" {
        "NOT IN ('mysql', 'performance_schema', 'information_schema', 'sys')".to_owned()
    } else {
        let names: Vec<_> = schemas
            .split(',')
            .map(|name| literal(name.trim()))
            .collect();
        format!("IN ({})", names.join(", "))
    };
    format!(
        "SELECT table_schema, table_name, table_type, IFNULL(engine, 'NONE') AS engine, \
         IFNULL(version, 0) AS version, IFNULL(row_format, 'NONE') AS row_format, \
         IFNULL(table_rows, 0) AS table_rows, IFNULL(data_length, 0) AS data_length, \
         IFNULL(index_length, 0) AS index_length, IFNULL(data_free, 0) AS data_free, \
         IFNULL(create_options, 'NONE') AS create_options FROM information_schema.tables \
         WHERE table_schema {chosen}"
    )
}

/// The kinds of statements that took longest.
pub(super) fn statements(config: &MysqlConfig, server: Server) -> String {
    let settings = &config.statements;
    let more = match (server.mariadb, server.version) {
        (false, (8, 0, 28..) | (8, 1.., _) | (9.., _, _)) => {
            ", sum_cpu_time, quantile_95, quantile_99, quantile_999"
        }
        (false, (8, ..)) => ", quantile_95, quantile_99, quantile_999",
        _ => "",
    };
    let excluded: Vec<_> = ["mysql", "performance_schema", "information_schema"]
        .into_iter()
        .chain(settings.exclude_schemas.iter().map(String::as_str))
        .map(literal)
        .collect();
    format!(
        "SELECT IFNULL(schema_name, 'NONE') AS schema_name, digest, LEFT(digest_text, {}) AS digest_text, \
         count_star, sum_timer_wait, sum_lock_time, sum_errors, sum_warnings, sum_rows_affected, sum_rows_sent, \
         sum_rows_examined, sum_created_tmp_disk_tables, sum_created_tmp_tables, sum_sort_merge_passes, sum_sort_rows, \
         sum_no_index_used{more} FROM performance_schema.events_statements_summary_by_digest \
         WHERE schema_name NOT IN ({}) AND digest IS NOT NULL \
         AND last_seen > DATE_SUB(NOW(), INTERVAL {} SECOND) ORDER BY sum_timer_wait DESC LIMIT {}",
        settings.text_limit,
        excluded.join(", "),
        settings.time_limit,
        settings.limit
    )
}

/// The files whose names the pattern matches.
pub(super) fn file_instances(config: &MysqlConfig, _: Server) -> String {
    format!(
        "SELECT event_name, file_name, count_read, count_write, sum_number_of_bytes_read, sum_number_of_bytes_write \
         FROM performance_schema.file_summary_by_instance WHERE file_name REGEXP {}",
        literal(config.file_instances.filter.as_str())
    )
}

/// pt-heartbeat's table, and the server's clock beside it.
pub(super) fn heartbeat(config: &MysqlConfig, _: Server) -> String {
    let settings = &config.heartbeat;
    let now = if settings.utc {
        "UTC_TIMESTAMP(6)"
    } else {
        "NOW(6)"
    };
    format!(
        "SELECT UNIX_TIMESTAMP(ts) AS stored, UNIX_TIMESTAMP({now}) AS now, server_id FROM {}.{}",
        identifier(&settings.database),
        identifier(&settings.table)
    )
}

/// A file's name without the server's directory.
pub(super) fn without_directory(config: &MysqlConfig, name: &str) -> String {
    let prefix = config.file_instances.remove_prefix.as_str();
    name.strip_prefix(prefix).unwrap_or(name).to_owned()
}

/// An event's name without its class.
pub(super) fn without_memory(config: &MysqlConfig, name: &str) -> String {
    let prefix = config.memory_remove_prefix.as_str();
    name.strip_prefix(prefix).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::Dsn;
    use super::*;

    #[test]
    fn names_of_the_configuration_cannot_leave_their_quotes() {
        let mut config = MysqlConfig::new(Dsn::parse("/").unwrap());
        config.heartbeat.table = "h` WHERE 1 -- ".to_owned();
        config.table_schemas = "a', 'b\\".to_owned();
        let server = Server {
            mariadb: false,
            version: (8, 0, 0),
        };
        assert!(heartbeat(&config, server).ends_with("`heartbeat`.`h`` WHERE 1 -- `"));
        assert!(schema_tables(&config, server).ends_with(r"IN ('a''', '''b\\')"));
    }
}
