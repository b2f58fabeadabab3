//! From what the daemon lists to targets, as Prometheus' Docker discovery makes them.
//!
//! One target per network and TCP port; one with the fallback port where there is no TCP port. A container that shares
//! another's network has that one's networks.

use std::collections::{BTreeMap, HashMap};

use outpost_docker::{Attachment, Container, Network, Port};
use outpost_model::{Labels, LabelsBuilder};

use crate::discovery::Targets;
use crate::discovery::name::sanitize;

/// How containers become targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DockerTargets {
    /// The port of containers without a TCP port. Default: 80.
    pub port: u16,
    /// The address of containers in the host's network. Default: `localhost`.
    pub host_networking_host: String,
    /// Whether only the first network by name counts. Default: true.
    pub match_first_network: bool,
}

type Networks = BTreeMap<String, Option<Attachment>>;

// === impl DockerTargets ===

impl Default for DockerTargets {
    fn default() -> Self {
        Self {
            port: 80,
            host_networking_host: "localhost".to_owned(),
            match_first_network: true,
        }
    }
}

impl DockerTargets {
    /// The targets of the listed containers, in a stable order. Containers whose network's owner is not listed have
    /// none.
    pub fn targets(&self, containers: &[Container], networks: &[Network]) -> Targets {
        let by_id: HashMap<&str, &Container> = containers
            .iter()
            .map(|container| (container.id.as_str(), container))
            .collect();
        let network_labels: HashMap<&str, Vec<(String, String)>> = networks
            .iter()
            .map(|network| (network.id.as_str(), labels_of_network(network)))
            .collect();
        let mut targets = Targets::new();
        for container in containers {
            let Some(own) = labels_of_container(container) else {
                continue;
            };
            for attachment in self.attachments(own_or_shared(container, &by_id)) {
                let mut base = own.clone();
                base.set("__meta_docker_network_ip", attachment.address.as_str());
                let labels = network_labels.get(attachment.network_id.as_str());
                for (name, value) in labels.into_iter().flatten() {
                    base.set(name, value);
                }
                self.add(&mut targets, container, attachment, &base);
            }
        }
        targets.sort_unstable();
        targets
    }

    fn attachments<'a>(&self, networks: &'a Networks) -> impl Iterator<Item = &'a Attachment> {
        let first_only = self.match_first_network && networks.len() > 1;
        let most = if first_only { 1 } else { usize::MAX };
        networks.values().flatten().take(most)
    }

    fn add(
        &self,
        targets: &mut Targets,
        container: &Container,
        attachment: &Attachment,
        base: &LabelsBuilder,
    ) {
        let before = targets.len();
        for port in container.ports.iter().filter(|port| port.protocol == "tcp") {
            targets.push(with_port(base.clone(), &attachment.address, port));
        }
        if targets.len() > before {
            return;
        }
        let address = if container.network_mode == "host" {
            self.host_networking_host.clone()
        } else {
            host_port(&attachment.address, self.port)
        };
        let mut labels = base.clone();
        labels.set("__address__", address);
        targets.push(labels.build());
    }
}

/// The container's networks, or those of the container whose network it shares, over any number of steps.
fn own_or_shared<'a>(
    container: &'a Container,
    by_id: &HashMap<&str, &'a Container>,
) -> &'a Networks {
    let mut owner = container;
    // A chain cannot be longer than the list; a circle ends here too.
    for _ in 0..by_id.len() {
        if !owner.networks.is_empty() {
            break;
        }
        let shared = owner.network_mode.strip_prefix("container:");
        match shared.and_then(|id| by_id.get(id)) {
            Some(next) => owner = next,
            None => break,
        }
    }
    &owner.networks
}

fn labels_of_container(container: &Container) -> Option<LabelsBuilder> {
    let name = container.names.first()?;
    let mut labels = LabelsBuilder::default();
    labels
        .set("__meta_docker_container_id", container.id.as_str())
        .set("__meta_docker_container_name", name.as_str())
        .set(
            "__meta_docker_container_network_mode",
            container.network_mode.as_str(),
        );
    // Of several labels that come out with one name the last by name stays.
    for (name, value) in &container.labels {
        let name = format!("__meta_docker_container_label_{}", sanitize(name));
        labels.set(name, value.as_str());
    }
    Some(labels)
}

fn labels_of_network(network: &Network) -> Vec<(String, String)> {
    let mut labels: Vec<(String, String)> = network
        .labels
        .iter()
        .map(|(name, value)| {
            let name = format!("__meta_docker_network_label_{}", sanitize(name));
            (name, value.clone())
        })
        .collect();
    for (name, value) in [
        ("id", network.id.clone()),
        ("name", network.name.clone()),
        ("scope", network.scope.clone()),
        ("internal", network.internal.to_string()),
        ("ingress", network.ingress.to_string()),
    ] {
        labels.push((format!("__meta_docker_network_{name}"), value));
    }
    labels
}

fn with_port(mut labels: LabelsBuilder, address: &str, port: &Port) -> Labels {
    labels
        .set("__meta_docker_port_private", port.private.to_string())
        .set("__address__", host_port(address, port.private));
    if port.public > 0 {
        labels
            .set("__meta_docker_port_public", port.public.to_string())
            .set("__meta_docker_port_public_ip", port.public_address.as_str());
    }
    labels.build()
}

/// As Go joins them: brackets around anything with a colon, and an empty address stays empty.
fn host_port(address: &str, port: u16) -> String {
    if address.contains(':') {
        format!("[{address}]:{port}")
    } else {
        format!("{address}:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(id: &str, mode: &str, networks: &[(&str, &str)]) -> Container {
        let attachment = |address: &str| Attachment {
            network_id: String::new(),
            address: address.to_owned(),
        };
        Container {
            id: id.to_owned(),
            names: vec![format!("/{id}")],
            network_mode: mode.to_owned(),
            networks: networks
                .iter()
                .map(|(name, address)| ((*name).to_owned(), Some(attachment(address))))
                .collect(),
            ..Container::default()
        }
    }

    fn addresses(containers: &[Container]) -> Vec<String> {
        let targets = DockerTargets::default().targets(containers, &[]);
        let address = |labels: &Labels| labels.get("__address__").expect("an address").to_owned();
        targets.iter().map(address).collect()
    }

    #[test]
    fn a_shared_network_is_found_over_several_steps_and_never_in_a_circle() {
        let chain = [
            container("a", "container:b", &[]),
            container("b", "container:c", &[]),
            container("c", "bridge", &[("bridge", "10.0.0.3")]),
        ];
        assert_eq!(addresses(&chain), ["10.0.0.3:80"; 3]);
        let circle = [
            container("a", "container:b", &[]),
            container("b", "container:a", &[]),
        ];
        assert_eq!(addresses(&circle), [""; 0]);
        assert_eq!(addresses(&[container("a", "container:gone", &[])]), [""; 0]);
    }

    #[test]
    fn an_ipv6_address_stands_in_brackets_and_the_first_network_with_an_end_counts() {
        let mut two = container("a", "x", &[("b", "fd00::1"), ("c", "10.0.0.1")]);
        two.networks.insert("a".to_owned(), None);
        assert_eq!(addresses(&[two]), ["[fd00::1]:80"]);
    }

    #[test]
    fn a_container_without_a_name_is_no_target() {
        let mut nameless = container("a", "bridge", &[("bridge", "10.0.0.1")]);
        nameless.names.clear();
        assert_eq!(addresses(&[nameless]), [""; 0]);
    }
}
