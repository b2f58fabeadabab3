//! Holds the place of a component whose work is not connected yet: its arguments are checked, and it refuses to open.

use crate::{Context, Refusal};

/// The refusal.
pub(super) fn refuse(context: &Context) -> Result<(), Refusal> {
    Err(Refusal::new(format!(
        "{} cannot run in this build of outpost",
        context.id()
    )))
}
