//! Discovery of real containers through the whole graph: what a rule keeps is what its dependents get.

use std::time::Duration;

use outpost_alloy_syntax::Source;
use outpost_pipeline::{Agent, Registry, Surroundings};
use outpost_testbed::{Container, container_host, wait_until};
use tokio_util::sync::CancellationToken;

/// The names that the exports of a component hold.
fn names(agent: &Agent, id: &str) -> Vec<String> {
    let view = agent.component(id).expect("the component");
    let exports = view.details.expect("its details").exports;
    let text = serde_json::to_string(&exports).expect("JSON");
    let marker = "outpost-pipeline-test-";
    let mut names: Vec<String> = text
        .match_indices(marker)
        .filter_map(|(at, _)| text[at..].split('"').next().map(str::to_owned))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

async fn until(agent: &Agent, what: &str, wanted: Vec<String>) {
    let (agent, what) = (agent.clone(), what.to_owned());
    let waiting = tokio::task::spawn_blocking(move || {
        wait_until(&what, || {
            (names(&agent, "discovery.relabel.kept") == wanted).then_some(())
        });
    });
    waiting.await.expect("it comes");
}

#[tokio::test(flavor = "multi_thread")]
async fn containers_reach_the_dependents_of_discovery_as_they_come_and_go() {
    let Some(host) = container_host() else { return };
    let text = format!(
        r#"
discovery.docker "all" {{
  host             = "{host}"
  refresh_interval = "1h"
  filter {{
    name   = "label"
    values = ["outpost.test=pipeline-{pid}"]
  }}
}}
discovery.relabel "kept" {{
  targets = discovery.docker.all.targets
  rule {{
    source_labels = ["__meta_docker_container_name"]
    regex         = "/outpost-pipeline-test-(kept.*)"
    action        = "keep"
  }}
  rule {{
    source_labels = ["__meta_docker_container_name"]
    regex         = "/(.*)"
    target_label  = "app"
  }}
}}
"#,
        pid = std::process::id()
    );
    let read = move || Ok(vec![Source::new("test.alloy", text.as_str())?]);
    let folder = tempfile::tempdir().expect("a folder");
    let surroundings = Surroundings::new(folder.path());
    let loaded = Agent::load(Box::new(read), Registry::standard(), surroundings);
    let (agent, _) = loaded.expect("the configuration");
    agent.open().expect("nothing to open");
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (agent, stop) = (agent.clone(), stop.clone());
        async move { agent.run(stop, Duration::from_secs(5)).await }
    });

    let run = |name: &str| {
        let name = format!("outpost-pipeline-test-{name}-{}", std::process::id());
        let label = format!("outpost.test=pipeline-{}", std::process::id());
        let flags = ["--name", name.as_str(), "--label", label.as_str()];
        let container = Container::run(&flags, "sleep 600").expect("a daemon");
        (container, name)
    };
    let (_dropped, _) = run("dropped");
    let (first, first_name) = run("kept-1");
    until(&agent, "the first container", vec![first_name.clone()]).await;
    let (_second, second_name) = run("kept-2");
    until(
        &agent,
        "the second container",
        vec![first_name, second_name.clone()],
    )
    .await;
    drop(first);
    until(&agent, "the first container to go", vec![second_name]).await;
    assert_eq!(agent.unhealthy(), Vec::<String>::new());

    stop.cancel();
    running.await.expect("it ends well");
}

#[test]
fn a_host_that_is_no_address_is_refused_at_its_place() {
    let text = "discovery.docker \"x\" {\n\thost = \"/var/run/docker.sock\"\n}\n";
    let read = move || Ok(vec![Source::new("test.alloy", text)?]);
    let surroundings = Surroundings::new("unused");
    let refused = Agent::load(Box::new(read), Registry::standard(), surroundings)
        .expect_err("refused")
        .to_string();
    assert!(refused.contains("test.alloy:2:"), "{refused}");
    assert!(refused.contains("use unix://"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_json_and_yaml_are_one_list_of_targets() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    let marker = "outpost-pipeline-test-";
    write("a.json", &format!(r#"[{{"targets": ["{marker}1"]}}]"#));
    write(
        "b.yml",
        &format!("- targets: [{marker}2]\n  labels: {{env: dev}}\n"),
    );
    let text = format!(
        r#"
discovery.file "lists" {{
  files = ["{folder}/*.json", "{folder}/b.yml"]
}}
discovery.relabel "kept" {{
  targets = discovery.file.lists.targets
}}
"#,
        folder = folder.path().display()
    );
    let read = move || Ok(vec![Source::new("test.alloy", text.as_str())?]);
    let surroundings = Surroundings::new("unused");
    let loaded = Agent::load(Box::new(read), Registry::standard(), surroundings);
    let (agent, _) = loaded.expect("the configuration");
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (agent, stop) = (agent.clone(), stop.clone());
        async move { agent.run(stop, Duration::from_secs(5)).await }
    });
    let wanted = vec![format!("{marker}1"), format!("{marker}2")];
    until(&agent, "the targets", wanted).await;
    stop.cancel();
    running.await.expect("it ends well");
}
