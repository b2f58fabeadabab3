//! What the daemon says about containers and networks, as far as it is used here.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

/// One line of `docker ps`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Container {
    /// The full id.
    pub id: String,
    /// The names, each with a slash in front; links make several.
    #[serde(deserialize_with = "or_default")]
    pub names: Vec<String>,
    /// The image as it was asked for.
    pub image: String,
    /// Its labels.
    #[serde(deserialize_with = "or_default")]
    pub labels: BTreeMap<String, String>,
    /// Its ports, exposed and published.
    #[serde(deserialize_with = "or_default")]
    pub ports: Vec<Port>,
    /// `running`, `exited`, `paused`, …
    pub state: String,
    /// `bridge`, `host`, `none`, `container:ID`, or a network's name.
    #[serde(rename = "HostConfig", deserialize_with = "network_mode")]
    pub network_mode: String,
    /// The networks it is attached to, by name; a network may have nothing to say about it.
    #[serde(rename = "NetworkSettings", deserialize_with = "networks")]
    pub networks: BTreeMap<String, Option<Attachment>>,
}

/// A container's end in a network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Attachment {
    /// The network's id.
    #[serde(rename = "NetworkID")]
    pub network_id: String,
    /// The container's address there; empty while it has none.
    #[serde(rename = "IPAddress")]
    pub address: String,
}

/// A port of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Port {
    /// The host's address that it is published on; empty where it is not.
    #[serde(rename = "IP")]
    pub public_address: String,
    /// Inside.
    #[serde(rename = "PrivatePort")]
    pub private: u16,
    /// On the host; 0 where it is not published.
    #[serde(rename = "PublicPort")]
    pub public: u16,
    /// `tcp`, `udp` or `sctp`.
    #[serde(rename = "Type")]
    pub protocol: String,
}

/// A network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Network {
    /// The full id.
    pub id: String,
    /// The name.
    pub name: String,
    /// `local`, `swarm` or `global`.
    pub scope: String,
    /// Whether it leads nowhere outside.
    pub internal: bool,
    /// Whether it is the swarm's routing mesh.
    pub ingress: bool,
    /// Its labels.
    #[serde(deserialize_with = "or_default")]
    pub labels: BTreeMap<String, String>,
}

/// What `docker inspect` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// The full id.
    pub id: String,
    /// The name, with a slash in front.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Whether it has a terminal: its log then has no frames, and everything is standard output.
    pub tty: bool,
    /// The logging driver.
    pub log_driver: String,
    /// The log's file, where the driver has one that others may read.
    pub log_path: String,
    /// Whether it runs now.
    pub running: bool,
    /// Whether it is removed as soon as it stops (`--rm`).
    pub auto_remove: bool,
    /// When it was started last, RFC 3339.
    pub started_at: String,
    /// When it stopped last, RFC 3339; the year 1 where it never did.
    pub finished_at: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawDetails {
    id: String,
    name: String,
    log_path: String,
    config: RawConfig,
    host_config: RawHostConfig,
    state: RawState,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawConfig {
    tty: bool,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawHostConfig {
    network_mode: String,
    auto_remove: bool,
    log_config: RawLogConfig,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawLogConfig {
    #[serde(rename = "Type")]
    driver: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawState {
    running: bool,
    started_at: String,
    finished_at: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawNetworks {
    #[serde(deserialize_with = "or_default")]
    networks: BTreeMap<String, Option<Attachment>>,
}

// === impl Details ===

impl<'de> Deserialize<'de> for Details {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawDetails::deserialize(deserializer)?;
        Ok(Self {
            id: raw.id,
            name: raw.name,
            labels: raw.config.labels,
            tty: raw.config.tty,
            log_driver: raw.host_config.log_config.driver,
            log_path: raw.log_path,
            running: raw.state.running,
            auto_remove: raw.host_config.auto_remove,
            started_at: raw.state.started_at,
            finished_at: raw.state.finished_at,
        })
    }
}

/// Go writes an empty list or map as `null`.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

fn network_mode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(RawHostConfig::deserialize(deserializer)?.network_mode)
}

fn networks<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Option<Attachment>>, D::Error> {
    let raw: Option<RawNetworks> = Option::deserialize(deserializer)?;
    Ok(raw.unwrap_or_default().networks)
}
