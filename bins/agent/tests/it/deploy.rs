//! The files under `deploy/` are true: the agent loads its configuration, Prometheus loads its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use outpost_testbed::peer;

fn deploy(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../deploy")
        .join(file)
}

#[test]
fn the_agents_configuration_is_valid() {
    let output = Command::new(env!("CARGO_BIN_EXE_outpost"))
        .arg("validate")
        .arg(deploy("agent/config.alloy"))
        .envs([("MONITORING_HOST", "127.0.0.1"), ("DEPLOY_ENV", "dev")])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_agents_configuration_is_formatted() {
    let output = Command::new(env!("CARGO_BIN_EXE_outpost"))
        .args(["fmt", "-t"])
        .arg(deploy("agent/config.alloy"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn prometheus_accepts_its_configuration_and_rules() {
    let Some(promtool) = peer("promtool") else {
        return;
    };
    let config = deploy("monitoring/prometheus/prometheus.yml");
    let output = Command::new(promtool)
        .args(["check", "config"])
        .arg(config)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
