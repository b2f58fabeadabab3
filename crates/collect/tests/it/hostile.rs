//! Targets that send far too much fail alone: a gzip bomb stops at its limit, pages without end at the memory that all
//! targets of a component share, and a good target beside them is scraped on time.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use outpost_collect::{PoolConfig, ScrapeError, ScrapePool, TargetHealth, TargetStatus};
use outpost_model::Labels;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::book::Book;
use crate::labels::pool_config;
use crate::target_server::{Answer, TargetServer};

/// What of a page needs no shared memory.
const FREE: usize = 128 << 10;

/// What a bomb inflates to.
const BOMB: usize = 12 << 20;

/// A gzip body that inflates to [`BOMB`] bytes of good samples.
fn bomb() -> Vec<u8> {
    let line = [b"# ", [b'x'; 1021].as_slice(), b"\n"].concat();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..BOMB / line.len() {
        encoder.write_all(&line).expect("memory takes all");
    }
    encoder.finish().expect("memory takes all")
}

fn answer(encoding: Option<&str>, body: Vec<u8>) -> Answer {
    let mut headers = vec![("Content-Type".to_owned(), "text/plain".to_owned())];
    headers.extend(encoding.map(|encoding| ("Content-Encoding".to_owned(), encoding.to_owned())));
    Answer {
        status: 200,
        headers,
        body,
    }
}

/// A target that sends comments for as long as it is listened to.
async fn endless(mut stream: TcpStream) {
    let mut request = [0; 4096];
    // One read has the whole of so small a request; a rest would not matter.
    if !matches!(stream.read(&mut request).await, Ok(1..)) {
        return;
    }
    let head = b"HTTP/1.1 200 X\r\nContent-Type: text/plain\r\n\r\n";
    let mut piece = head.to_vec();
    while stream.write_all(&piece).await.is_ok() {
        piece = b"# and so on\n".repeat(1000);
    }
}

/// Scrapes the addresses once; answers how they fared, in their order.
async fn scraped(config: PoolConfig, addresses: &[String]) -> Vec<TargetStatus> {
    let targets: Vec<_> = addresses
        .iter()
        .map(|address| Labels::from_pairs([("__address__", &**address)]))
        .collect();
    let book = Book::default();
    let mut pool = ScrapePool::new(config, Arc::new(book.clone()));
    assert_eq!(pool.sync(&targets).targets, targets.len());
    book.wait_until(|pages| pages.batches >= targets.len())
        .await;
    let statuses = loop {
        let statuses = pool.status();
        if statuses
            .iter()
            .all(|status| status.last_scrape_ms.is_some())
        {
            break statuses;
        }
        // A status is written right after its batch.
        tokio::task::yield_now().await;
    };
    pool.stop().await;
    let of = |address: &String| {
        let found = statuses.iter().find(|s| s.url.contains(&**address));
        found.expect("each target has a status").clone()
    };
    addresses.iter().map(of).collect()
}

#[tokio::test]
async fn a_gzip_bomb_stops_at_body_size_limit() {
    let server = TargetServer::start(answer(Some("gzip"), bomb())).await;
    let mut config = pool_config("body_size_limit = \"1000000B\"").expect("arguments of ours");
    config.page_memory = 4_000_000;
    let address = format!("127.0.0.1:{}", server.port);
    let status = scraped(config, &[address]).await.swap_remove(0);
    let limit = 1_000_000;
    assert_eq!(status.last_error, Some(ScrapeError::BodySize { limit }));
}

#[tokio::test]
async fn a_gzip_bomb_without_a_limit_stops_at_half_of_the_memory_for_pages() {
    let server = TargetServer::start(answer(Some("gzip"), bomb())).await;
    let mut config = pool_config("").expect("no arguments are fine");
    config.page_memory = 4_000_000;
    let address = format!("127.0.0.1:{}", server.port);
    let status = scraped(config, &[address]).await.swap_remove(0);
    let Some(ScrapeError::NoRoom { held }) = status.last_error else {
        panic!("{:?}", status.last_error);
    };
    assert!((2_000_000..=FREE + 2_000_000).contains(&held), "{held}");
}

#[tokio::test]
async fn targets_that_never_end_leave_room_for_a_good_one() {
    let mut serving = JoinSet::new();
    let mut addresses = Vec::new();
    for _ in 0..40 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        addresses.push(listener.local_addr().expect("a bound port").to_string());
        serving.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                endless(stream).await;
            }
        });
    }
    let good = TargetServer::start(answer(None, b"a 1\n".repeat(1000))).await;
    let mut config = pool_config("").expect("no arguments are fine");
    config.page_memory = 4_000_000;
    config.defaults.interval = Duration::from_secs(200);
    addresses.push(format!("127.0.0.1:{}", good.port));
    let statuses = scraped(config, &addresses).await;
    let refused = |status: &TargetStatus| matches!(status.last_error, Some(ScrapeError::NoRoom { held }) if held <= FREE + 2_000_000);
    let (last, endless) = statuses.split_last().expect("there are targets");
    assert_eq!(last.health, TargetHealth::Up, "{:?}", last.last_error);
    for status in endless {
        assert!(refused(status), "{:?}", status.last_error);
    }
}
