//! What one collection brings: families with rows, in columns.
//!
//! A row is a series (its bytes as the text format writes them, `name{a="b"}`) and a value. The page keeps the rows of
//! the collection before; as long as a new collection brings the same rows in the same order nothing but values is
//! written, and [`Page::layout`] stays. The first row that differs makes a new layout from there on.
//!
//! Invariants: rows of one family are adjacent; layout numbers are unique in the process, so equal numbers mean equal
//! rows whichever page they were seen on.
//!
//! It is not: a registry, nor a check for duplicate series (the scrape loop has one for all targets).

mod text;

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use outpost_model::MetricType;

/// One number for every layout of the process.
static LAYOUTS: AtomicU64 = AtomicU64::new(1);

/// The families and rows of one collection.
#[derive(Debug, Default)]
pub struct Page {
    layout: u64,
    families: Vec<Family>,
    /// The series of all rows, one after the other.
    series: String,
    /// Where each row's series ends in `series`.
    ends: Vec<usize>,
    values: Vec<f64>,
    /// Families and rows seen in the collection under way.
    family_cursor: usize,
    row_cursor: usize,
    /// Whether the collection under way differs from the one before.
    changed: bool,
    scratch: String,
}

#[derive(Debug)]
struct Family {
    name: Cow<'static, str>,
    kind: MetricType,
    help: Cow<'static, str>,
    first_row: usize,
}

/// A family of a finished page.
#[derive(Clone, Copy, Debug)]
pub struct FamilyView<'a> {
    /// The name, as in the `# TYPE` line.
    pub name: &'a str,
    /// The type; `Unknown` is written `untyped`.
    pub kind: MetricType,
    /// The help text, unescaped.
    pub help: &'a str,
    page: &'a Page,
    rows: (usize, usize),
}

/// Takes the rows of one family.
#[derive(Debug)]
pub struct Rows<'p> {
    page: &'p mut Page,
    family: usize,
}

// === impl Page ===

impl Page {
    /// An empty page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a collection.
    pub fn open(&mut self) {
        self.family_cursor = 0;
        self.row_cursor = 0;
        self.changed = false;
    }

    /// Ends a collection: rows of the one before that did not come again are gone.
    pub fn close(&mut self) {
        if self.row_cursor < self.values.len() || self.family_cursor < self.families.len() {
            self.diverge();
        }
        if self.layout == 0 {
            self.layout = LAYOUTS.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A family that only goes up.
    pub fn counter(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
    ) -> Rows<'_> {
        self.family(name, MetricType::Counter, help)
    }

    /// A family that goes up and down.
    pub fn gauge(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
    ) -> Rows<'_> {
        self.family(name, MetricType::Gauge, help)
    }

