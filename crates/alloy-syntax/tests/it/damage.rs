//! What formatting must keep: meaning, comments, and its own result.

use outpost_alloy_syntax::{Diagnostics, File, Source, format, parse};

use crate::shape::{comments, shape};

/// What formatting did to a file that it must not do.
pub(crate) fn damage(text: &str) -> Option<String> {
    let before = parsed(text).ok()?;
    let once = format(&before.source).expect("a valid file can be formatted");
    let after = match parsed(&once) {
        Ok(after) => after,
        Err(diagnostics) => return Some(format!("no longer valid:\n{once}\n{diagnostics}")),
    };
    if shape(&before) != shape(&after) {
        return Some(format!(
            "means something else:\n{once}\n{}\n{}",
            shape(&before),
            shape(&after)
        ));
    }
    if comments(&before) != comments(&after) {
        return Some(format!("other comments:\n{once}"));
    }
    let twice = format(&after.source).expect("a formatted file is valid");
    (twice != once).then(|| format!("not stable:\n{once}\n-- again:\n{twice}"))
}

pub(crate) fn parsed(text: &str) -> Result<File, Diagnostics> {
    parse(&Source::new("c", text).expect("below the size limit"))
}
