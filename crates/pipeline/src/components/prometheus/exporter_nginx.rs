//! `prometheus.exporter.nginx`: nginx's own counters. Alloy has no such component; this one stands in for the sidecar.

use std::sync::{Mutex, PoisonError};

use outpost_alloy_syntax::{Duration, arguments};
use outpost_collect::exporter::nginx::{NginxConfig, NginxExporter, StatusUrl};

use crate::arguments::HttpClientArguments;
use crate::components::prometheus::exporter::{export_target_of, offer};
use crate::{Component, Context, Refusal};

/// The job of its target.
const JOB: &str = "integrations/nginx";

arguments! {
    /// An nginx with a status page.
    pub(crate) struct NginxArguments {
        /// Where the status page is: `http://…`, `https://…` or `unix:/path/of/socket:/status`.
        attr scrape_uri: String = "http://127.0.0.1:8080/stub_status".to_owned(),
        /// How long the server may take.
        attr timeout: Duration = Duration::from_secs(5),
        /// How it is asked.
        flatten client: HttpClientArguments,
    }
}

/// The component.
pub(crate) struct ExporterNginx {
    context: Context,
    /// The configuration until the component opens.
    config: Mutex<Option<NginxConfig>>,
}

// === impl NginxArguments ===

impl NginxArguments {
    fn config(&self) -> Result<NginxConfig, Refusal> {
        let url = StatusUrl::parse(&self.scrape_uri)
            .map_err(|error| Refusal::of(["scrape_uri"], error.to_string()))?;
        Ok(NginxConfig {
            url,
            timeout: self.timeout.to_std_or_zero(),
            client: self.client.config()?,
        })
    }
}

impl Component for ExporterNginx {
    const NAME: &'static str = "prometheus.exporter.nginx";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = NginxArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let config = arguments.config()?;
        export_target_of(context, Self::NAME, JOB, &config.url.instance());
        Ok(Self {
            context: context.clone(),
            config: Mutex::new(Some(config)),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        let config = arguments.config()?;
        export_target_of(&self.context, Self::NAME, JOB, &config.url.instance());
        offer(&self.context, NginxExporter::new(config));
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        let mut config = self.config.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = config.take() {
            offer(&self.context, NginxExporter::new(config));
        }
        Ok(())
    }
}
