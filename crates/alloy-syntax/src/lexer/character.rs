//! Which characters make names, and which may not stand in a configuration at all.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use super::{Lexer, MAX_ERRORS, TokenKind};

/// Allowed as the very first character only.
pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

/// Whether a name may start with it: a letter of any script, or `_`.
pub(super) fn is_letter(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphabetic() || character == '_';
    }
    character.general_category_group() == GeneralCategoryGroup::Letter
}

/// Whether a name may go on with it: a letter, or a decimal digit of any script.
pub(super) fn continues_identifier(character: char) -> bool {
    is_letter(character)
        || character.is_ascii_digit()
        || (!character.is_ascii() && character.general_category() == GeneralCategory::DecimalNumber)
}

/// Whether a text is a name: no keyword, no other character.
pub(crate) fn is_identifier(text: &str) -> bool {
    text.starts_with(is_letter)
        && text.chars().all(continues_identifier)
        && !matches!(text, "null" | "true" | "false")
}

// === impl Lexer ===

impl Lexer<'_> {
    /// Reports what may stand nowhere, not even in strings and comments. Elsewhere it is then skipped like a blank.
    pub(super) fn report_forbidden_characters(&mut self) {
        let after_mark = self.at;
        let text = self.text.get(after_mark..).unwrap_or_default();
        for (at, _) in text.match_indices('\0').take(MAX_ERRORS) {
            let at = after_mark + at;
            self.report(at, at + 1, "a NUL byte stands here", "remove it");
        }
        for (at, _) in text.match_indices(BYTE_ORDER_MARK).take(MAX_ERRORS) {
            let at = after_mark + at;
            self.report(
                at,
                at + BYTE_ORDER_MARK.len_utf8(),
                "a byte order mark stands in the middle of the file",
                "remove it; it often comes from joining two files",
            );
        }
    }

    /// Reports a character that starts no token, and reads on with what was most likely meant.
    pub(super) fn illegal(&mut self, character: char) {
        let start = self.at;
        self.bump(character.len_utf8());
        match character {
            '\0' | BYTE_ORDER_MARK => {}
            '#' => {
                self.report(
                    start,
                    self.at,
                    "a comment does not start with `#`",
                    "write `//`",
                );
                self.bump_while(|c| c != '\n');
            }
            ';' => {
                self.report(
                    start,
                    self.at,
                    "`;` does not end a statement, the end of the line does",
                    "remove it, or start a new line",
                );
                if self.newline_counts {
                    self.push(TokenKind::Newline, start);
                }
            }
            ':' => {
                self.report(
                    start,
                    self.at,
                    "`:` does not stand between a name and its value",
                    "write `=`",
                );
                if self.byte(0) != Some(b'=') {
                    self.push(TokenKind::Assign, start);
                }
            }
            '\u{201c}'..='\u{201f}' | '\u{2018}'..='\u{201b}' => {
                let message = format!("`{character}` is not the quote of a string");
                self.report(start, self.at, &message, "write `\"`");
            }
            '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{200b}' => {
                let code = u32::from(character);
                let message = format!("the character U+{code:04X} looks like a space but is none");
                self.report(start, self.at, &message, "replace it with a space");
            }
            _ => self.illegal_run(start, character),
        }
    }

    /// One report for a run of characters that mean nothing.
    fn illegal_run(&mut self, start: usize, first: char) {
        let starts_token = |c: char| {
            c.is_ascii() && !matches!(c, '$' | '@' | '?' | '\\' | '~' | '\x01'..='\x1f' | '\x7f')
        };
        self.bump_while(|c| !starts_token(c) && !is_letter(c) && c != BYTE_ORDER_MARK);
        let code = u32::from(first);
        let message = if first.is_control() {
            format!("the control character U+{code:04X} means nothing here")
        } else {
            format!("`{first}` (U+{code:04X}) means nothing here")
        };
        self.report(start, self.at, &message, "");
    }
}
