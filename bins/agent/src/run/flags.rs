//! The flags of `outpost run`: all those of `alloy run`, so that its command line starts unchanged.
//!
//! Flags of things that Outpost does not have are accepted and named in one warning with the reason
//! ([`Flags::note_ineffective`]).

use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, Args};
use outpost_alloy_syntax::Bytes;

use crate::cli::StabilityFlag;

const ALONE: &str = "every outpost runs by itself, so give each agent its own targets";
const NEVER_REPORTS: &str = "outpost never reports usage to anyone";
const ALLOY_ONLY: &str = "outpost reads Alloy files only";
const NO_SUCH_PART: &str = "outpost has no such part";
const ALWAYS: &str = "this is how outpost always works";

/// Why a flag has no effect.
const INEFFECTIVE: &[(&str, &str)] = &[
    ("enable_pprof", NO_SUCH_PART),
    ("disable_support_bundle", NO_SUCH_PART),
    ("enable_graphql", NO_SUCH_PART),
    ("enable_graphql_playground", NO_SUCH_PART),
    ("disable_reporting", NEVER_REPORTS),
    ("bypass_conversion_errors", ALLOY_ONLY),
    ("extra_args", ALLOY_ONLY),
    ("community_components", NO_SUCH_PART),
    ("direct_fanout", ALWAYS),
    ("cluster_enabled", ALONE),
    ("cluster_node_name", ALONE),
    ("cluster_join_addresses", ALONE),
    ("cluster_discover_peers", ALONE),
    ("cluster_rejoin_interval", ALONE),
    ("cluster_advertise_address", ALONE),
    ("cluster_advertise_interfaces", ALONE),
    ("cluster_max_join_peers", ALONE),
    ("cluster_name", ALONE),
    ("cluster_wait_for_size", ALONE),
    ("cluster_wait_timeout", ALONE),
    ("cluster_use_discovery_v1", ALONE),
    ("cluster_enable_tls", ALONE),
    ("cluster_tls_ca_path", ALONE),
    ("cluster_tls_cert_path", ALONE),
    ("cluster_tls_key_path", ALONE),
    ("cluster_tls_server_name", ALONE),
    ("windows_priority", "outpost runs on Linux only"),
];

/// `outpost run`.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// The configuration: a file, or a directory whose *.alloy files count as one
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,

    /// Where to serve the page, the API and /metrics; port 0 takes a free one
    #[arg(
        long = "server.http.listen-addr",
        value_name = "ADDR",
        default_value = "127.0.0.1:12345"
    )]
    pub(crate) listen_addr: String,

    /// The address that exporters inside the agent have as scrape targets; nothing listens there
    #[arg(
        long = "server.http.memory-addr",
        value_name = "ADDR",
        default_value = "alloy.internal:12345"
    )]
    pub(crate) memory_addr: String,

    /// The path under which the page is served
    #[arg(
        long = "server.http.ui-path-prefix",
        value_name = "PATH",
        default_value = "/"
    )]
    pub(crate) ui_path_prefix: String,

    /// Where unsent data and positions are kept
    #[arg(
        long = "storage.path",
        value_name = "DIR",
        default_value = "data-alloy/"
    )]
    pub(crate) storage_path: PathBuf,

    /// The most that each prometheus.remote_write keeps on disk; beyond it the oldest samples are dropped and counted
    #[arg(
        long = "storage.wal-max-size",
        value_name = "SIZE",
        default_value = "1GiB"
    )]
    pub(crate) wal_max_size: Bytes,

    /// Memory for all log lines that were read and not yet delivered; sources wait when it is used up
    #[arg(long = "logs.memory", value_name = "SIZE", default_value = "16MiB")]
    pub(crate) logs_memory: Bytes,

    #[command(flatten)]
    pub(crate) stability: StabilityFlag,

    /// The format of PATH; only alloy is read
    #[arg(long = "config.format", value_name = "FORMAT", default_value = "alloy")]
    pub(crate) config_format: String,

    /// How long components may take to stop; nothing unsent is lost if it is short
    #[arg(
        long = "feature.component-shutdown-deadline",
        value_name = "DURATION",
        default_value = "10s"
    )]
    pub(crate) shutdown_deadline: String,

    #[command(flatten)]
    ineffective: Ineffective,

    /// The flags given that have no effect, each with its reason.
    #[arg(skip)]
    pub(crate) without_effect: Vec<(String, &'static str)>,
}

