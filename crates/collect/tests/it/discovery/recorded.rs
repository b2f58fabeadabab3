//! Every recorded container is made again on the real daemon; its targets must be those that Alloy had.
//!
//! The recordings name containers and networks; here they get a prefix of their own and ports that are free, and what
//! is found is translated back.

use std::collections::{BTreeMap, BTreeSet};

use outpost_collect::discovery::DockerTargets;
use outpost_docker::{Client, Container, Filters, Network};
use outpost_golden::{Verdicts, cases};
use outpost_http_client::ClientConfig;
use outpost_model::Labels;
use outpost_testbed::{container_host, free_port};
use serde_json::Value;

const FILE: &str = "alloy/discovery_docker.jsonl";

/// Containers and networks of this test, removed at its end.
struct Lab {
    prefix: String,
    image: String,
    /// The recorded host ports and those in their place.
    ports: BTreeMap<String, u16>,
    containers: Vec<String>,
    networks: Vec<String>,
}

impl Lab {
    fn network(&mut self, name: &str, flags: &[&str]) {
        let own = format!("{}{name}", self.prefix);
        let mut arguments = vec!["network", "create"];
        arguments.extend(flags);
        arguments.push(&own);
        docker(&arguments);
        self.networks.push(own);
    }

    /// A flag of `docker run` as recorded, for this lab.
    fn translate(&mut self, flag: &str) -> String {
        if let Some(owner) = flag.strip_prefix("container:") {
            return format!("container:{}{owner}", self.prefix);
        }
        if flag.starts_with("rec-net-") {
            return format!("{}{flag}", self.prefix);
        }
        match flag.split(':').collect::<Vec<_>>().as_slice() {
            ["127.0.0.1", public, private] => {
                let port = *self
                    .ports
                    .entry((*public).to_owned())
                    .or_insert_with(free_port);
                format!("127.0.0.1:{port}:{private}")
            }
            _ => flag.to_owned(),
        }
    }

