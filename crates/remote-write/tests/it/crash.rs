//! Kills at random moments under load, with a receiver that refuses half of the time.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::receiver::{Answer, Receiver};
use crate::service::{Service, to};

const T: i64 = 1_700_000_000_000;
const KILLS: u64 = 50;
const SERIES: usize = 20;
/// Tells this binary, run again, to be the service that is killed.
const DIRECTORY: &str = "OUTPOST_CRASH_DIRECTORY";
const URL: &str = "OUTPOST_CRASH_URL";
const FROM: &str = "OUTPOST_CRASH_FROM";

/// Appends scrape after scrape and says so, until it is killed. Does nothing where nobody asked it to.
#[tokio::test]
async fn the_service_that_is_killed() {
    let Some(directory) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let url = std::env::var(URL).unwrap();
    let from: i64 = std::env::var(FROM).unwrap().parse().unwrap();
    let service = Service::start(Path::new(&directory), to(&url));
    let target = service.target("m", SERIES);
    for i in from.. {
        service.scrape(&target, T + i, 1.0);
        println!("appended {i}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn start(directory: &Path, url: &str, from: i64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "crash::the_service_that_is_killed",
            "--nocapture",
        ])
        .env(DIRECTORY, directory)
        .env(URL, url)
        .env(FROM, from.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets the service append about `scrapes` scrapes, kills it, and tells the last one that it had appended for sure.
fn run_and_kill(mut child: Child, scrapes: u64) -> i64 {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut last = None;
    let number = |line: String| line.rsplit_once("appended ")?.1.parse::<i64>().ok();
    let mut left = scrapes;
    while left > 0 {
        let line = lines
            .next()
            .expect("it goes on until it is killed")
            .unwrap();
        if let Some(scrape) = number(line) {
            last = Some(scrape);
            left -= 1;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said before it died counts too.
    last.into_iter()
        .chain(lines.map_while(Result::ok).filter_map(number))
        .max()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_lose_nothing_and_repeat_at_most_the_requests_in_flight() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    let mut last = -1;
    for kill in 0..KILLS {
        receiver.answer(if kill % 2 == 0 {
            Answer::ok()
        } else {
            Answer::status(503)
        });
        let child = start(directory.path(), &receiver.url(), last + 1);
        let scrapes = fastrand::u64(1..60);
        last = tokio::task::spawn_blocking(move || run_and_kill(child, scrapes))
            .await
            .unwrap();
    }
    receiver.answer(Answer::ok());
    let service = Service::start(directory.path(), to(&receiver.url()));
    receiver
        .until(|series| {
            series.len() == SERIES
                && series
                    .values()
                    .all(|s| s.iter().any(|(t, _)| *t == T + last))
        })
        .await;
    service.stop().await;
    let mut repeated = 0;
    for (labels, samples) in receiver.accepted() {
        let times: BTreeSet<_> = samples.iter().map(|(time, _)| *time).collect();
        let missing: Vec<_> = (T..=T + last)
            .filter(|time| !times.contains(time))
            .collect();
        assert!(missing.is_empty(), "{labels}: {missing:?} are missing");
        repeated += samples.len() - times.len();
    }
    let in_flight = usize::try_from(KILLS).unwrap() * 2000;
    assert!(repeated <= in_flight, "{repeated} samples came twice");
}
