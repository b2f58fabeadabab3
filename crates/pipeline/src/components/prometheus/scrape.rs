//! `prometheus.scrape`: scrapes targets.

mod arguments;

use crate::components::unwired;
use crate::{Component, Context, Refusal, Stability};

pub(crate) use arguments::ScrapeArguments;

/// The component.
pub(crate) struct Scrape {
    context: Context,
}

// === impl Scrape ===

impl Scrape {
    fn check(context: &Context, arguments: &ScrapeArguments) -> Result<(), Refusal> {
        arguments.client.config()?;
        let allowed = context.surroundings().stability;
        for (name, given) in [
            ("honor_metadata", arguments.honor_metadata),
            (
                "enable_type_and_unit_labels",
                arguments.enable_type_and_unit_labels,
            ),
            (
                "start_timestamp_zero_ingestion",
                arguments.start_timestamp_zero_ingestion,
            ),
        ] {
            if given && !allowed.allows(Stability::Experimental) {
                return Err(Refusal::of(
                    [name],
                    format!(
                        "{name} is experimental: run with --stability.level=experimental to use it"
                    ),
                ));
            }
        }
        Ok(())
    }
}

impl Component for Scrape {
    const NAME: &'static str = "prometheus.scrape";
    type Arguments = ScrapeArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        Self::check(context, arguments)?;
        Ok(Self {
            context: context.clone(),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        Self::check(&self.context, arguments)
    }

    fn open(&self) -> Result<(), Refusal> {
        unwired::refuse(&self.context)
    }
}
