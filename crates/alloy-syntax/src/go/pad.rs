//! Flags of a format verb, and padding to a width.

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag character of the format"
)]
pub(super) struct Flags {
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `#` before `v`: as source text.
    pub(super) as_source: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

// === impl Flags ===

impl Flags {
    /// Pads to the width, in characters.
    pub(super) fn pad(&self, text: &str, out: &mut String) {
        let missing = self
            .width
            .unwrap_or_default()
            .saturating_sub(text.chars().count());
        if self.minus {
            out.push_str(text);
            out.extend(std::iter::repeat_n(' ', missing));
        } else {
            out.extend(std::iter::repeat_n(
                if self.zero { '0' } else { ' ' },
                missing,
            ));
            out.push_str(text);
        }
    }

    /// Pads to the width with spaces.
    pub(super) fn pad_with_spaces(&self, text: &str, out: &mut String) {
        Self {
            zero: false,
            ..*self
        }
        .pad(text, out);
    }
}
