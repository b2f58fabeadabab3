//! What `prometheus.exporter.blackbox` takes, and the targets that follow from it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use outpost_alloy_syntax::{Duration, Secret, arguments};
use outpost_probe::Config;

use crate::arguments::Target;
use crate::probes::{Modules, Probes};
use crate::{InternalTargets, Refusal};

arguments! {
    /// Things to probe, and how.
    pub(crate) struct BlackboxArguments {
        /// The modules, as `blackbox.yml` has them.
        attr config: Option<Secret>,
        /// A file of modules.
        attr config_file: Option<String>,
        /// What a probe leaves of the scrape's time.
        attr probe_timeout_offset: Duration = Duration::from_millis(500),
        /// What is probed, in place of the blocks: `name`, `address`, `module`, and labels.
        attr targets: Vec<Target> = Vec::new(),
        /// What is probed.
        block target: Vec<ProbedArguments>,
    }
}

arguments! {
    /// A thing to probe.
    pub(crate) struct ProbedArguments {
        /// Its name, the end of its job.
        attr name: String,
        /// What the prober takes: a URL, a host, an address with a port.
        attr address: String,
        /// How; `http_2xx` when it is empty.
        attr module: String = String::new(),
        /// Further labels of the target.
        attr labels: BTreeMap<String, String> = BTreeMap::new(),
    }
}

// === impl BlackboxArguments ===

impl BlackboxArguments {
    /// What answers scrapes.
    pub(super) fn probes(&self) -> Result<Probes, Refusal> {
        let modules = match (&self.config, &self.config_file) {
            (Some(config), None) => Modules::Inline(Arc::new(inline(config)?)),
            (None, Some(path)) => Modules::File(PathBuf::from(path)),
            (None, None) => return Err(Refusal::new("config or config_file is needed")),
            (Some(_), Some(_)) => {
                let message = "config and config_file cannot both be given";
                return Err(Refusal::of(["config_file"], message));
            }
        };
        let offset = self.probe_timeout_offset.to_std_or_zero();
        Ok(Probes::new(modules, offset))
    }

    /// The targets to scrape.
    pub(super) fn exported(
        &self,
        id: &str,
        internal: &str,
        component: &str,
    ) -> Result<Vec<Target>, Refusal> {
        let listed: Vec<ProbedArguments> = match (self.target.is_empty(), self.targets.is_empty()) {
            (false, false) => {
                let message = "targets and target blocks cannot both be given";
                return Err(Refusal::of(["targets"], message));
            }
            (true, true) => {
                return Err(Refusal::new("a target block or targets is needed"));
            }
            (false, true) => self.target.clone(),
            (true, false) => {
                let listed = self.targets.iter().map(ProbedArguments::of);
                listed.collect::<Result<_, _>>()?
            }
        };
        let path = InternalTargets::metrics_path(id);
        let exported = listed.into_iter().map(|probed| {
            let mut labels = probed.labels;
            labels
                .entry("instance".to_owned())
                .or_insert_with(|| probed.address.clone());
            if !probed.module.is_empty() {
                labels.insert("__param_module".to_owned(), probed.module);
            }
            let job = format!("integrations/blackbox/{}", probed.name);
            for (name, value) in [
                ("__address__", internal),
                ("__meta_component_id", id),
                ("__meta_component_name", component),
                ("__metrics_path__", &path),
                ("__param_target", &probed.address),
                ("__scheme__", "http"),
                ("job", &job),
            ] {
                labels.insert(name.to_owned(), value.to_owned());
            }
            Target(labels)
        });
        Ok(exported.collect())
    }
}

// === impl ProbedArguments ===

impl ProbedArguments {
    /// A thing to probe that came as a label set.
    fn of(target: &Target) -> Result<Self, Refusal> {
        let mut labels = target.0.clone();
        let other = labels.remove("__address__");
        let address = labels.remove("address").or(other);
        let Some(address) = address.filter(|address| !address.is_empty()) else {
            return Err(Refusal::of(["targets"], "a target has no address"));
        };
        let Some(name) = labels.remove("name").filter(|name| !name.is_empty()) else {
            let message = format!("the target {address:?} has no name");
            return Err(Refusal::of(["targets"], message));
        };
        Ok(Self {
            name,
            address,
            module: labels.remove("module").unwrap_or_default(),
            labels,
        })
    }
}

fn inline(text: &Secret) -> Result<Config, Refusal> {
    let config =
        Config::parse(text.reveal()).map_err(|error| Refusal::of(["config"], error.to_string()))?;
    if config.targets.is_empty() && config.remote_write.is_empty() {
        return Ok(config);
    }
    let message =
        "targets and remote_write are lookout's; here a scrape probes and a component pushes";
    Err(Refusal::of(["config"], message))
}