    fn container(&mut self, name: &str, case: Option<&Value>) {
        let texts = |key: &str| -> Vec<String> {
            let list = case.and_then(|case| case[key].as_array());
            let text = |value: &Value| value.as_str().expect("text").to_owned();
            list.map(|list| list.iter().map(text).collect())
                .unwrap_or_default()
        };
        let state = case.map_or("running", |case| case["state"].as_str().expect("a state"));
        let own = format!("{}{name}", self.prefix);
        let mut arguments = vec!["create".to_owned(), "--name".to_owned(), own.clone()];
        arguments.extend(["--label", "recorder=logs-discovery", "--label"].map(str::to_owned));
        arguments.push(format!("lab={}", self.prefix));
        let flags = texts("docker_run");
        arguments.extend(flags.iter().map(|flag| self.translate(flag)));
        let script = if state == "exited" {
            "true"
        } else {
            "sleep 600"
        };
        arguments.extend([&self.image, "sh", "-c", script].map(str::to_owned));
        docker(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        self.containers.push(own.clone());
        for network in texts("then_connected_to") {
            let network = self.translate(&network);
            docker(&["network", "connect", &network, &own]);
        }
        match state {
            "created" => {}
            "exited" => drop(docker(&["start", "--attach", &own])),
            "paused" => {
                docker(&["start", &own]);
                docker(&["pause", &own]);
            }
            _ => drop(docker(&["start", &own])),
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let remove = |what: &[&str], names: &[String]| {
            let _ = std::process::Command::new("docker")
                .env("DOCKER_HOST", container_host().unwrap_or_default())
                .args(what)
                .args(names)
                .output();
        };
        remove(&["rm", "--force"], &self.containers);
        remove(&["network", "rm"], &self.networks);
    }
}

fn docker(arguments: &[&str]) -> String {
    let output = std::process::Command::new("docker")
        .env("DOCKER_HOST", container_host().expect("a daemon"))
        .args(arguments)
        .output()
        .expect("the docker client runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "docker {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The arguments that a recorded configuration sets, and its filters.
fn arguments(config: &str) -> (DockerTargets, Filters) {
    let mut rules = DockerTargets::default();
    let mut filters = Filters::default();
    let mut filter = String::new();
    for line in config.lines() {
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let json = || serde_json::from_str::<Value>(value.trim()).expect("a plain value");
        let text = || json().as_str().expect("text").to_owned();
        match name.trim() {
            "port" => rules.port = value.trim().parse().expect("a port"),
            "match_first_network" => rules.match_first_network = value.trim() == "true",
            "host_networking_host" => rules.host_networking_host = text(),
            "name" => filter = text(),
            "values" => {
                let values = json();
                let values = values.as_array().expect("a list").iter();
                let values = values.filter_map(Value::as_str);
                filters = filters.with(&filter, values.collect::<Vec<_>>());
            }
            "host" | "refresh_interval" => {}
            other => panic!("an argument that the test does not know: {other}"),
        }
    }
    (rules, filters)
}

/// Ids and addresses back to the recordings' stand-ins.
fn stand_ins(lab: &Lab, containers: &[Container], networks: &[Network]) -> Vec<(String, String)> {
    let plain = |name: &str| {
        let name = name.trim_start_matches('/');
        name.strip_prefix(lab.prefix.as_str())
            .unwrap_or(name)
            .to_owned()
    };
    let mut pairs = Vec::new();
    for container in containers {
        let name = plain(&container.names[0]);
        pairs.push((container.id.clone(), format!("CID({name})")));
        for (network, attachment) in &container.networks {
            let address = attachment.as_ref().map_or("", |end| end.address.as_str());
            if !address.is_empty() {
                let network = plain(network);
                pairs.push((address.to_owned(), format!("IP({name},{network})")));
            }
        }
    }
    for network in networks {
        pairs.push((network.id.clone(), format!("NID({})", plain(&network.name))));
    }
    for (recorded, own) in &lab.ports {
        pairs.push((own.to_string(), recorded.clone()));
    }
    // Longer ones first: 172.17.0.1 is the beginning of 172.17.0.11.
    pairs.sort_by_key(|(own, _)| std::cmp::Reverse(own.len()));
    pairs
}

fn translated(
    labels: &Labels,
    pairs: &[(String, String)],
    prefix: &str,
) -> BTreeMap<String, String> {
    let translate = |name: &str, value: &str| {
        if name.starts_with("__meta_docker_container_label_") {
            return value.to_owned();
        }
        let own = pairs
            .iter()
            .fold(value.to_owned(), |value, (own, stand_in)| {
                value.replace(own.as_str(), stand_in)
            });
        let own = own.replace(prefix, "");
        // What the docker client calls the default network has changed since: the daemon only repeats it.
        match (name, own.as_str()) {
            ("__meta_docker_container_network_mode", "bridge") => "default".to_owned(),
            _ => own,
        }
    };
    labels
        .iter()
        .filter(|(name, _)| *name != "__meta_docker_container_label_lab")
        .map(|(name, value)| (name.to_owned(), translate(name, value)))
        .collect()
}

fn wanted(target: &Value) -> BTreeMap<String, String> {
    let labels = target.as_object().expect("labels").iter();
    labels
        .map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned()))
        .collect()
}

/// The container of a case that is about one; others are about filters over all.
fn container_of(case: &Value) -> Option<&str> {
    case.get("docker_run")?;
    let name = case["name"].as_str().expect("a name");
    Some(
        name.split_once("__")
            .expect("a configuration and a container")
            .1,
    )
}

fn lab(cases: &[Value]) -> Lab {
    let mut lab = Lab {
        prefix: format!("t{}-", std::process::id()),
        image: std::env::var("OUTPOST_TEST_IMAGE").expect("set where there is a daemon"),
        ports: BTreeMap::new(),
        containers: Vec::new(),
        networks: Vec::new(),
    };
    lab.network("rec-net-a", &[]);
    lab.network(
        "rec-net-b",
        &["--label", "team=pay", "--label", "odd.key/x=1"],
    );
    lab.network("rec-net-int", &["--internal"]);
    let mut made: BTreeMap<&str, Option<&Value>> = BTreeMap::new();
    for case in cases {
        if let Some(name) = container_of(case) {
            made.insert(name, Some(case));
        }
    }
    // Those whose network others share come first, even where no case of their own is left.
    let mut owners = BTreeSet::new();
    for case in cases {
        for flag in case["docker_run"].as_array().into_iter().flatten() {
            let flag = flag.as_str().expect("text");
            owners.extend(flag.strip_prefix("container:"));
        }
    }
    for owner in &owners {
        lab.container(owner, made.remove(owner).flatten());
    }
    for (name, case) in made {
        lab.container(name, case);
    }
    lab
}

#[tokio::test]
async fn targets_of_every_recorded_container_are_alloys() {
    let Some(host) = container_host() else { return };
    let cases = cases(FILE);
    let lab = lab(&cases);
    let client = Client::connect(&host, ClientConfig::default()).expect("a host");
    let of_lab = |filters: Filters| filters.with("label", [format!("lab={}", lab.prefix)]);
    let all = client
        .list(&of_lab(Filters::default()), true)
        .await
        .expect("a list");
    let networks = client.networks().await.expect("networks");
    let pairs = stand_ins(&lab, &all, &networks);

    let mut verdicts = Verdicts::new("discovery_docker.jsonl");
    for case in &cases {
        let (rules, filters) = arguments(case["config"].as_str().expect("text"));
        let containers = client.list(&of_lab(filters), false).await.expect("a list");
        let own_name = container_of(case).map(|name| format!("/{}{name}", lab.prefix));
        let unstable: Vec<&str> = case["unstable"]
            .as_array()
            .map(|labels| labels.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let steady = |mut labels: BTreeMap<String, String>| {
            for name in &unstable {
                if let Some(value) = labels.get_mut(*name) {
                    value.clear();
                }
            }
            labels
        };
        let targets = rules.targets(&containers, &networks);
        let own = targets.iter().filter(|labels| {
            own_name.is_none() || labels.get("__meta_docker_container_name") == own_name.as_deref()
        });
        let mut got: Vec<_> = own
            .map(|labels| steady(translated(labels, &pairs, &lab.prefix)))
            .collect();
        let recorded = case["targets"].as_array().expect("targets");
        let mut alloys: Vec<_> = recorded
            .iter()
            .map(|target| steady(wanted(target)))
            .collect();
        got.sort();
        alloys.sort();
        let outcome = if got == alloys {
            Ok(())
        } else {
            Err(format!("ours {got:?}, Alloy's {alloys:?}"))
        };
        verdicts.add(case["name"].as_str().expect("a name"), outcome);
    }
    verdicts.finish();
}
