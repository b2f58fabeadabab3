//! Elastic columns: text in cells, and cells of neighbouring lines made equally wide.
//!
//! A cell ends with a tab, hard (indentation, before a comment) or soft (before a `=`); what follows the last tab of a
//! line belongs to no column. A column is as wide as its widest cell in a run of lines that all have it; a break ends
//! all runs. These are the rules of the tab writer that Alloy's formatter uses. Time and memory are linear in the text,
//! however many columns a line has.

/// A tab of indentation is so wide where it shares a column with text.
const TAB_WIDTH: usize = 8;

/// The lines so far.
#[derive(Debug, Default)]
pub(super) struct Columns {
    done: String,
    /// The lines since the last break; the last one is being written.
    lines: Vec<Line>,
    current: Line,
    line_count: usize,
}

#[derive(Debug, Default)]
struct Line {
    cells: Vec<Cell>,
    /// What follows the last tab.
    rest: String,
    /// How many bytes of `rest` stay even if they are blanks: they belong to a string or comment.
    kept: usize,
}

#[derive(Debug)]
struct Cell {
    text: String,
    /// In characters.
    width: usize,
    soft: bool,
}

/// A run of cells in one column.
#[derive(Debug)]
struct Run {
    width: usize,
    /// Whether all its cells are empty and end with soft tabs.
    vanishes: bool,
}

// === impl Columns ===

impl Columns {
    /// Appends text without line ends.
    pub(super) fn text(&mut self, text: &str) {
        self.current.rest.push_str(text);
    }

    /// Appends a string as it is; its line ends end lines.
    pub(super) fn string(&mut self, text: &str) {
        let mut lines = text.split('\n');
        self.text(lines.next().unwrap_or_default());
        for line in lines {
            self.current.kept = self.current.rest.len();
            self.newline();
            self.text(line);
        }
    }

    /// Appends a comment; its line ends are ignored when columns are measured.
    pub(super) fn comment(&mut self, text: &str) {
        self.text(text);
        self.current.kept = self.current.rest.len();
        self.line_count += text.bytes().filter(|byte| *byte == b'\n').count();
    }

    /// Ends a cell.
    pub(super) fn tab(&mut self, soft: bool) {
        let text = std::mem::take(&mut self.current.rest);
        self.current.kept = 0;
        self.current.cells.push(Cell {
            width: text.chars().count(),
            text,
            soft,
        });
    }

    /// Ends a line.
    pub(super) fn newline(&mut self) {
        self.lines.push(std::mem::take(&mut self.current));
        self.line_count += 1;
    }

    /// Ends a line and every column.
    pub(super) fn break_columns(&mut self) {
        self.newline();
        self.flush();
    }

    /// How many lines have ended.
    pub(super) fn line_count(&self) -> usize {
        self.line_count
    }

    /// All the text, ended by one line end.
    pub(super) fn finish(mut self) -> String {
        self.break_columns();
        self.done
    }

    /// Writes the lines since the last break.
    fn flush(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        let runs = Run::measure(&lines);
        for (line, runs_of_line) in lines.iter().zip(&runs.of_lines) {
            let start = self.done.len();
            let mut indenting = true;
            for (cell, run) in line.cells.iter().zip(runs_of_line) {
                let width = runs.all.get(*run).map_or(0, Run::width);
                indenting &= cell.text.is_empty();
                self.done.push_str(&cell.text);
                let (pad, count) = if indenting {
                    ("\t", width.div_ceil(TAB_WIDTH))
                } else {
                    (" ", width.saturating_sub(cell.width))
                };
                self.done.push_str(&pad.repeat(count));
            }
            let kept = self.done.len() + line.kept;
            self.done.push_str(&line.rest);
            let trimmed = self.done.trim_end_matches([' ', '\t']).len();
            self.done
                .truncate(trimmed.max(start).max(if line.kept > 0 { kept } else { 0 }));
            self.done.push('\n');
        }
    }
}

/// The runs of some lines, and which cell belongs to which.
struct Runs {
    all: Vec<Run>,
    /// For each line, the run of each of its cells.
    of_lines: Vec<Vec<usize>>,
}

// === impl Run ===

impl Run {
    fn measure(lines: &[Line]) -> Runs {
        let mut all: Vec<Run> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut of_lines = Vec::with_capacity(lines.len());
        for line in lines {
            open.truncate(line.cells.len());
            for (column, cell) in line.cells.iter().enumerate() {
                if column == open.len() {
                    open.push(all.len());
                    all.push(Run {
                        width: 0,
                        vanishes: true,
                    });
                }
                let run = open.get(column).and_then(|run| all.get_mut(*run));
                if let Some(run) = run {
                    run.width = run.width.max(cell.width + 1);
                    run.vanishes &= cell.soft && cell.width == 0;
                }
            }
            of_lines.push(open.clone());
        }
        Runs { all, of_lines }
    }

    fn width(&self) -> usize {
        if self.vanishes { 0 } else { self.width }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes `text`, where `|` is a soft tab, a tab a hard one, and `%` a break.
    fn laid_out(text: &str) -> String {
        let mut columns = Columns::default();
        for character in text.chars() {
            match character {
                '|' => columns.tab(true),
                '\t' => columns.tab(false),
                '\n' => columns.newline(),
                '%' => columns.break_columns(),
                other => columns.text(other.encode_utf8(&mut [0; 4])),
            }
        }
        columns.finish()
    }

    #[test]
    fn a_column_is_as_wide_as_its_widest_cell_in_a_run_of_lines() {
        assert_eq!(
            laid_out("a|=\nlong|=\nnone\nb|="),
            "a    =\nlong =\nnone\nb =\n"
        );
        assert_eq!(laid_out("a|=%long|="), "a =\nlong =\n");
        assert_eq!(laid_out("é|=\nab|="), "é  =\nab =\n");
    }

    #[test]
    fn indentation_stays_tabs_and_empty_soft_columns_vanish() {
        assert_eq!(laid_out("\t\ta|=\n\t\tbb|="), "\t\ta  =\n\t\tbb =\n");
        assert_eq!(laid_out("|a\n|b"), "a\nb\n");
    }

    #[test]
    fn blanks_at_line_ends_go_except_within_strings_and_comments() {
        let mut columns = Columns::default();
        columns.text("a  ");
        columns.newline();
        columns.string("b  \n\tc");
        columns.text("  ");
        columns.newline();
        columns.comment("// d ");
        columns.text(" ");
        assert_eq!(columns.finish(), "a\nb  \n\tc\n// d \n");
    }
}
