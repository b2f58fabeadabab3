//! The real exporter as a process and our server in this one, with the same configuration.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use outpost_probe::{Config, Prober, Server, ServerOptions};
use outpost_testbed::{Process, free_port, peer, url_encode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::page::Page;
use crate::site::Authority;

/// Both exporters; dropping it stops them.
pub(crate) struct Pair {
    ours: u16,
    real: Option<u16>,
    _process: Option<Process>,
    _task: JoinSet<()>,
}

// === impl Pair ===

impl Pair {
    /// Starts both, the real one where it is at hand.
    pub(crate) async fn start(dir: &Path, config: &str) -> Self {
        let file = dir.join("blackbox.yml");
        std::fs::write(&file, config).unwrap();
        let options = ServerOptions {
            config: Config::parse(config).unwrap_or_else(|error| panic!("{error}\n{config}")),
            ..ServerOptions::default()
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let ours = listener.local_addr().unwrap().port();
        let server = Server::new(Prober::with_roots(Authority::new().roots()), options);
        let mut task = JoinSet::new();
        task.spawn(async move {
            server
                .serve(listener, std::future::pending())
                .await
                .unwrap();
        });
        let (real, process) = start_real(dir, &file).await.unzip();
        Self {
            ours,
            real,
            _process: process,
            _task: task,
        }
    }

    pub(crate) fn has_real(&self) -> bool {
        self.real.is_some()
    }

    /// Probes with module `c{module}`, first with ours and then with the real one.
    pub(crate) async fn probe(
        &self,
        module: usize,
        target: &str,
        hostname: Option<&str>,
    ) -> (Page, Option<Page>) {
        let target = url_encode(target);
        let hostname = hostname.map_or_else(String::new, |name| format!("&hostname={name}"));
        let path = format!("/probe?module=c{module}&target={target}{hostname}");
        let ours = within(get(self.ours, &path))
            .await
            .unwrap_or_else(|e| panic!("ours {path}: {e}"));
        let real = match self.real {
            Some(port) => Some(Page::parse(
                within(get(port, &path))
                    .await
                    .unwrap_or_else(|e| panic!("the real one {path}: {e}")),
            )),
            None => None,
        };
        (Page::parse(ours), real)
    }
}

async fn start_real(dir: &Path, file: &Path) -> Option<(u16, Process)> {
    let program = peer("prometheus-blackbox-exporter")?;
    let port = free_port();
    let mut process = Process::start(
        Command::new(program)
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}")),
        dir.join("log"),
    );
    while get(port, "/-/healthy").await.is_err() {
        assert_eq!(process.exited(), None, "{}", process.output());
        tokio::task::yield_now().await;
    }
    Some((port, process))
}

/// Both bound a probe by the module's second; this only keeps one that does not from holding the tests up.
async fn within(page: impl Future<Output = std::io::Result<String>>) -> std::io::Result<String> {
    tokio::time::timeout(Duration::from_secs(10), page).await?
}

/// The body of a page with status 200.
async fn get(port: u16, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: exporter\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 200 "), "{path}: {answer}");
    Ok(body.to_owned())
}
