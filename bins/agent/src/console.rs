//! What the user sees: text on standard output and standard error, and the exit code.

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

/// 0 for success, 1 for failure: the only two that scripts need to know.
pub(crate) fn exit(success: bool) -> ExitCode {
    if success {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Writes to standard output; a reader that went away is no failure of ours.
pub(crate) fn out(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Writes a line to standard error.
pub(crate) fn err(text: impl Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Says why the command failed, causes included.
pub(crate) fn fail(error: &anyhow::Error) -> ExitCode {
    err(format_args!("error: {error:#}"));
    exit(false)
}
