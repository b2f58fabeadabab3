//! Text on a terminal: styles, width, drawing over what was drawn before.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, stdout};

use crate::console;

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Bold,
    Dim,
    Good,
    Bad,
}

/// One line in pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line(Vec<(Style, String)>);

/// A terminal that is drawn on in place.
#[derive(Debug)]
pub(super) struct Screen {
    colours: bool,
    drawn: usize,
    size: (usize, usize),
    shown: String,
}

/// Whether standard output is a terminal that understands more than text.
pub(super) fn is_live() -> bool {
    stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

// === impl Line ===

impl Line {
    pub(super) fn new(style: Style, text: impl Into<String>) -> Self {
        Self::default().and(style, text)
    }

    pub(super) fn and(mut self, style: Style, text: impl Into<String>) -> Self {
        self.0.push((style, text.into()));
        self
    }

    /// The text without styles.
    pub(super) fn plain(&self) -> String {
        self.0.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// The text in at most `width` columns.
    fn fitted(&self, width: usize, colours: bool) -> String {
        let mut line = String::new();
        let mut left = width;
        for (style, text) in &self.0 {
            let kept: String = text.chars().take(left).collect();
            left -= kept.chars().count();
            let code = match style {
                Style::Plain => "",
                Style::Bold => "1",
                Style::Dim => "2",
                Style::Good => "32",
                Style::Bad => "1;31",
            };
            if code.is_empty() || !colours {
                line.push_str(&kept);
            } else {
                let _ = write!(line, "\x1b[{code}m{kept}\x1b[0m");
            }
        }
        line
    }
}

// === impl Screen ===

impl Screen {
    pub(super) fn new() -> Self {
        Self {
            colours: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
            drawn: 0,
            size: (0, 0),
            shown: String::new(),
        }
    }

    /// Columns and rows.
    pub(super) fn size() -> (usize, usize) {
        let size = rustix::termios::tcgetwinsize(stdout());
        size.ok()
            .map(|size| (usize::from(size.ws_col), usize::from(size.ws_row)))
            .filter(|(columns, rows)| *columns > 0 && *rows > 0)
            .unwrap_or((80, 24))
    }

    /// Draws the lines in place of those drawn before.
    pub(super) fn draw(&mut self, lines: &[Line]) {
        let size = Self::size();
        let mut text = String::new();
        if self.drawn == 0 {
            text.push_str("\x1b[?25l");
        } else if self.size != size {
            // Lines may have wrapped: where they began is unknown.
            text.push_str("\x1b[2J\x1b[H");
        } else {
            let _ = write!(text, "\x1b[{}A\r", self.drawn);
        }
        let mut frame = String::new();
        for line in lines {
            frame.push_str(&line.fitted(size.0, self.colours));
            frame.push_str("\x1b[K\r\n");
        }
        frame.push_str("\x1b[J");
        if self.size == size && frame == self.shown {
            return;
        }
        text.push_str(&frame);
        console::out(&text);
        self.shown = frame;
        self.drawn = lines.len();
        self.size = size;
    }

    /// Shows the cursor again.
    pub(super) fn release(&mut self) {
        if self.drawn > 0 {
            console::out("\x1b[?25h");
            self.drawn = 0;
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_to_the_width_and_its_styles_are_closed() {
        let line = Line::new(Style::Bold, "héad ").and(Style::Plain, "tail");
        assert_eq!(line.plain(), "héad tail");
        assert_eq!(line.fitted(7, true), "\x1b[1mhéad \x1b[0mta");
        assert_eq!(line.fitted(3, false), "héa");
    }
}
