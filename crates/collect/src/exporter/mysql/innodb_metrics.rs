//! `information_schema.innodb_metrics`: InnoDB's own counters, as far as they are switched on.

use super::rows::Answer;
use super::session::Server;
use super::value;
use crate::exporter::Page;

const PREFIX: &str = "mysql_info_schema_innodb_metrics_";
/// Counters of this subsystem are told by the kind of page.
const PAGE_IO: &str = "buffer_page_io";
/// States of the buffer pool's pages.
const PAGES: &str = "buffer_pool_pages_";

pub(super) fn statement(server: Server) -> &'static str {
    if server.mariadb && server.version >= (10, 5, 0) {
        "SELECT name, subsystem, type, count FROM information_schema.innodb_metrics WHERE enabled = 1"
    } else {
        "SELECT name, subsystem, type, count FROM information_schema.innodb_metrics WHERE status = 'enabled'"
    }
}

pub(super) fn put(answer: &Answer, page: &mut Page) {
    let mut states = Vec::new();
    let mut io = Vec::new();
    for row in answer.rows() {
        let text = |column| row.get(column).unwrap_or_default();
        let (name, subsystem, kind) = (text("name"), text("subsystem"), text("type"));
        let Some(value) = value::float(text("count")) else {
            continue;
        };
        if subsystem == PAGE_IO {
            let told = [
                ("buffer_page_read_", "read"),
                ("buffer_page_written_", "written"),
            ]
            .into_iter()
            .find_map(|(prefix, way)| Some((way, name.strip_prefix(prefix)?)));
            io.extend(told.map(|(way, of)| (way, of, value)));
        } else if let Some(state) = name.strip_prefix(PAGES) {
            match state {
                "total" => {}
                "dirty" => page
                    .gauge(
                        format!("{PREFIX}buffer_pool_dirty_pages"),
                        "Pages of the buffer pool that have changed.",
                    )
                    .set(value),
                _ => states.push((state, value)),
            }
        } else if matches!(kind, "counter" | "status_counter") {
            page.counter(
                format!("{PREFIX}{subsystem}_{name}_total"),
                "A counter of InnoDB.",
            )
            .set(value);
        } else {
            page.gauge(format!("{PREFIX}{subsystem}_{name}"), "A state of InnoDB.")
                .set(value);
        }
    }
    let mut rows = page.gauge(
        format!("{PREFIX}buffer_pool_pages"),
        "Pages of the buffer pool, by state.",
    );
    for (state, value) in states {
        rows.put(&[("state", state)], value);
    }
    for way in ["read", "written"] {
        let mut rows = page.counter(
            format!("{PREFIX}buffer_page_{way}_total"),
            "Pages moved between disk and buffer pool, by kind.",
        );
        for (_, of, value) in io.iter().filter(|(w, _, _)| *w == way) {
            rows.put(&[("type", of)], *value);
        }
    }
}