    /// A family of which the source does not say what it is.
    pub fn untyped(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
    ) -> Rows<'_> {
        self.family(name, MetricType::Unknown, help)
    }

    /// Begins a family; the rows put until the next one belong to it. A family without rows does not show.
    pub fn family(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        kind: MetricType,
        help: impl Into<Cow<'static, str>>,
    ) -> Rows<'_> {
        let name = name.into();
        if !self.continues(&name, kind) {
            self.push_family(name, kind, help.into());
        }
        self.family_cursor += 1;
        Rows {
            family: self.family_cursor - 1,
            page: self,
        }
    }

    /// Puts all of `other`'s families on this page, as they are.
    pub fn extend(&mut self, other: &Page) {
        for family in other.families() {
            if !self.continues(family.name, family.kind) {
                let (name, help) = (family.name.to_owned(), family.help.to_owned());
                self.push_family(name.into(), family.kind, help.into());
            }
            self.family_cursor += 1;
            for (series, value) in family.rows() {
                self.scratch.clear();
                self.scratch.push_str(series);
                self.take_scratch(value);
            }
        }
    }

    /// Names the rows: as long as it stays, only values have changed.
    pub fn layout(&self) -> u64 {
        self.layout
    }

    /// The values of all rows, in order.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The families that have rows, in order.
    pub fn families(&self) -> impl Iterator<Item = FamilyView<'_>> {
        let ends = self
            .families
            .iter()
            .skip(1)
            .map(|f| f.first_row)
            .chain([self.values.len()]);
        self.families
            .iter()
            .zip(ends)
            .filter(|(family, end)| family.first_row < *end)
            .map(|(family, end)| FamilyView {
                name: &family.name,
                kind: family.kind,
                help: &family.help,
                page: self,
                rows: (family.first_row, end),
            })
    }

    /// Whether the collection under way has had a family of this name.
    pub fn has_family(&self, name: &str) -> bool {
        self.families
            .iter()
            .take(self.family_cursor)
            .any(|f| f.name == name)
    }

    /// Whether the collection before had this family at this place.
    fn continues(&self, name: &str, kind: MetricType) -> bool {
        !self.changed
            && self
                .families
                .get(self.family_cursor)
                .is_some_and(|f| f.name == name && f.kind == kind && f.first_row == self.row_cursor)
    }

    fn push_family(&mut self, name: Cow<'static, str>, kind: MetricType, help: Cow<'static, str>) {
        self.diverge();
        self.families.push(Family {
            name,
            kind,
            help,
            first_row: self.row_cursor,
        });
    }

    /// Forgets what of the collection before has not come again yet.
    fn diverge(&mut self) {
        if self.changed {
            return;
        }
        self.changed = true;
        // A collection that is cut off here must not leave the old number on new rows.
        self.layout = 0;
        self.families.truncate(self.family_cursor);
        self.ends.truncate(self.row_cursor);
        self.values.truncate(self.row_cursor);
        self.series.truncate(self.ends.last().copied().unwrap_or(0));
    }

    fn row(&self, row: usize) -> &str {
        let start = match row.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(0),
            None => 0,
        };
        let end = self.ends.get(row).copied().unwrap_or(start);
        self.series.get(start..end).unwrap_or_default()
    }

    /// Puts the series written in `scratch`.
    fn take_scratch(&mut self, value: f64) {
        let row = self.row_cursor;
        if !self.changed && row < self.values.len() && self.row(row) == self.scratch {
            if let Some(slot) = self.values.get_mut(row) {
                *slot = value;
            }
        } else {
            self.diverge();
            self.series.push_str(&self.scratch);
            self.ends.push(self.series.len());
            self.values.push(value);
        }
        self.row_cursor += 1;
    }
}

// === impl Rows ===

impl Rows<'_> {
    /// Puts a row with these labels. Names are label names (the caller's business); values may hold anything.
    pub fn put(&mut self, labels: &[(&str, &str)], value: f64) -> &mut Self {
        self.put_with_suffix("", labels, value)
    }

    /// Puts a row of a histogram or summary: `suffix` is `_bucket`, `_sum` or `_count`.
    pub fn put_with_suffix(
        &mut self,
        suffix: &str,
        labels: &[(&str, &str)],
        value: f64,
    ) -> &mut Self {
        let page = &mut *self.page;
        page.scratch.clear();
        if let Some(family) = page.families.get(self.family) {
            page.scratch.push_str(&family.name);
        }
        page.scratch.push_str(suffix);
        text::push_labels(&mut page.scratch, labels);
        page.take_scratch(value);
        self
    }

    /// Puts a row whose series is written already, in the text format.
    pub fn put_series(&mut self, series: &str, value: f64) -> &mut Self {
        let page = &mut *self.page;
        page.scratch.clear();
        page.scratch.push_str(series);
        page.take_scratch(value);
        self
    }

    /// Puts the row without labels.
    pub fn set(&mut self, value: f64) {
        self.put(&[], value);
    }
}

// === impl FamilyView ===

impl<'a> FamilyView<'a> {
    /// The family's rows: the series as the text format writes it, and its value.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (&'a str, f64)> + use<'a> {
        let page = self.page;
        (self.rows.0..self.rows.1).map(move |row| {
            let value = page.values.get(row).copied().unwrap_or_default();
            (page.row(row), value)
        })
    }
}

#[cfg(test)]
mod tests;
