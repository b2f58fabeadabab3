//! The configuration file: `blackbox.yml` as it is, and beside `modules` what only lookout knows (`targets`, `allow`).
//!
//! Text to tree to checked values; an error names line and key, and a secret is never in it. It is not: who reads files
//! that modules name (each probe does), or who reloads.

mod duration;
mod http;
mod masked;
mod network;
mod table;
mod targets;
mod tls;
mod yaml;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Family, Module, ProberKind, ScheduledTarget, WriteEndpoint};
use table::Table;
use yaml::Node;

/// A file larger than this is not a configuration.
const MAX_BYTES: usize = 4 << 20;

/// Why a configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ConfigError {
    /// Where, from 1.
    pub line: usize,
    /// What, with key and value.
    pub problem: String,
}

/// A checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Modules by name.
    pub modules: BTreeMap<String, Module>,
    /// What is probed on a schedule.
    pub targets: Vec<ScheduledTarget>,
    /// Where results are pushed.
    pub remote_write: Vec<WriteEndpoint>,
    /// Which targets `/probe` may be asked for; `None` allows any.
    pub allow: Option<Vec<crate::Pattern>>,
    /// The file as written, secrets masked.
    pub written: Arc<str>,
}

// === impl Config ===

impl Config {
    /// Reads a configuration.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        if text.len() > MAX_BYTES {
            return Err(ConfigError::at(1, format!("larger than {MAX_BYTES} bytes")));
        }
        let root = yaml::parse(text)?;
        let mut table = Table::new(&root, "")?;
        let mut modules = BTreeMap::new();
        if let Some(map) = table.table("modules")? {
            for entry in map.entries() {
                let module = module(&entry.value, &map.path(&entry.key))?;
                modules.insert(entry.key.clone(), module);
            }
        }
        let targets = targets::targets(&mut table, &modules)?;
        let remote_write = targets::remote_write(&mut table)?;
        let allow = targets::allow(&mut table)?;
        table.finish()?;
        Ok(Self {
            modules,
            targets,
            remote_write,
            allow,
            written: masked::masked(&root).into(),
        })
    }
}

/// What the real exporter's packages ship: `http_2xx` alone, for a lookout without a file.
impl Default for Config {
    fn default() -> Self {
        Self {
            modules: BTreeMap::from([("http_2xx".to_owned(), Module::http_2xx())]),
            targets: Vec::new(),
            remote_write: Vec::new(),
            allow: None,
            written: Arc::from("modules:\n  http_2xx:\n    prober: http\n"),
        }
    }
}

// === impl ConfigError ===

impl ConfigError {
    pub(crate) fn at(line: usize, problem: impl Into<String>) -> Self {
        Self {
            line,
            problem: problem.into(),
        }
    }
}

fn module(node: &Node, path: &str) -> Result<Module, ConfigError> {
    let mut table = Table::new(node, path)?;
    let empty = Node {
        line: node.line,
        kind: yaml::Kind::Null,
    };
    let kind = table.text("prober")?.unwrap_or_default().to_owned();
    let timeout = table
        .duration("timeout")?
        .filter(|timeout| !timeout.is_zero());
    // Each section is checked, also those of other probers.
    let mut section = |key: &'static str| {
        let node = table.get(key).unwrap_or(&empty);
        Table::new(node, table.path(key))
    };
    let http = http::http(section("http")?)?;
    let tcp = network::tcp(section("tcp")?)?;
    let unix = network::unix(section("unix")?)?;
    let icmp = network::icmp(section("icmp")?)?;
    let grpc = network::grpc(section("grpc")?)?;
    let dns = network::dns(section("dns")?)?;
    let prober = match kind.as_str() {
        "http" => ProberKind::Http(Box::new(http)),
        "tcp" => ProberKind::Tcp(tcp),
        "unix" => ProberKind::Unix(unix),
        "icmp" => ProberKind::Icmp(icmp),
        "grpc" => ProberKind::Grpc(grpc),
        "dns" => match dns {
            Some(dns) => ProberKind::Dns(Box::new(dns)),
            None => return Err(table.error("prober dns needs dns.query_name")),
        },
        other => {
            let known = "http, tcp, dns, icmp, grpc and unix";
            return Err(table.error(&format!("prober must be one of {known}, not {other:?}")));
        }
    };
    table.finish()?;
    Ok(Module {
        prober,
        timeout,
        written: masked::masked(node).into(),
    })
}

/// `preferred_ip_protocol` and `ip_protocol_fallback`, where they are given.
fn family(table: &mut Table<'_>) -> Result<Family, ConfigError> {
    let four = table.parsed("preferred_ip_protocol", "ip4 or ip6", |text| match text {
        "ip4" => Some(Some(true)),
        "ip6" => Some(Some(false)),
        "" => Some(None),
        _ => None,
    })?;
    let fallback = table.flag("ip_protocol_fallback", true)?;
    Ok(match four.flatten() {
        Some(true) => Family::Ip4 { fallback },
        None if fallback => Family::Any,
        // IPv6 is what the real exporter prefers: without a fallback it is the only one.
        Some(false) | None => Family::Ip6 { fallback },
    })
}
