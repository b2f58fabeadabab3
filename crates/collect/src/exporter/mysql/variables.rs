//! `SHOW GLOBAL VARIABLES`: every setting that is a number or a switch, and the version.

use super::rows::Answer;
use super::value;
use crate::exporter::Page;

pub(super) fn put(answer: &Answer, page: &mut Page) {
    let mut texts = Vec::new();
    for row in answer.rows() {
        let (key, text) = (row.at(0).to_lowercase(), row.at(1));
        match value::number(text) {
            Some(value) => page
                .gauge(
                    format!("mysql_global_variables_{key}"),
                    "A line of SHOW GLOBAL VARIABLES.",
                )
                .set(value),
            None => texts.push((key, text)),
        }
    }
    let get = |name: &str| {
        texts
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, text)| *text)
    };
    page.gauge("mysql_version_info", "The server's version.")
        .put(
            &[
                ("innodb_version", get("innodb_version")),
                ("version", get("version")),
                ("version_comment", get("version_comment")),
            ],
            1.0,
        );
    if !get("wsrep_cluster_name").is_empty() {
        page.gauge("mysql_galera_variables_info", "The cluster's name.")
            .put(&[("wsrep_cluster_name", get("wsrep_cluster_name"))], 1.0);
    }
    if let Some(size) = gcache_size(get("wsrep_provider_options")) {
        page.gauge(
            "mysql_galera_gcache_size_bytes",
            "Bytes that a member keeps for others that fall behind.",
        )
        .set(size);
    }
    // MariaDB before 11.1 and MySQL before 8.0 call it tx_isolation.
    let level = [get("transaction_isolation"), get("tx_isolation")]
        .into_iter()
        .find(|level| !level.is_empty());
    if let Some(level) = level {
        page.gauge(
            "mysql_transaction_isolation",
            "How far transactions are kept apart.",
        )
        .put(&[("level", level)], 1.0);
    }
}

/// `gcache.size = 128M` among options parted by semicolons.
fn gcache_size(options: &str) -> Option<f64> {
    let size = options.split(';').find_map(|option| {
        let (name, value) = option.split_once('=')?;
        (name.trim() == "gcache.size").then(|| value.trim())
    })?;
    let unit = match size.bytes().last()? {
        b'K' => 1024.0,
        b'M' => 1024.0 * 1024.0,
        b'G' => 1024.0 * 1024.0 * 1024.0,
        _ => 1.0,
    };
    let digits: f64 = size.trim_end_matches(['K', 'M', 'G']).parse().ok()?;
    Some(digits * unit)
}
