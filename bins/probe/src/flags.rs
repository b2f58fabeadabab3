//! The command line: blackbox_exporter's flags, and lookout's few own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{ArgAction, Parser};
use tracing::level_filters::LevelFilter;

/// Probes services from outside and answers as blackbox_exporter does
#[derive(Debug, Parser)]
#[command(
    name = "lookout",
    version,
    after_help = "\
Ask it by hand:
  curl 'http://127.0.0.1:9115/probe?target=https://example.org/health'
  curl 'http://127.0.0.1:9115/probe?target=example.org&debug=true'     what happened, step by step

Prometheus: the usual blackbox_exporter scrape configuration (__param_target relabelling) works unchanged.
Without Prometheus asking: list targets in the configuration file under `targets`; see / in a browser."
)]
pub(crate) struct Flags {
    /// Configuration file: blackbox.yml as it is. Without it ./blackbox.yml where there is one, else http_2xx alone
    #[arg(long = "config.file", value_name = "FILE")]
    pub(crate) config_file: Option<PathBuf>,

    /// Check the configuration file and end
    #[arg(long = "config.check")]
    pub(crate) check: bool,

    /// Address to listen on; may be given several times. Whoever reaches it can make this host open connections
    #[arg(
        long = "web.listen-address",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:9115"
    )]
    listen: Vec<String>,

    /// How many seconds sooner than the scrape a probe must end
    #[arg(long = "timeout-offset", value_name = "SECONDS", default_value_t = 0.5)]
    pub(crate) timeout_offset: f64,

    /// How many probes are kept with their logs
    #[arg(long = "history.limit", value_name = "COUNT", default_value_t = 100)]
    pub(crate) history_limit: usize,

    /// URL under which people reach lookout; its path is the route prefix unless that is given
    #[arg(long = "web.external-url", value_name = "URL")]
    external_url: Option<String>,

    /// What stands before every path
    #[arg(long = "web.route-prefix", value_name = "PATH")]
    route_prefix: Option<String>,

    /// Least important messages to log: error, warn, info or debug
    #[arg(long = "log.level", value_name = "LEVEL", default_value = "info")]
    pub(crate) level: LevelFilter,

    /// Read the configuration file again by itself
    #[arg(long = "config.enable-auto-reload")]
    auto_reload: bool,

    /// How often, as 30s or 5m
    #[arg(long = "config.auto-reload-interval", value_name = "TIME", default_value = "30s", value_parser = seconds)]
    auto_reload_interval: Duration,

    /// Directory of results that are not pushed yet
    #[arg(
        long = "storage.path",
        value_name = "DIR",
        default_value = "data-lookout"
    )]
    pub(crate) storage: PathBuf,

    /// Taken and without effect: there is one format
    #[arg(long = "log.format", value_name = "FORMAT", hide = true)]
    log_format: Option<String>,

    /// Taken and without effect: a probe's log is at /logs and with debug=true
    #[arg(long = "log.prober", value_name = "LEVEL", hide = true)]
    log_prober: Option<String>,

    /// Refused: it would be served without the protection that the file asks for
    #[arg(long = "web.config.file", value_name = "FILE", hide = true)]
    web_config: Option<String>,

    /// Refused: sockets are not taken over
    #[arg(long = "web.systemd-socket", action = ArgAction::SetTrue, hide = true)]
    systemd: bool,
}

// === impl Flags ===

impl Flags {
    pub(crate) fn addresses(&self) -> Result<Vec<SocketAddr>> {
        if self
            .web_config
            .as_ref()
            .is_some_and(|file| !file.is_empty())
        {
            bail!(
                "--web.config.file: TLS and passwords are not served here; put a reverse proxy before lookout"
            );
        }
        if self.systemd {
            bail!("--web.systemd-socket: sockets are not taken over; use --web.listen-address");
        }
        self.listen.iter().map(|text| address(text)).collect()
    }

    pub(crate) fn route_prefix(&self) -> String {
        let external = self.external_url.as_deref().and_then(|url| {
            let (_, rest) = url.split_once("://")?;
            rest.split_once('/').map(|(_, path)| path)
        });
        let prefix = self
            .route_prefix
            .as_deref()
            .or(external)
            .unwrap_or_default();
        match prefix.trim_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        }
    }

    pub(crate) fn reloads(&self) -> Option<Duration> {
        self.auto_reload.then_some(self.auto_reload_interval)
    }

    pub(crate) fn warn_of_what_has_no_effect(&self) {
        for (flag, given) in [
            ("--log.format", &self.log_format),
            ("--log.prober", &self.log_prober),
        ] {
            if given.is_some() {
                tracing::warn!("{flag} has no effect here");
            }
        }
    }
}

/// An address to listen on; `:9115` means every address of the host, as with Go's programs.
fn address(text: &str) -> Result<SocketAddr> {
    let full = if text.starts_with(':') {
        format!("[::]{text}")
    } else {
        text.replace("localhost:", "127.0.0.1:")
    };
    full.parse().with_context(|| {
        format!("--web.listen-address: {text:?} is no address; write 127.0.0.1:9115 or :9115")
    })
}

fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no duration such as 30s or 5m");
    let (number, scale) = match (text.strip_suffix('s'), text.strip_suffix('m')) {
        (Some(number), _) => (number, 1),
        (_, Some(number)) => (number, 60),
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    Ok(Duration::from_secs((number * scale).max(1)))
}
