//! The state of replication, by source.
//!
//! MySQL 8.0.22 began to call sources and replicas so, and 8.4 took the old statement away. Every number therefore comes
//! under its old name, which dashboards have, and where the server uses a new one under that too.

use std::collections::BTreeMap;

use outpost_model::MetricType;

use super::rows::{Answer, Row};
use super::session::Server;
use super::value;
use crate::exporter::Page;

const PREFIX: &str = "mysql_slave_status_";

pub(super) fn statement(server: Server) -> &'static str {
    if server.mariadb {
        "SHOW ALL SLAVES STATUS"
    } else if server.version >= (8, 0, 22) {
        "SHOW REPLICA STATUS"
    } else {
        "SHOW SLAVE STATUS"
    }
}

type Labels = [(&'static str, String); 4];

pub(super) fn put(answer: &Answer, page: &mut Page) {
    let mut families: BTreeMap<String, Vec<(Labels, f64)>> = BTreeMap::new();
    let mut positions = Vec::new();
    for row in answer.rows() {
        let labels = labels(row);
        for (column, text) in row.pairs() {
            let Some(value) = value::number(text) else {
                continue;
            };
            let name = column.to_lowercase();
            let old = old_name(&name);
            for name in [Some(name.clone()), (old != name).then_some(old)]
                .into_iter()
                .flatten()
            {
                families
                    .entry(name)
                    .or_default()
                    .push((labels.clone(), value));
            }
        }
        for column in ["Gtid_IO_Pos", "Gtid_Slave_Pos"] {
            for (domain, server, position) in gtids(row.get(column).unwrap_or_default()) {
                positions.push((
                    column.to_lowercase(),
                    labels.clone(),
                    domain,
                    server,
                    position,
                ));
            }
        }
    }
    for (name, values) in families {
        let mut rows = page.family(
            format!("{PREFIX}{name}"),
            MetricType::Unknown,
            "A column of the replica's status.",
        );
        for (labels, value) in values {
            rows.put(&labels.each_ref().map(|(n, v)| (*n, v.as_str())), value);
        }
    }
    positions.sort();
    for column in ["gtid_io_pos", "gtid_slave_pos"] {
        let mut rows = page.gauge(
            format!("{PREFIX}{column}"),
            "How far replication is, by domain and server.",
        );
        for (_, labels, domain, server, position) in positions.iter().filter(|p| p.0 == column) {
            let mut all: Vec<_> = labels.iter().map(|(n, v)| (*n, v.as_str())).collect();
            all.extend([
                ("domain_id", domain.as_str()),
                ("server_id", server.as_str()),
            ]);
            if let Ok(position) = position.parse() {
                rows.put(&all, position);
            }
        }
    }
}

fn labels(row: Row<'_>) -> Labels {
    let get = |names: [&str; 2]| {
        let found = names.into_iter().find_map(|name| row.get(name));
        found.unwrap_or_default().to_owned()
    };
    [
        ("channel_name", get(["Channel_Name", "Channel_Name"])),
        (
            "connection_name",
            get(["Connection_name", "Connection_name"]),
        ),
        ("master_host", get(["Master_Host", "Source_Host"])),
        ("master_uuid", get(["Master_UUID", "Source_UUID"])),
    ]
}

/// The name that a column had before it was renamed.
fn old_name(name: &str) -> String {
    name.replace("replica", "slave").replace("source", "master")
}

/// `0-1-6,1-2-9`: domain, server, position.
fn gtids(text: &str) -> impl Iterator<Item = (String, String, String)> {
    text.split(',').filter_map(|gtid| {
        let mut parts = gtid.trim().splitn(3, '-');
        Some((
            parts.next()?.to_owned(),
            parts.next()?.to_owned(),
            parts.next()?.to_owned(),
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renamed_columns_come_under_both_names() {
        let answer = Answer {
            columns: [
                "Source_Host",
                "Seconds_Behind_Source",
                "Replica_IO_Running",
                "Channel_Name",
            ]
            .map(str::to_owned)
            .to_vec(),
            rows: vec![
                ["db1", "7", "Yes", "c"]
                    .map(|v| Some(v.to_owned()))
                    .to_vec(),
            ],
        };
        let mut page = Page::new();
        page.open();
        put(&answer, &mut page);
        page.close();
        let told: Vec<_> = page
            .families()
            .map(|f| (f.name.to_owned(), f.rows().next().unwrap().1.to_string()))
            .collect();
        let expected = [
            ("mysql_slave_status_replica_io_running", "1"),
            ("mysql_slave_status_seconds_behind_master", "7"),
            ("mysql_slave_status_seconds_behind_source", "7"),
            ("mysql_slave_status_slave_io_running", "1"),
        ];
        assert_eq!(told, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
        let series = page
            .families()
            .next()
            .unwrap()
            .rows()
            .next()
            .unwrap()
            .0
            .to_owned();
        assert!(series.contains(r#"master_host="db1""#), "{series}");
    }

    #[test]
    fn each_server_is_asked_in_its_own_words() {
        let server = |mariadb, version| Server { mariadb, version };
        assert_eq!(
            statement(server(true, (10, 11, 0))),
            "SHOW ALL SLAVES STATUS"
        );
        assert_eq!(statement(server(false, (5, 7, 44))), "SHOW SLAVE STATUS");
        assert_eq!(statement(server(false, (8, 4, 0))), "SHOW REPLICA STATUS");
    }
}
