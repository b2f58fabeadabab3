//! `prometheus.exporter.self`: the agent's own metrics, as `/metrics` has them.

use std::sync::Arc;

use outpost_alloy_syntax::arguments;
use outpost_collect::exporter::{Collection, Exporter, Page, SharedExporter};
use outpost_model::MetricType;
use tokio::time::Instant;

use crate::components::prometheus::exporter::export_target;
use crate::own_page::OwnPage;
use crate::{Component, Context, Refusal};

arguments! {
    /// Takes no arguments.
    pub(crate) struct SelfArguments {}
}

/// The component.
pub(crate) struct ExporterSelf {
    context: Context,
}

/// Reads the agent's own page.
struct OwnExporter {
    page: Arc<OwnPage>,
}

impl Component for ExporterSelf {
    const NAME: &'static str = "prometheus.exporter.self";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = SelfArguments;

    fn build(context: &Context, _: &Self::Arguments) -> Result<Self, Refusal> {
        export_target(context, Self::NAME, "integrations/self");
        Ok(Self {
            context: context.clone(),
        })
    }

    fn update(&self, _: &Self::Arguments) -> Result<(), Refusal> {
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        let surroundings = self.context.surroundings();
        let page = Arc::clone(&surroundings.own_page);
        let exporter = Arc::new(SharedExporter::new(OwnExporter { page }));
        surroundings
            .targets
            .put(&self.context.id().to_string(), exporter);
        Ok(())
    }
}

impl Exporter for OwnExporter {
    fn collect<'a>(&'a mut self, page: &'a mut Page, _: Instant) -> Collection<'a> {
        copy(&self.page.text(), page);
        Box::pin(std::future::ready(()))
    }
}

/// Puts a page that this process has written on another: `# HELP`, `# TYPE`, then the family's rows.
fn copy(text: &str, page: &mut Page) {
    let mut help = "";
    let mut family = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            help = rest.split_once(' ').map_or("", |(_, help)| help);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap_or((rest, ""));
            family = Some(page.family(name.to_owned(), kind_of(kind), help.to_owned()));
        } else if let Some((series, value)) = line.rsplit_once(' ')
            && let (Some(rows), Ok(value)) = (family.as_mut(), value.parse())
        {
            rows.put_series(series, value);
        }
    }
}

fn kind_of(word: &str) -> MetricType {
    match word {
        "counter" => MetricType::Counter,
        "gauge" => MetricType::Gauge,
        "histogram" => MetricType::Histogram,
        "summary" => MetricType::Summary,
        _ => MetricType::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use outpost_self_metrics::{Registry, Scope};

    use super::*;

    #[tokio::test]
    async fn the_exporters_page_is_the_agents_own() {
        let registry = Registry::new();
        let scope = Scope::new(&registry, [("component_id", "a")]);
        scope.counter("x_total", "Counts.").inc();
        scope
            .histogram("y_seconds", "Times.", &[0.5, 1.0])
            .observe(0.7);
        let page = Arc::new(OwnPage::new(registry));
        let exporter = SharedExporter::new(OwnExporter {
            page: Arc::clone(&page),
        });
        let copied = exporter.text(Duration::from_secs(1)).await.unwrap();
        assert_eq!(String::from_utf8(copied).unwrap(), page.text());
    }
}
