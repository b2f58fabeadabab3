//! `local.file_match`: the files that patterns match, as targets.

use outpost_alloy_syntax::{Duration, Fields, Value, arguments};

use crate::arguments::Target;
use crate::components::unwired;
use crate::{Component, Context, Refusal};

arguments! {
    /// Files that patterns match.
    pub(crate) struct FileMatchArguments {
        /// Targets whose `__path__` is a pattern and `__path_exclude__` another one.
        attr path_targets: Vec<Target>,
        /// How often the patterns are looked up.
        attr sync_period: Duration = Duration::from_secs(10),
        /// Files that have not changed for so long are left out; 0 takes all.
        attr ignore_older_than: Duration = Duration::from_secs(0),
    }
    check = Self::check;
}

/// The component.
pub(crate) struct FileMatch {
    context: Context,
}

// === impl FileMatchArguments ===

impl FileMatchArguments {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if self.sync_period.as_nanos() <= 0 {
            fields.object("sync_period", "sync_period must be longer than 0");
        }
    }
}

impl Component for FileMatch {
    const NAME: &'static str = "local.file_match";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = FileMatchArguments;

    fn build(context: &Context, _: &Self::Arguments) -> Result<Self, Refusal> {
        context.exports().set("targets", Value::array([]));
        Ok(Self {
            context: context.clone(),
        })
    }

    fn update(&self, _: &Self::Arguments) -> Result<(), Refusal> {
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        unwired::refuse(&self.context)
    }
}
