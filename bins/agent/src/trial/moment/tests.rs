use std::time::SystemTime;

use outpost_pipeline::{ComponentId, Health};

use super::*;

fn intro() -> Intro {
    Intro {
        config: "/tmp/outpost-try/config.alloy".into(),
        found: "this host, the agent itself".to_owned(),
        left_out: vec!["Docker: nobody there".to_owned()],
        advice: Vec::new(),
        page: "http://localhost:12345/".to_owned(),
        questions: vec!["curl -s 'http://localhost:9090/api/v1/query?query=up'".to_owned()],
    }
}

fn component(label: &str, state: HealthState, message: &str) -> ComponentView {
    ComponentView {
        id: ComponentId::new("prometheus.scrape", Some(label)),
        name: "prometheus.scrape".to_owned(),
        label: label.to_owned(),
        references_to: Vec::new(),
        referenced_by: Vec::new(),
        data_flows_to: Vec::new(),
        health: Health {
            state,
            message: message.to_owned(),
            updated: SystemTime::UNIX_EPOCH,
        },
        details: None,
    }
}

fn moment(components: Vec<ComponentView>) -> Moment {
    let samples = Flow {
        collected: 1_234_567,
        sent: 1_234_000,
        pending: 567,
        dropped: 0,
    };
    Moment {
        elapsed: Duration::from_secs(83),
        flows: Flows {
            samples,
            lines: Flow::default(),
        },
        rates: (412, 0),
        counts: Counts::default(),
        components,
        warning: None,
    }
}

fn text(lines: &[Line]) -> Vec<String> {
    lines.iter().map(Line::plain).collect()
}

#[test]
fn the_screen_tells_numbers_health_and_what_to_ask() {
    let components = vec![
        component("a", HealthState::Healthy, "started component"),
        component("b", HealthState::Unhealthy, "no answer"),
    ];
    let frame = text(&moment(components).frame(&intro(), (120, 40)));
    let has = |line: &str| assert!(frame.iter().any(|l| l == line), "{line:?} in {frame:#?}");
    has("outpost try  1:23  Ctrl-C ends it");
    has("samples      1,234,567    1,234,000          567            0          412/s");
    has("✗ prometheus.scrape.b  no answer");
    has("✓ prometheus.scrape.a  started component");
    has("  curl -s 'http://localhost:9090/api/v1/query?query=up'");
    has("  left out   Docker: nobody there");
}

#[test]
fn a_small_terminal_shows_what_does_not_work_first() {
    let mut components: Vec<ComponentView> = (0..30)
        .map(|n| component(&format!("c{n}"), HealthState::Healthy, "started component"))
        .collect();
    components.push(component("last", HealthState::Exited, "ended"));
    let frame = text(&moment(components).frame(&intro(), (80, 24)));
    assert!(frame.len() < 24, "{} lines", frame.len());
    assert!(
        frame
            .iter()
            .any(|line| line.starts_with("✗ prometheus.scrape.last"))
    );
    assert!(
        frame
            .iter()
            .any(|line| line.contains("more that work or wait"))
    );
}

#[test]
fn one_line_tells_all_of_it() {
    let components = vec![
        component("a", HealthState::Healthy, "started component"),
        component("b", HealthState::Unhealthy, "no answer"),
    ];
    assert_eq!(
        moment(components).summary().plain(),
        "1:23  samples: 1234567 collected, 1234000 sent, 567 pending, 0 dropped; \
         lines: 0 collected, 0 sent, 0 pending, 0 dropped; 1 of 2 components healthy; \
         prometheus.scrape.b unhealthy: no answer"
    );
}
