//! Bad input: each kind ends `outpost run` with exit code 1 and the message in `refused/NAME.txt`.
//!
//! `UPDATE_EXPECTED=1 cargo test -p outpost` writes the messages anew, to be read before they are committed.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use crate::process::Place;

/// Runs a configuration that is refused and compares what it says.
fn refused(name: &str, config: &str) {
    let place = Place::new();
    place.write("config.alloy", config);
    let output = place.outpost(&[
        "run",
        "--server.http.listen-addr=127.0.0.1:0",
        "config.alloy",
    ]);
    says(name, &output, &[]);
}

/// Compares standard error with the expected message; `stand_ins` replaces what differs from run to run.
fn says(name: &str, output: &Output, stand_ins: &[(&str, &str)]) {
    let mut said = String::from_utf8_lossy(&output.stderr).into_owned();
    for (real, stand_in) in stand_ins {
        said = said.replace(real, stand_in);
    }
    assert_eq!(output.status.code(), Some(1), "{said}");
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/refused")
        .join(format!("{name}.txt"));
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&file, &said).expect("the message is written");
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(said, expected, "{}", file.display());
}

#[test]
fn an_unknown_component_is_named_with_the_nearest_one() {
    refused(
        "unknown_component",
        "prometheus.scraper \"app\" {\n  targets    = []\n  forward_to = []\n}\n",
    );
}

#[test]
fn a_component_that_only_alloy_has_is_called_that() {
    refused(
        "component_of_alloy",
        "prometheus.exporter.redis \"cache\" {\n  redis_addr = \"localhost:6379\"\n}\n",
    );
}

#[test]
fn an_unknown_argument_is_named_with_the_nearest_one() {
    refused(
        "unknown_argument",
        "prometheus.exporter.unix \"host\" {\n  enabled_collectors = [\"cpu\"]\n}\n",
    );
}

#[test]
fn a_value_of_the_wrong_type_is_pointed_at() {
    refused(
        "wrong_type",
        "prometheus.scrape \"app\" {\n  targets      = [{\"__address__\" = \"localhost:8080\"}]\n  forward_to   = []\n  honor_labels = \"yes\"\n}\n",
    );
}

#[test]
fn a_missing_argument_is_named() {
    refused(
        "missing_argument",
        "prometheus.remote_write \"out\" {\n  endpoint {\n    name = \"main\"\n  }\n}\n",
    );
}

#[test]
fn a_reference_to_nothing_is_named_with_the_nearest_one() {
    refused(
        "reference_to_nothing",
        "prometheus.relabel \"app\" {\n  forward_to = [prometheus.remote_write.outt.receiver]\n}\n\nprometheus.remote_write \"out\" {\n  endpoint {\n    url = \"http://127.0.0.1:9090/api/v1/write\"\n  }\n}\n",
    );
}

#[test]
fn a_cycle_is_told_with_its_path() {
    refused(
        "cycle",
        "prometheus.relabel \"a\" {\n  forward_to = [prometheus.relabel.b.receiver]\n}\n\nprometheus.relabel \"b\" {\n  forward_to = [prometheus.relabel.c.receiver]\n}\n\nprometheus.relabel \"c\" {\n  forward_to = [prometheus.relabel.a.receiver]\n}\n",
    );
}

#[test]
fn an_environment_variable_that_is_not_set_is_named_where_it_breaks_a_url() {
    refused(
        "unset_variable_in_url",
        "prometheus.remote_write \"out\" {\n  endpoint {\n    url = \"http://\" + sys.env(\"OUTPOST_UNSET\") + \":9090/api/v1/write\"\n  }\n}\n",
    );
}

#[test]
fn an_unset_variable_that_is_a_whole_url_is_named() {
    refused(
        "unset_variable_as_url",
        "loki.write \"out\" {\n  endpoint {\n    url = sys.env(\"OUTPOST_UNSET\")\n  }\n}\n",
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let place = Place::new();
    says(
        "unreadable_file",
        &place.outpost(&["run", "absent.alloy"]),
        &[],
    );
}

#[test]
fn a_file_that_is_not_text_is_refused_with_the_place() {
    let place = Place::new();
    std::fs::write(place.path().join("config.alloy"), b"// caf\xe9\n").expect("written");
    says("not_utf8", &place.outpost(&["run", "config.alloy"]), &[]);
}

#[test]
fn a_port_in_use_is_named_with_the_flag_that_changes_it() {
    let place = Place::new();
    place.write("config.alloy", "");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let flag = format!("--server.http.listen-addr={address}");
    let output = place.outpost(&["run", &flag, "config.alloy"]);
    says("port_in_use", &output, &[(&address, "127.0.0.1:PORT")]);
}

#[test]
fn a_storage_path_that_cannot_be_written_is_named_with_the_flag_that_changes_it() {
    let place = Place::new();
    place.write("config.alloy", "");
    // A file in the way stops even root.
    place.write("taken", "");
    let output = place.outpost(&[
        "run",
        "--server.http.listen-addr=127.0.0.1:0",
        "--storage.path=taken/data",
        "config.alloy",
    ]);
    says("unwritable_storage", &output, &[]);
}

#[test]
fn a_storage_path_that_another_agent_uses_is_refused() {
    let place = Place::new();
    place.write("config.alloy", "");
    let first = place.run(&["config.alloy"]);
    let output = place.outpost(&[
        "run",
        "--server.http.listen-addr=127.0.0.1:0",
        "config.alloy",
    ]);
    says("storage_in_use", &output, &[]);
    drop(first);
}

#[test]
fn a_format_that_is_not_read_is_refused() {
    let place = Place::new();
    place.write("config.yml", "");
    let output = place.outpost(&["run", "--config.format=prometheus", "config.yml"]);
    says("other_format", &output, &[]);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    refused(
        "several",
        "logging {\n  level = \"loud\"\n}\n\nprometheus.scrape \"app\" {\n  targets = []\n  forward_to = [prometheus.relabel.gone.receiver]\n  scrape_interval = \"15\"\n}\n\nimport.file \"m\" {\n  filename = \"m.alloy\"\n}\n",
    );
}
