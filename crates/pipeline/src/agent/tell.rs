//! Diagnostics as lines of the log: one each, with the place as a field and without excerpts.

use outpost_alloy_syntax::{Diagnostic, Diagnostics, Severity};

/// Logs each diagnostic, errors as errors.
pub(super) fn tell(diagnostics: &Diagnostics) {
    for diagnostic in diagnostics {
        let place = diagnostic.location.as_ref().map(ToString::to_string);
        let at = place.as_deref().unwrap_or("nowhere");
        let message = in_a_line(diagnostic);
        match diagnostic.severity {
            Severity::Error => tracing::error!(at, "{message}"),
            Severity::Warning => tracing::warn!(at, "{message}"),
        }
    }
}

/// The message, its remarks and what to do.
fn in_a_line(diagnostic: &Diagnostic) -> String {
    let mut line = diagnostic.message.clone();
    let remarks = diagnostic
        .notes
        .iter()
        .filter(|note| note.location.is_none());
    for remark in remarks.map(|note| &note.message).chain(&diagnostic.help) {
        line.push_str("; ");
        line.push_str(remark);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_and_help_follow_the_message_on_one_line() {
        let diagnostic = Diagnostic::error_without_place("url \"\" is empty")
            .with_remark("the environment variable HOME_URL is not set")
            .with_help("set it");
        assert_eq!(
            in_a_line(&diagnostic),
            "url \"\" is empty; the environment variable HOME_URL is not set; set it"
        );
    }
}
