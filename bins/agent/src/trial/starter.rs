//! The starter configuration: the smallest that shows everything, in the shape that a real one has.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::find::Found;
use super::ports::Ports;

/// The variable that holds nginx' status page.
pub(super) const NGINX: &str = "OUTPOST_TRY_NGINX";
/// The variable that holds MySQL's data source name.
pub(super) const MYSQL: &str = "OUTPOST_TRY_MYSQL";

/// The component that collects nginx.
pub(super) const NGINX_EXPORTER: &str = "prometheus.exporter.nginx";
/// The component that collects MySQL.
pub(super) const MYSQL_EXPORTER: &str = "prometheus.exporter.mysql";

const HEAD: &str = r#"// Written by `outpost try`, anew each time: copy it to keep what you change.
// Point the two URLs at your own Prometheus and Loki, then: outpost run config.alloy

logging {
	level    = "info"
	write_to = [loki.relabel.env.receiver]
}

// --- metrics: exporters, scrapes, one rule, one writer ---

prometheus.exporter.unix "host" { }

prometheus.exporter.self "agent" { }
"#;

const LOGS: &str = r#"
// --- logs: sources, one rule, one writer ---

loki.relabel "env" {
	forward_to = [loki.write.home.receiver]

	rule {
		target_label = "env"
		replacement  = "dev"
	}
}
"#;

const RELABEL: &str = r#"
prometheus.relabel "env" {
	forward_to = [prometheus.remote_write.home.receiver]

	rule {
		target_label = "env"
		replacement  = "dev"
	}
}
"#;

/// The text for what was found.
pub(super) fn text(found: &Found, ports: &Ports) -> String {
    Starter {
        found,
        prometheus: ports.prometheus.port,
        loki: ports.loki.port,
    }
    .text()
}

/// Writes the text; a file that somebody has changed is kept beside it.
pub(super) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let why = || format!("cannot write {}", path.display());
    if fs::read_to_string(path).is_ok_and(|old| old != text) {
        fs::rename(path, path.with_extension("alloy.old")).with_context(why)?;
    }
    fs::write(path, text).with_context(why)
}

struct Starter<'a> {
    found: &'a Found,
    prometheus: u16,
    loki: u16,
}

// === impl Starter ===

impl Starter<'_> {
    fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        let mut exporters = vec![("host", "unix.host"), ("agent", "self.agent")];
        if self.found.nginx.is_some() {
            let _ = write!(
                text,
                "\n{NGINX_EXPORTER} \"web\" {{\n\tscrape_uri = sys.env(\"{NGINX}\")\n}}\n"
            );
            exporters.push(("web", "nginx.web"));
        }
        if self.found.mysql.is_some() {
            let _ = write!(
                text,
                "\n{MYSQL_EXPORTER} \"db\" {{\n\tdata_source_name = sys.env(\"{MYSQL}\")\n}}\n"
            );
            exporters.push(("db", "mysql.db"));
        }
        for (label, exporter) in exporters {
            let _ = write!(
                text,
                "\nprometheus.scrape \"{label}\" {{\n\
                 \ttargets         = prometheus.exporter.{exporter}.targets\n\
                 \tforward_to      = [prometheus.relabel.env.receiver]\n\
                 \tscrape_interval = \"2s\"\n\
                 \tscrape_timeout  = \"2s\"\n\
                 }}\n"
            );
        }
        text.push_str(RELABEL);
        let _ = write!(
            text,
            "\nprometheus.remote_write \"home\" {{\n\
             \tendpoint {{\n\
             \t\turl = \"http://127.0.0.1:{}/api/v1/write\"\n\
             \n\
             \t\tqueue_config {{\n\
             \t\t\tbatch_send_deadline = \"1s\"\n\
             \t\t}}\n\
             \t}}\n\
             }}\n",
            self.prometheus
        );
        text.push_str(LOGS);
        if let Some((host, _)) = &self.found.docker {
            add_docker(&mut text, host);
        }
        let _ = write!(
            text,
            "\nloki.write \"home\" {{\n\
             \tendpoint {{\n\
             \t\turl = \"http://127.0.0.1:{}/loki/api/v1/push\"\n\
             \t}}\n\
             }}\n",
            self.loki
        );
        text
    }
}

fn add_docker(text: &mut String, host: &str) {
    let host = host.replace('\\', "\\\\").replace('"', "\\\"");
    let _ = write!(
        text,
        "\ndiscovery.docker \"containers\" {{\n\
         \thost = \"{host}\"\n\
         }}\n\
         \n\
         discovery.relabel \"containers\" {{\n\
         \ttargets = discovery.docker.containers.targets\n\
         \n\
         \trule {{\n\
         \t\tsource_labels = [\"__meta_docker_container_name\"]\n\
         \t\tregex         = \"/(.*)\"\n\
         \t\ttarget_label  = \"app\"\n\
         \t}}\n\
         }}\n\
         \n\
         loki.source.docker \"containers\" {{\n\
         \thost       = \"{host}\"\n\
         \ttargets    = discovery.relabel.containers.output\n\
         \tforward_to = [loki.relabel.env.receiver]\n\
         }}\n"
    );
}

#[cfg(test)]
mod tests {
    use outpost_alloy_syntax::{Source, format};
    use outpost_pipeline::{Program, Registry, Surroundings};

    use super::*;

    fn everything() -> Found {
        Found {
            docker: Some(("unix:///var/run/docker.sock".to_owned(), 3)),
            nginx: Some("http://127.0.0.1/stub_status".to_owned()),
            mysql: Some("root:hunter2@tcp(127.0.0.1:3306)/".to_owned()),
            ..Found::default()
        }
    }

    fn starter(found: &Found) -> String {
        Starter {
            found,
            prometheus: 9090,
            loki: 3100,
        }
        .text()
    }

    #[test]
    fn the_text_is_in_the_usual_layout_and_holds_no_secret() {
        for found in [Found::default(), everything()] {
            let text = starter(&found);
            let source = Source::new("config.alloy", text.as_str()).expect("a short text");
            assert_eq!(format(&source).expect("no syntax error"), text);
            assert!(!text.contains("hunter2"));
        }
    }

    #[test]
    fn what_needs_no_further_exporter_can_be_loaded() {
        let found = Found {
            nginx: None,
            mysql: None,
            ..everything()
        };
        let text = starter(&found);
        let source = Source::new("config.alloy", text.as_str()).expect("a short text");
        let surroundings = Surroundings::new("unused");
        let registry = Registry::standard();
        let read = Program::read(
            &[source],
            &registry,
            surroundings.stability,
            &surroundings.host,
        );
        if let Err(wrong) = read {
            panic!("{wrong}");
        }
    }

    #[test]
    fn a_changed_file_is_kept_beside_the_new_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.alloy");
        write(&path, "one").expect("written");
        write(&path, "one").expect("written");
        assert!(!folder.path().join("config.alloy.old").exists());
        fs::write(&path, "one, changed").expect("written");
        write(&path, "two").expect("written");
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a file");
        assert_eq!(read("config.alloy"), "two");
        assert_eq!(read("config.alloy.old"), "one, changed");
    }
}
