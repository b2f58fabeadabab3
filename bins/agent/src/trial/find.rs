//! What there is to collect on this machine, besides the host itself.

use std::time::Duration;

use outpost_docker::{Client, Filters};
use outpost_http_client::ClientConfig;
use outpost_pipeline::Registry;

use super::{Flags, starter};

/// A daemon that answers later is as good as none: the trial shall begin.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was found, and what was asked for and cannot be had.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The daemon that answers, and how many containers run.
    pub(super) docker: Option<(String, usize)>,
    /// nginx' status page.
    pub(super) nginx: Option<String>,
    /// MySQL's data source name, a secret.
    pub(super) mysql: Option<String>,
    /// What is left out, and why.
    pub(super) left_out: Vec<String>,
}

// === impl Found ===

impl Found {
    pub(super) async fn look(flags: &Flags, registry: &Registry) -> Self {
        let mut found = Self::default();
        match containers(&flags.docker).await {
            Ok(count) => found.docker = Some((flags.docker.clone(), count)),
            Err(why) => found.left_out.push(format!("Docker: {why}")),
        }
        let mut take = |component: &str, given: &Option<String>| {
            let given = given.as_ref().filter(|given| !given.is_empty())?;
            if registry.get(component).is_none() {
                let why = format!("{component} is not part of this build");
                found.left_out.push(why);
                return None;
            }
            Some(given.clone())
        };
        let nginx = take(starter::NGINX_EXPORTER, &flags.nginx);
        let mysql = take(starter::MYSQL_EXPORTER, &flags.mysql);
        Self {
            nginx,
            mysql,
            ..found
        }
    }

    /// The environment variables that the starter configuration reads.
    pub(super) fn variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let nginx = self.nginx.as_deref().map(|url| (starter::NGINX, url));
        let mysql = self.mysql.as_deref().map(|dsn| (starter::MYSQL, dsn));
        nginx.into_iter().chain(mysql)
    }

    /// In words, for the first lines.
    pub(super) fn words(&self) -> String {
        let mut words = vec!["this host".to_owned()];
        if let Some((host, count)) = &self.docker {
            let plural = if *count == 1 { "" } else { "s" };
            words.push(format!("Docker ({count} container{plural} at {host})"));
        }
        if self.nginx.is_some() {
            words.push("nginx".to_owned());
        }
        if self.mysql.is_some() {
            words.push("MySQL".to_owned());
        }
        words.push("the agent itself".to_owned());
        words.join(", ")
    }
}

/// How many containers run, or why that cannot be told.
async fn containers(host: &str) -> Result<usize, String> {
    let client =
        Client::connect(host, ClientConfig::default()).map_err(|error| error.to_string())?;
    let filters = Filters::default();
    match tokio::time::timeout(PATIENCE, client.list(&filters, false)).await {
        Ok(Ok(containers)) => Ok(containers.len()),
        Ok(Err(error)) => Err(format!("{:#}", anyhow::Error::new(error))),
        Err(_) => Err(format!("no answer from {host} within {PATIENCE:?}")),
    }
}