/// Flags that are accepted and do nothing.
#[derive(Debug, Args)]
#[command(next_help_heading = "Without effect, accepted because `alloy run` has them")]
#[expect(clippy::struct_excessive_bools, reason = "as many as Alloy has")]
struct Ineffective {
    #[arg(long = "server.http.enable-pprof", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "true", default_missing_value = "true", action = ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    enable_pprof: bool,
    #[arg(long = "server.http.disable-support-bundle", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", action = ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    disable_support_bundle: bool,
    #[arg(long = "server.http.enable-graphql", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", action = ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    enable_graphql: bool,
    #[arg(long = "server.http.enable-graphql-playground", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", action = ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    enable_graphql_playground: bool,
    #[arg(long = "disable-reporting", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", action = ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    disable_reporting: bool,
    #[arg(long = "config.bypass-conversion-errors", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", action = ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    bypass_conversion_errors: bool,
    #[arg(
        long = "config.extra-args",
        value_name = "ARGS",
        allow_hyphen_values = true
    )]
    extra_args: Option<String>,
    #[arg(long = "feature.community-components.enabled", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", action = ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    community_components: bool,
    #[arg(long = "feature.prometheus.direct-fanout.enabled", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", action = ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    direct_fanout: bool,
    #[arg(long = "cluster.enabled", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", action = ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    cluster_enabled: bool,
    #[arg(long = "cluster.node-name", value_name = "NAME")]
    cluster_node_name: Option<String>,
    #[arg(long = "cluster.join-addresses", value_name = "ADDRS")]
    cluster_join_addresses: Option<String>,
    #[arg(long = "cluster.discover-peers", value_name = "LIST")]
    cluster_discover_peers: Option<String>,
    #[arg(long = "cluster.rejoin-interval", value_name = "DURATION")]
    cluster_rejoin_interval: Option<String>,
    #[arg(long = "cluster.advertise-address", value_name = "ADDR")]
    cluster_advertise_address: Option<String>,
    #[arg(long = "cluster.advertise-interfaces", value_name = "NAMES")]
    cluster_advertise_interfaces: Vec<String>,
    #[arg(long = "cluster.max-join-peers", value_name = "N")]
    cluster_max_join_peers: Option<i64>,
    #[arg(long = "cluster.name", value_name = "NAME")]
    cluster_name: Option<String>,
    #[arg(long = "cluster.wait-for-size", value_name = "N")]
    cluster_wait_for_size: Option<i64>,
    #[arg(long = "cluster.wait-timeout", value_name = "DURATION")]
    cluster_wait_timeout: Option<String>,
    #[arg(long = "cluster.use-discovery-v1", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", action = ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    cluster_use_discovery_v1: bool,
    #[arg(long = "cluster.enable-tls", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", action = ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    cluster_enable_tls: bool,
    #[arg(long = "cluster.tls-ca-path", value_name = "FILE")]
    cluster_tls_ca_path: Option<String>,
    #[arg(long = "cluster.tls-cert-path", value_name = "FILE")]
    cluster_tls_cert_path: Option<String>,
    #[arg(long = "cluster.tls-key-path", value_name = "FILE")]
    cluster_tls_key_path: Option<String>,
    #[arg(long = "cluster.tls-server-name", value_name = "NAME")]
    cluster_tls_server_name: Option<String>,
    #[arg(long = "windows.priority", value_name = "PRIORITY")]
    windows_priority: Option<String>,
}

// === impl Flags ===

impl Flags {
    /// One warning about everything that was given and has no effect.
    pub(crate) fn warn(&self) {
        if self.without_effect.is_empty() {
            return;
        }
        let flags: Vec<String> = self
            .without_effect
            .iter()
            .map(|(flag, why)| format!("{flag} ({why})"))
            .collect();
        tracing::warn!("flags without effect: {}", flags.join(", "));
    }

    /// Notes which flags of `matches` were given and have no effect.
    pub(crate) fn note_ineffective(&mut self, matches: &ArgMatches) {
        let command = Self::augment_args(clap::Command::new("run"));
        self.without_effect = INEFFECTIVE
            .iter()
            .filter(|(id, _)| matches.value_source(id) == Some(ValueSource::CommandLine))
            .filter_map(|(id, why)| {
                let argument = command.get_arguments().find(|a| a.get_id() == id)?;
                Some((format!("--{}", argument.get_long()?), *why))
            })
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::*;

    fn read(arguments: &[&str]) -> Result<Flags, clap::Error> {
        use clap::FromArgMatches as _;
        let command = Flags::augment_args(Command::new("run").no_binary_name(true));
        let matches = command.try_get_matches_from(arguments)?;
        let mut flags = Flags::from_arg_matches(&matches)?;
        flags.note_ineffective(&matches);
        Ok(flags)
    }

    #[test]
    fn the_command_line_of_the_original_deployment_is_taken_as_it_is() {
        let flags = read(&[
            "--server.http.listen-addr=0.0.0.0:12345",
            "--storage.path=/var/lib/alloy/data",
            "--disable-reporting",
            "/etc/alloy/config.alloy",
        ])
        .unwrap();
        assert_eq!(flags.listen_addr, "0.0.0.0:12345");
        assert_eq!(flags.path, PathBuf::from("/etc/alloy/config.alloy"));
        assert_eq!(
            flags.without_effect,
            [("--disable-reporting".to_owned(), NEVER_REPORTS)]
        );
    }

    #[test]
    fn flags_that_were_not_given_are_not_warned_about() {
        let flags = read(&["config.alloy"]).unwrap();
        assert_eq!(flags.without_effect, []);
    }

    #[test]
    fn a_truth_value_is_taken_after_an_equals_sign_only_as_in_alloy() {
        let flags = read(&["--cluster.enabled=false", "--server.http.enable-pprof", "f"]).unwrap();
        assert_eq!(flags.path, PathBuf::from("f"));
        assert_eq!(flags.without_effect.len(), 2);
    }

    #[test]
    fn every_reason_belongs_to_a_flag() {
        let command = Flags::augment_args(Command::new("run"));
        for (id, _) in INEFFECTIVE {
            assert!(command.get_arguments().any(|a| a.get_id() == id), "{id}");
        }
    }
}
