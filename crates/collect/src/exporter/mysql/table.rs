//! A collector that is a statement and a table: which columns are labels, which are values, and of what family.

use outpost_model::MetricType;

use super::config::MysqlConfig;
use super::rows::{Answer, Row};
use super::session::Server;
use super::value;
use crate::exporter::Page;

/// Performance schema times are in picoseconds.
pub(super) const PICOSECOND: f64 = 1e-12;

/// A collector.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) by_default: bool,
    /// The statement, for this configuration and server.
    pub(super) sql: fn(&MysqlConfig, Server) -> String,
    /// Label names and the columns that fill them.
    pub(super) labels: &'static [(&'static str, &'static str)],
    pub(super) values: &'static [Values],
    /// What the labels' values become before they are put.
    pub(super) rename: fn(&MysqlConfig, &str) -> String,
}

/// A family of a table: one row for each of the answer's rows, or one for each of several columns.
pub(super) struct Values {
    pub(super) family: &'static str,
    pub(super) kind: MetricType,
    pub(super) help: &'static str,
    /// What one is worth.
    pub(super) unit: f64,
    /// Labels beyond the table's, and the columns that fill them.
    pub(super) labels: &'static [(&'static str, &'static str)],
    pub(super) columns: Columns,
}

/// Where a family's values are.
pub(super) enum Columns {
    /// In one column.
    One(&'static str),
    /// In several, which a label tells apart: the label, its values and the columns.
    By(&'static str, &'static [(&'static str, &'static str)]),
}

/// A family with one column.
pub(super) const fn one(
    family: &'static str,
    kind: MetricType,
    help: &'static str,
    unit: f64,
    column: &'static str,
) -> Values {
    Values {
        family,
        kind,
        help,
        unit,
        labels: &[],
        columns: Columns::One(column),
    }
}

/// A counter whose columns a label tells apart.
pub(super) const fn by(
    family: &'static str,
    help: &'static str,
    unit: f64,
    label: &'static str,
    columns: &'static [(&'static str, &'static str)],
) -> Values {
    Values {
        family,
        kind: MetricType::Counter,
        help,
        unit,
        labels: &[],
        columns: Columns::By(label, columns),
    }
}

// === impl Table ===

impl Table {
    pub(super) fn put(&self, answer: &Answer, config: &MysqlConfig, page: &mut Page) {
        for values in self.values {
            let mut rows = page.family(values.family, values.kind, values.help);
            for row in answer.rows() {
                let labels: Vec<(&str, String)> = self
                    .labels
                    .iter()
                    .chain(values.labels)
                    .map(|(label, column)| {
                        let text = row.get(column).unwrap_or_default();
                        (*label, (self.rename)(config, text))
                    })
                    .collect();
                let mut all: Vec<_> = labels.iter().map(|(l, v)| (*l, v.as_str())).collect();
                match values.columns {
                    Columns::One(column) => {
                        if let Some(value) = cell(row, column) {
                            rows.put(&all, value * values.unit);
                        }
                    }
                    Columns::By(label, columns) => {
                        for (by, column) in columns {
                            if let Some(value) = cell(row, column) {
                                all.push((label, by));
                                rows.put(&all, value * values.unit);
                                all.pop();
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A column's number. Of an index's inserts MySQL keeps none: such a cell is NULL and left out.
fn cell(row: Row<'_>, column: &str) -> Option<f64> {
    value::float(row.get(column)?)
}

/// Labels as they are.
pub(super) fn unchanged(_: &MysqlConfig, text: &str) -> String {
    text.to_owned()
}
