//! `stage.decolorize`: takes ANSI codes out of lines.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use tokio::time::Instant;

use crate::process::chain::Stage;
use crate::process::item::Item;

/// Control sequences as Alloy knows them.
static CODES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        "[\u{1b}\u{9b}][\\[\\]()#;?]*(?:(?:(?:[a-zA-Z0-9]*(?:;[a-zA-Z0-9]*)*)?\u{07})|(?:(?:[0-9]{1,4}(?:;[0-9]{0,4})*)?[0-9A-PRZcf-ntqry=><~]))",
    )
    .ok()
});

/// Takes the codes out.
pub(super) struct Decolorize;

impl Stage for Decolorize {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            let text = item.text();
            if let Cow::Owned(plain) = without_codes(&text) {
                item.set_text(plain);
            }
        }
    }
}

/// The text without codes; borrowed if there are none.
pub(super) fn without_codes(text: &str) -> Cow<'_, str> {
    if !text.contains(['\u{1b}', '\u{9b}']) {
        return Cow::Borrowed(text);
    }
    match CODES.as_ref() {
        Some(codes) => codes.replace_all(text, ""),
        None => Cow::Borrowed(text),
    }
}
