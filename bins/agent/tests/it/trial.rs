//! `outpost try`: from nothing to answers, and a clean end.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use outpost_testbed::{get, url_encode, wait_until};
use serde_json::Value;

use crate::process::Place;

/// A trial that runs; dropping it kills it.
struct Trial {
    child: Child,
    out: BufReader<ChildStdout>,
    prometheus: u16,
    loki: u16,
}

// === impl Trial ===

impl Trial {
    /// Starts one that finds no Docker, and reads what it prints first.
    fn start(place: &Place) -> Self {
        let mut child = place
            .command(&["try", "--docker", "unix:///nonexistent.sock"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("outpost starts");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut port_after = |mark: &str| -> u16 {
            loop {
                let mut line = String::new();
                assert!(out.read_line(&mut line).expect("output") > 0, "it ended");
                if let Some((_, after)) = line.split_once(mark) {
                    let digits = after.split('/').next().unwrap_or_default();
                    return digits.parse().expect("a port");
                }
            }
        };
        let prometheus = port_after("curl -s 'http://localhost:");
        let loki = port_after("curl -s -G 'http://localhost:");
        Self {
            child,
            out,
            prometheus,
            loki,
        }
    }

    /// The results of a query, once there are any.
    fn ask(port: u16, path: &str) -> Vec<Value> {
        wait_until(path, || {
            let (status, body) = get(port, path).ok()?;
            assert_eq!(status, 200, "{body}");
            let answer: Value = serde_json::from_str(&body).expect("JSON");
            let results = answer.pointer("/data/result").and_then(Value::as_array);
            results.filter(|results| !results.is_empty()).cloned()
        })
    }

    /// Ctrl-C, and what was printed since.
    fn interrupt(mut self) -> (Option<i32>, String) {
        let status = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(status.success());
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.out, &mut rest).expect("output");
        (self.child.wait().expect("it ends").code(), rest)
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_trial_brings_metrics_and_lines_to_where_it_says_and_ends_well() {
    let place = Place::new();
    let trial = Trial::start(&place);

    // The runbook's two questions, and the form that every Loki answers.
    let up = Trial::ask(trial.prometheus, "/api/v1/query?query=up");
    for series in &up {
        assert_eq!(series["metric"]["env"], "dev", "{series}");
        assert_eq!(series["value"][1], "1", "{series}");
    }
    let jobs = "/api/v1/query?query=".to_owned() + &url_encode(r#"up{job="integrations/unix"}"#);
    assert_eq!(Trial::ask(trial.prometheus, &jobs).len(), 1);
    let memory = "/api/v1/query?query=node_memory_MemTotal_bytes";
    assert_eq!(Trial::ask(trial.prometheus, memory).len(), 1);
    for call in ["query", "query_range"] {
        let query = url_encode(r#"{env="dev"}"#);
        let path = format!("/loki/api/v1/{call}?query={query}");
        let streams = Trial::ask(trial.loki, &path);
        assert_eq!(streams[0]["stream"]["env"], "dev");
    }
    for path in ["/-/healthy", "/ready"] {
        assert_eq!(get(trial.prometheus, path).expect("an answer").0, 200);
    }

    let (code, rest) = trial.interrupt();
    assert_eq!(code, Some(0), "{rest}");
    assert!(rest.contains("Ended."), "{rest}");
    let last = rest.lines().rfind(|line| line.contains("samples: "));
    let last = last.expect("the numbers");
    assert!(!last.contains("samples: 0 collected"), "{last}");
    assert!(last.contains(" 0 dropped; lines: "), "{last}");
    let config = place.read("outpost-try/config.alloy");
    assert!(config.contains("prometheus.exporter.unix"), "{config}");
    assert!(!config.contains("discovery.docker"), "{config}");
}

#[test]
fn two_trials_do_not_share_a_directory() {
    let place = Place::new();
    let trial = Trial::start(&place);
    let second = place.outpost(&["try", "--docker", "unix:///nonexistent.sock"]);
    let words = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(1), "{words}");
    assert!(words.contains("--dir"), "{words}");
    assert_eq!(trial.interrupt().0, Some(0));
}

#[test]
fn a_trial_ends_by_itself_after_the_time_it_was_given() {
    let place = Place::new();
    let done = place.outpost(&["try", "--for", "1s", "--docker", "unix:///nonexistent.sock"]);
    let words = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(done.status.code(), Some(0), "{words}");
    assert!(words.contains("left out   Docker: "), "{words}");
}
