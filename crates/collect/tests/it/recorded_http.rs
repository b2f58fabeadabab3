//! Every recorded page whose case is about HTTP (status, redirects, encodings, broken answers) gives the recorded samples.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outpost_collect::ScrapePool;
use outpost_golden::Verdicts;
use outpost_model::Labels;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::book::Book;
use crate::exposition::{UNREACHABLE, arguments, body, compare, is_over_http};
use crate::labels::pool_config;

/// The recorder's own server, in the redirects' targets.
const RECORDED_SERVER: &str = "127.0.0.1:21210";

/// What a path is answered with, byte for byte; then the connection is closed. `None` is silence.
type Answers = BTreeMap<String, Option<Vec<u8>>>;

fn answers(cases: &[Value], port: u16) -> Answers {
    cases
        .iter()
        .map(|case| {
            let name = case["name"].as_str().expect("a case has a name");
            (format!("/e/{name}"), wire(case, port))
        })
        .collect()
}

/// The answer as it goes over the wire.
fn wire(case: &Value, port: u16) -> Option<Vec<u8>> {
    let mut page = match case["wire_base64"].as_str() {
        Some(wire) => STANDARD.decode(wire).expect("base64"),
        None => body(case).expect("the case has a page"),
    };
    let mut head = format!("HTTP/1.1 {} X\r\n", case["status"].as_u64().unwrap_or(200));
    let mut header = |name: &str, value: &str| {
        write!(head, "{name}: {value}\r\n").expect("a string takes all");
    };
    if let Some(content_type) = case["content_type"].as_str() {
        header("Content-Type", content_type);
    }
    if case["gzip"] == true {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&page).expect("memory takes all");
        page = encoder.finish().expect("memory takes all");
        header("Content-Encoding", "gzip");
    }
    for pair in case["headers"].as_array().into_iter().flatten() {
        let text = |at: usize| pair[at].as_str().expect("a header is text");
        let ours = text(1).replace(RECORDED_SERVER, &format!("127.0.0.1:{port}"));
        header(text(0), &ours);
    }
    match case["name"].as_str().expect("a case has a name") {
        "http-closed-without-answer" => return Some(Vec::new()),
        "http-slow-body" => return None,
        "http-no-length-close-at-end" => {}
        "http-body-longer-than-length" => {
            header("Content-Length", &(page.len() - 2).to_string());
        }
        name @ ("http-chunked" | "http-chunked-cut") => {
            header("Transfer-Encoding", "chunked");
            page = chunked(&page);
            if name == "http-chunked" {
                page.extend(b"0\r\n\r\n");
            }
        }
        _ => header("Content-Length", &page.len().to_string()),
    }
    Some([head.as_bytes(), b"\r\n", &page].concat())
}

/// One chunk a line, without the last one that ends the body.
fn chunked(page: &[u8]) -> Vec<u8> {
    let mut chunks = Vec::new();
    for line in page.split_inclusive(|byte| *byte == b'\n') {
        write!(chunks, "{:x}\r\n", line.len()).expect("memory takes all");
        chunks.extend(line);
        chunks.extend(b"\r\n");
    }
    chunks
}

async fn serve(mut stream: TcpStream, answers: Arc<Answers>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if !matches!(stream.read_buf(&mut request).await, Ok(1..)) {
            return;
        }
    }
    let request = String::from_utf8_lossy(&request);
    let path = request.split(' ').nth(1).unwrap_or_default();
    match answers.get(path) {
        None => {
            let missing = b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n";
            // Who asks may be gone, which is its own affair.
            let _ = stream.write_all(missing).await;
        }
        Some(Some(answer)) => {
            let _ = stream.write_all(answer).await;
        }
        // Silent until the other side gives up.
        Some(None) => while matches!(stream.read(&mut [0; 64]).await, Ok(1..)) {},
    }
}

async fn outcome(case: &Value, port: u16) -> Result<(), String> {
    let args = case["args"].as_str().unwrap_or_default();
    let arguments = arguments(args).expect("the case has arguments that concern a page");
    let mut config = pool_config("").expect("no arguments are fine");
    config.http.compression = !args.contains("enable_compression = false");
    config.http.fallback = arguments.fallback;
    config.options = arguments.options;
    let name = case["name"].as_str().expect("a case has a name");
    config.defaults.metrics_path = format!("/e/{name}");
    if case["error"] == "timeout" {
        config.defaults.timeout = Duration::from_millis(300);
    }
    let address = format!("127.0.0.1:{port}");
    let book = Book::default();
    let mut pool = ScrapePool::new(config, Arc::new(book.clone()));
    let synced = pool.sync(&[Labels::from_pairs([("__address__", &*address)])]);
    assert_eq!(synced.targets, 1);
    book.wait_until(|pages| pages.batches > 0).await;
    let status = loop {
        let status = pool.status().swap_remove(0);
        if status.last_scrape_ms.is_some() {
            break status;
        }
        // A status is written right after its batch.
        tokio::task::yield_now().await;
    };
    pool.stop().await;
    let mut case = case.clone();
    let error = case["error"].as_str().unwrap_or_default();
    if ["timeout", "body broken", "http broken"].contains(&error) {
        case["error"] = json!(UNREACHABLE);
    }
    compare(&case, &book, status.last_error.as_ref())
        .map_err(|difference| format!("{difference}; {:?}", status.last_error))
}

#[tokio::test]
async fn every_recorded_answer_over_http_gives_the_recorded_samples() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("a bound port").port();
    let cases = outpost_golden::cases("alloy/exposition.jsonl");
    let answers = Arc::new(answers(&cases, port));
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(serve(stream, Arc::clone(&answers)));
        }
    });
    let mut running = JoinSet::new();
    for case in cases.into_iter().filter(is_over_http) {
        running.spawn(async move {
            let outcome = outcome(&case, port).await;
            (
                case["name"].as_str().unwrap_or_default().to_owned(),
                outcome,
            )
        });
    }
    let mut verdicts = Verdicts::new("exposition.jsonl, over HTTP");
    while let Some(done) = running.join_next().await {
        let (name, outcome) = done.expect("no case panics");
        verdicts.add(&name, outcome);
    }
    verdicts.finish();
}
