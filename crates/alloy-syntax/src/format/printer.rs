//! Tokens and the gaps between them, on their way into columns; and statements.
//!
//! Invariant: a gap is held back until the token after it is written, so that comments can change it.

use super::columns::Columns;
use super::comments::Group;
use crate::ast::{Attribute, Block, File, Statement};
use crate::{Source, Span};

/// What comes between two tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    Space,
    /// The end of a cell before a comment.
    Tab,
    /// The end of a cell before a `=`.
    Align,
    Newline,
    /// A line end that also ends all columns.
    Break,
    Indent,
    Unindent,
}

/// Writes a file.
#[derive(Debug)]
pub(super) struct Printer<'a> {
    pub(super) source: &'a Source,
    pub(super) comments: Vec<Group>,
    pub(super) next_group: usize,
    /// What comes before the next token.
    pub(super) gaps: Vec<Gap>,
    pub(super) has_output: bool,
    /// The line of the source on which the last token or comment ends.
    pub(super) last_line: u32,
    columns: Columns,
    indent: usize,
    at_line_start: bool,
}

// === impl Printer ===

impl<'a> Printer<'a> {
    pub(super) fn new(file: &'a File) -> Self {
        Self {
            source: &file.source,
            comments: Group::all(file),
            next_group: 0,
            gaps: Vec::new(),
            has_output: false,
            last_line: 1,
            columns: Columns::default(),
            indent: 0,
            at_line_start: true,
        }
    }

    pub(super) fn finish(mut self) -> String {
        self.flush(None);
        self.columns.finish()
    }

    pub(super) fn statements(&mut self, statements: &[Statement]) {
        let mut previous: Option<&Statement> = None;
        for statement in statements {
            if let Some(previous) = previous {
                let is_block = matches!(statement, Statement::Block(_));
                let start = self.line(statement.span().start);
                if is_block || start > self.end_line(previous.span()) + 1 {
                    self.gap(Gap::Break);
                }
            }
            let first_line = match statement {
                Statement::Attribute(attribute) => self.attribute(attribute),
                Statement::Block(block) => self.block(block),
            };
            self.end_item(first_line);
            previous = Some(statement);
        }
    }

    /// Ends the line of something that began on line `first_line` of the output: after several lines, columns begin
    /// anew.
    pub(super) fn end_item(&mut self, first_line: usize) {
        let several = self.line_count() > first_line;
        self.gap(if several { Gap::Break } else { Gap::Newline });
    }

    fn attribute(&mut self, attribute: &Attribute) -> usize {
        self.token_at(attribute.name.span, &attribute.name.name);
        let first_line = self.line_count();
        self.gap(Gap::Align);
        self.token("=");
        self.gap(Gap::Space);
        self.expr(&attribute.value);
        first_line
    }

    fn block(&mut self, block: &Block) -> usize {
        // Comments within a name come before it.
        let place = block.name.last().map_or(block.open, |part| part.span);
        self.token_at(place, &block.full_name());
        let first_line = self.line_count();
        if let Some(label) = &block.label {
            self.gap(Gap::Space);
            self.token_at(label.span, &format!("\"{}\"", label.name));
        }
        self.gap(Gap::Space);
        self.token_at(block.open, "{");
        self.gap(Gap::Indent);
        if block.body.statements.is_empty() {
            self.gap(Gap::Space);
        } else {
            self.gap(Gap::Break);
            self.statements(&block.body.statements);
        }
        self.gap(Gap::Unindent);
        self.token_at(block.close, "}");
        first_line
    }

    pub(super) fn line(&self, offset: u32) -> u32 {
        self.source.position(offset).line
    }

    /// The line of a span's last byte.
    pub(super) fn end_line(&self, span: Span) -> u32 {
        self.line(span.end.saturating_sub(1))
    }

    pub(super) fn line_count(&self) -> usize {
        self.columns.line_count()
    }

    pub(super) fn gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }

    /// Writes a token that stands at `span`, after the comments before it.
    pub(super) fn token_at(&mut self, span: Span, text: &str) {
        self.flush(Some(span.start));
        let newlines = text.bytes().filter(|byte| *byte == b'\n').count();
        self.last_line = self.line(span.start) + u32::try_from(newlines).unwrap_or_default();
        self.put_token(text);
    }

    /// Writes a token that keeps close to the last one; comments between the two come after it.
    pub(super) fn token(&mut self, text: &str) {
        self.put_gaps(self.gaps.len());
        self.put_token(text);
    }

    fn put_token(&mut self, text: &str) {
        self.indent_line();
        self.columns.string(text);
    }

    pub(super) fn put_comment(&mut self, text: &str, last_line: u32) {
        self.indent_line();
        self.columns.comment(text);
        self.last_line = last_line;
    }

    /// Writes the first of the gaps held back.
    pub(super) fn put_gaps(&mut self, count: usize) {
        let gaps: Vec<Gap> = self.gaps.drain(..count.min(self.gaps.len())).collect();
        for gap in gaps {
            self.put_gap(gap);
        }
    }

    /// Writes a gap.
    pub(super) fn put_gap(&mut self, gap: Gap) {
        match gap {
            Gap::Indent => self.indent += 1,
            Gap::Unindent => self.indent = self.indent.saturating_sub(1),
            Gap::Space | Gap::Tab | Gap::Align => {
                self.indent_line();
                match gap {
                    Gap::Space => self.columns.text(" "),
                    _ => self.columns.tab(gap == Gap::Align),
                }
            }
            Gap::Newline => {
                self.columns.newline();
                self.at_line_start = true;
            }
            Gap::Break => {
                self.columns.break_columns();
                self.at_line_start = true;
            }
        }
    }

    fn indent_line(&mut self) {
        if self.at_line_start {
            for _ in 0..self.indent {
                self.columns.tab(false);
            }
        }
        self.at_line_start = false;
        self.has_output = true;
    }
}
