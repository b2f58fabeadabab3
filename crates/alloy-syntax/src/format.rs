//! The one way to lay out a configuration: tabs, aligned `=`, comments where they were.
//!
//! The result is what `alloy fmt` writes (golden cases hold it to that), except where that changes the program or needs
//! a second run: strings and keys stay byte for byte as written, and formatting a formatted text changes nothing. It
//! is not: a refactoring; long lines stay long, and what stood on lines of its own stays there.

use std::sync::Arc;

use crate::{Diagnostics, Source, parse};

mod columns;
mod comments;
mod printer;
mod values;

use printer::Printer;

/// A comment in an odd place can lose the line end beside it; the next pass then sees the new lines. No text is known
/// that needs more than two passes.
const MAX_PASSES: usize = 3;

/// Lays out a configuration. An empty one becomes one line end, as Alloy has it.
///
/// ```
/// use outpost_alloy_syntax::{Source, format};
///
/// let source = Source::new("config.alloy", "logging{\nlevel=\"info\" // all\n}")?;
/// assert_eq!(format(&source)?, "logging {\n\tlevel = \"info\" // all\n}\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn format(source: &Arc<Source>) -> Result<String, Diagnostics> {
    let mut text = pass(source)?;
    for _ in 1..MAX_PASSES {
        let again = pass(&Source::new(source.name(), &*text)?)?;
        if again == text {
            break;
        }
        text = again;
    }
    Ok(text)
}

fn pass(source: &Arc<Source>) -> Result<String, Diagnostics> {
    let file = parse(source)?;
    let mut printer = Printer::new(&file);
    printer.statements(&file.body.statements);
    Ok(printer.finish())
}
