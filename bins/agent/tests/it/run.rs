//! `outpost run`: starting, signals, ending.

use crate::process::Place;

#[test]
fn sigterm_and_sigint_end_the_agent_with_code_0() {
    for signal in ["TERM", "INT"] {
        let place = Place::new();
        place.write("config.alloy", "logging { }\n");
        let running = place.run(&["config.alloy"]);
        running.signal(signal);
        let (code, log) = running.end();
        assert_eq!(code, Some(0), "{log}");
        assert!(log.contains("msg=stopped"), "{log}");
    }
}

#[test]
fn flags_without_effect_are_named_in_one_warning_and_the_agent_runs() {
    let place = Place::new();
    place.write("config.alloy", "");
    let running = place.run(&[
        "--disable-reporting",
        "--cluster.enabled=true",
        "--cluster.name=home",
        "--storage.path=data",
        "config.alloy",
    ]);
    running.signal("TERM");
    let (code, log) = running.end();
    assert_eq!(code, Some(0), "{log}");
    let warnings: Vec<&str> = log.lines().filter(|l| l.contains("level=warn")).collect();
    assert_eq!(warnings.len(), 1, "{log}");
    for flag in ["--disable-reporting", "--cluster.enabled", "--cluster.name"] {
        assert!(warnings[0].contains(flag), "{log}");
    }
    assert!(place.path().join("data").is_dir());
}

#[test]
fn sighup_and_the_reload_path_read_the_configuration_again() {
    let place = Place::new();
    place.write(
        "config.alloy",
        "prometheus.relabel \"a\" {\n  forward_to = []\n}\n",
    );
    let running = place.run(&["config.alloy"]);
    place.write(
        "config.alloy",
        "prometheus.relabel \"b\" {\n  forward_to = [gone]\n}\n",
    );
    let (status, body) = running.get("/-/reload");
    assert_eq!(status, 400);
    assert!(
        body.starts_with("config.alloy:2:17: error: there is no `gone`"),
        "{body}"
    );
    assert!(
        running
            .get("/api/v0/web/components")
            .1
            .contains("prometheus.relabel.a")
    );
    place.write(
        "config.alloy",
        "prometheus.relabel \"b\" {\n  forward_to = []\n}\n",
    );
    running.signal("HUP");
    while !running
        .get("/api/v0/web/components")
        .1
        .contains("prometheus.relabel.b")
    {
        std::thread::yield_now();
    }
    running.signal("TERM");
    let (code, log) = running.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("the new configuration is not used"), "{log}");
    assert!(log.contains("at=config.alloy:2:17"), "{log}");
    assert!(log.contains("configuration loaded again"), "{log}");
}
