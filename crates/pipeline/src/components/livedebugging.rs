//! `livedebugging`: accepted, since files have it; there is no live debugging here.

use outpost_alloy_syntax::arguments;

use crate::{Component, Context, Refusal, Remark};

arguments! {
    /// Watching data flow through components, in Alloy's user interface.
    pub(crate) struct LiveDebuggingArguments {
        /// Whether.
        attr enabled: bool = false,
    }
}

/// The block.
pub(crate) struct LiveDebugging;

impl Component for LiveDebugging {
    const NAME: &'static str = "livedebugging";
    type Arguments = LiveDebuggingArguments;

    fn build(_: &Context, _: &Self::Arguments) -> Result<Self, Refusal> {
        Ok(Self)
    }

    fn update(&self, _: &Self::Arguments) -> Result<(), Refusal> {
        Ok(())
    }

    fn advise(_: &Context, arguments: &Self::Arguments) -> Vec<Remark> {
        let remark = Remark::on(
            ["enabled"],
            "outpost has no live debugging, so this has no effect",
        );
        arguments.enabled.then_some(remark).into_iter().collect()
    }
}
