//! The rows of an answer, as text.

/// What a statement gave.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// Column names as the server spells them.
    pub(super) columns: Vec<String>,
    /// Rows; NULL is `None`.
    pub(super) rows: Vec<Vec<Option<String>>>,
}

/// A row with its columns' names.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    columns: &'a [String],
    values: &'a [Option<String>],
}

// === impl Answer ===

impl Answer {
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> + Clone {
        self.rows.iter().map(|values| Row {
            columns: &self.columns,
            values,
        })
    }

    /// The value in the first column of the first row.
    pub(super) fn first(&self) -> Option<&str> {
        self.rows.first()?.first()?.as_deref()
    }
}

// === impl Row ===

impl<'a> Row<'a> {
    /// The value in a place, `""` for NULL.
    pub(super) fn at(&self, index: usize) -> &'a str {
        self.values
            .get(index)
            .and_then(Option::as_deref)
            .unwrap_or_default()
    }

    /// The value of the column called `name`, in any case.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let index = self
            .columns
            .iter()
            .position(|column| column.eq_ignore_ascii_case(name))?;
        self.values.get(index)?.as_deref()
    }

    /// The columns' names and values.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.columns
            .iter()
            .map(String::as_str)
            .zip(self.values.iter().map(|v| v.as_deref().unwrap_or_default()))
    }
}
