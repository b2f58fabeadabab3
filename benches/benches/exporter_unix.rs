//! One collection of the host's metrics: the CPU that it takes, beside node_exporter answering one scrape.
//!
//! CPU time is what counts (of all threads, kernel's share included), so this prints it from `/proc/PID/stat` over many
//! rounds and is no criterion bench. The peer is `$OUTPOST_PEERS/prometheus-node-exporter`; without it only ours is told.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench stops at the first surprise and prints what it measured"
)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use outpost_collect::exporter::SharedExporter;
use outpost_collect::exporter::unix::{UnixConfig, UnixExporter};

const ROUNDS: u32 = 500;
/// The kernel tells CPU time in ticks of this many a second.
const TICKS: f64 = 100.0;

fn main() {
    let ours = ours();
    println!("outpost: {ours:.3} ms of CPU per collection, values only");
    if let Some(theirs) = theirs() {
        println!(
            "node_exporter: {theirs:.3} ms of CPU per scrape, {:.1} times ours",
            theirs / ours
        );
    }
}

/// Milliseconds of CPU per collection of all default collectors, as a scrape without text takes it.
fn ours() -> f64 {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let exporter = SharedExporter::new(UnixExporter::new(&UnixConfig::default()));
    let collect = || {
        runtime
            .block_on(exporter.scrape(Duration::from_secs(10), |page| page.values().len()))
            .expect("a page in time")
    };
    let rows = collect();
    println!("rows: {rows}");
    let before = cpu("self");
    for _ in 0..ROUNDS {
        collect();
    }
    (cpu("self") - before) / f64::from(ROUNDS) * 1000.0
}

/// Milliseconds of CPU per scrape of node_exporter with the same collectors.
fn theirs() -> Option<f64> {
    let binary = Path::new(&std::env::var_os("OUTPOST_PEERS")?).join("prometheus-node-exporter");
    let port = TcpListener::bind("127.0.0.1:0")
        .ok()?
        .local_addr()
        .ok()?
        .port();
    let child = Command::new(binary)
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .args(["--no-collector.systemd", "--web.disable-exporter-metrics"])
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let child = Killed(child);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::yield_now();
    }
    let id = child.0.id().to_string();
    scrape(port);
    let before = cpu(&id);
    for _ in 0..ROUNDS {
        scrape(port);
    }
    Some((cpu(&id) - before) / f64::from(ROUNDS) * 1000.0)
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn scrape(port: u16) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the peer listens");
    stream
        .write_all(b"GET /metrics HTTP/1.0\r\n\r\n")
        .expect("a request");
    let mut page = Vec::new();
    stream.read_to_end(&mut page).expect("a page");
    assert!(page.len() > 1000);
}

/// Seconds of CPU that a process has used, its own and the kernel's for it.
fn cpu(id: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("a process");
    let (_, rest) = stat.rsplit_once(')').expect("a name");
    let ticks: f64 = rest
        .split_ascii_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|word| word.parse::<f64>().ok())
        .sum();
    ticks / TICKS
}
