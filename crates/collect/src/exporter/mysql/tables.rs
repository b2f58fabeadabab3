//! The collectors that are tables, and a few that nearly are.

mod info_schema;
mod perf_schema;
mod server;

use tokio::time::Instant;

use super::rows::Answer;
use super::session::{Session, SessionError};
use super::table::Table;
use super::value;
use crate::exporter::Page;

/// The collectors that are tables.
pub(super) fn all() -> impl Iterator<Item = &'static Table> {
    [info_schema::TABLES, perf_schema::TABLES, server::TABLES]
        .into_iter()
        .flatten()
}

/// The sizes of the binary logs, and the number of the newest.
pub(super) fn binlog(answer: &Answer, page: &mut Page) {
    let sizes = answer.rows().filter_map(|row| value::float(row.at(1)));
    let newest = answer
        .rows()
        .filter_map(|row| value::float(row.at(0).rsplit('.').next()?))
        .last();
    page.gauge("mysql_binlog_file_number", "The number of the newest file.")
        .set(newest.unwrap_or_default());
    page.gauge("mysql_binlog_files", "Files of the binary log.")
        .set(answer.rows.len() as f64);
    page.gauge("mysql_binlog_size_bytes", "Bytes of all files.")
        .set(sizes.sum());
}

/// Lines of InnoDB's monitor: `0 queries inside InnoDB, 0 queries in queue` and `0 read views open inside InnoDB`.
pub(super) fn innodb_status(answer: &Answer, page: &mut Page) {
    let monitor = answer.rows().next().map_or("", |row| row.at(2));
    let number = |ending: &str| {
        let piece = monitor
            .split(['\n', ','])
            .map(str::trim)
            .find(|piece| piece.ends_with(ending))?;
        value::float(piece.split(' ').next()?)
    };
    for (ending, family, help) in [
        (
            "queries inside InnoDB",
            "mysql_engine_innodb_queries_inside_innodb",
            "Queries that InnoDB works on.",
        ),
        (
            "queries in queue",
            "mysql_engine_innodb_queries_in_queue",
            "Queries that wait for InnoDB.",
        ),
        (
            "read views open inside InnoDB",
            "mysql_engine_innodb_read_views_open_inside_innodb",
            "Views of older data that InnoDB keeps.",
        ),
    ] {
        if let Some(value) = number(ending) {
            page.gauge(family, help).set(value);
        }
    }
}

/// Percona's and MariaDB's plugin that sorts queries by the time they took: up to three histograms.
pub(super) async fn response_time(
    session: &mut Session,
    page: &mut Page,
    deadline: Instant,
) -> Result<(), SessionError> {
    /// The server's error for a variable that it does not know.
    const UNKNOWN_VARIABLE: &str = "(1193)";
    let on = match session
        .ask("SELECT @@query_response_time_stats", deadline)
        .await
    {
        Ok(answer) => answer.first() == Some("1"),
        Err(SessionError::Refused(why)) if why.ends_with(UNKNOWN_VARIABLE) => false,
        Err(error) => return Err(error),
    };
    if !on {
        return Ok(());
    }
    for (table, family, help) in [
        (
            "query_response_time",
            "mysql_info_schema_query_response_time_seconds",
            "How long queries took.",
        ),
        (
            "query_response_time_read",
            "mysql_info_schema_read_query_response_time_seconds",
            "How long reading queries took.",
        ),
        (
            "query_response_time_write",
            "mysql_info_schema_write_query_response_time_seconds",
            "How long writing queries took.",
        ),
    ] {
        let sql = format!("SELECT time, count, total FROM information_schema.{table}");
        match session.ask(&sql, deadline).await {
            Ok(answer) => histogram(&answer, family, help, page),
            // Only Percona's plugin tells reading from writing.
            Err(SessionError::Refused(_)) if table != "query_response_time" => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Rows of an upper bound, a count and a sum; the last bound is `TOO LONG`.
fn histogram(answer: &Answer, family: &'static str, help: &'static str, page: &mut Page) {
    let mut rows = page.family(family, outpost_model::MetricType::Histogram, help);
    let (mut count, mut sum) = (0.0, 0.0);
    for row in answer.rows() {
        count += value::float(row.at(1).trim()).unwrap_or_default();
        sum += value::float(row.at(2).trim()).unwrap_or_default();
        if let Some(bound) = value::float(row.at(0).trim()) {
            rows.put_with_suffix("_bucket", &[("le", &bound.to_string())], count);
        }
    }
    rows.put_with_suffix("_bucket", &[("le", "+Inf")], count);
    rows.put_with_suffix("_count", &[], count);
    rows.put_with_suffix("_sum", &[], sum);
}
