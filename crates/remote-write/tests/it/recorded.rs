//! What the real Alloy made of a receiver's answers: `remote_write.jsonl`, kind `answers`.

use std::collections::BTreeMap;
use std::time::Duration;

use outpost_golden::{Verdicts, cases};
use outpost_remote_write::{Config, Protocol, Reason};
use serde_json::Value;

use crate::receiver::{Answer, MOVED, Receiver};
use crate::service::{Service, endpoint};

/// For each scrape the tries: the answer (0: none), and what `Retry-Attempt` said.
type Tries = BTreeMap<u64, Vec<(u16, String)>>;

/// Plays the recorded answers to scrapes of six samples, each begun when the one before is done.
async fn play(case: &Value) -> Result<(), String> {
    let directory = tempfile::tempdir().map_err(|e| e.to_string())?;
    let receiver = Receiver::start().await;
    let recorded = case["requests"].as_array().unwrap();
    receiver.script(recorded.iter().map(|request| answer(case, request)));
    let service = Service::start(directory.path(), config(case, &receiver.url()));
    let target = service.target("m", 6);
    let scrapes = recorded
        .iter()
        .flat_map(|r| r["scrapes"].as_array().unwrap())
        .filter_map(Value::as_u64);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let start = i64::try_from(now.as_millis()).unwrap();
    for scrape in 0..=scrapes.max().unwrap() {
        service.scrape(&target, start + i64::try_from(scrape).unwrap(), 1.0);
        while service.handle.status().endpoints[0].pending.total() > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    let endpoint = service.handle.status().endpoints.remove(0);
    service.stop().await;

    let mut tries = Tries::new();
    for request in receiver.requests().iter().filter(|r| r.path != MOVED) {
        for scrape in request
            .samples()
            .iter()
            .flat_map(|(_, samples)| samples)
            .map(|(time, _)| time - start)
        {
            let list = tries.entry(scrape.unsigned_abs()).or_default();
            let this = (request.status, request.header("retry-attempt").to_owned());
            if list.last() != Some(&this) || list.len() < 2 {
                list.push(this);
            }
        }
    }
    for list in tries.values_mut() {
        list.dedup();
    }
    let wanted = wanted(recorded);
    if tries != wanted {
        return Err(format!("tries {tries:?}, recorded {wanted:?}"));
    }
    let failed: u64 = [Reason::Rejected, Reason::NotWritten, Reason::TooLarge]
        .iter()
        .filter_map(|reason| endpoint.dropped.get(reason))
        .map(|counts| counts.samples)
        .sum();
    // How much a receiver said it had written was not recorded.
    let name = case["name"].as_str().unwrap();
    let recorded = case["counters"]["samples_failed_total"].as_u64();
    if recorded.is_some_and(|recorded| recorded != failed) && !name.contains("written") {
        return Err(format!("{failed} samples failed, recorded {recorded:?}"));
    }
    Ok(())
}

fn wanted(recorded: &[Value]) -> Tries {
    let mut wanted = Tries::new();
    for request in recorded {
        let status = u16::try_from(request["answer"].as_u64().unwrap_or(0)).unwrap();
        let attempt = request["retry_attempt"].as_str().unwrap_or_default();
        for scrape in request["scrapes"].as_array().unwrap() {
            let list = wanted.entry(scrape.as_u64().unwrap()).or_default();
            list.push((status, attempt.to_owned()));
        }
    }
    wanted
}

fn answer(case: &Value, request: &Value) -> Answer {
    let Some(status) = request["answer"].as_u64() else {
        return Answer::hang_up();
    };
    let status = u16::try_from(status).unwrap();
    let mut answer = Answer::status(status);
    if let Some(after) = request["retry_after"].as_str() {
        // A date is some time from now.
        let date = if after.starts_with("DATE") {
            "Sun, 06 Nov 1994 08:49:37 GMT"
        } else {
            after
        };
        answer = answer.header("retry-after", date);
    }
    if [301, 302, 307, 308].contains(&status) {
        answer = answer.header("location", MOVED);
    }
    if case["name"].as_str().unwrap().contains("without-written") {
        answer = answer.without_counts();
    }
    answer.delay = Duration::from_millis(request["answer_after_ms"].as_u64().unwrap_or(0));
    answer
}

/// The endpoint arguments that these cases use.
fn config(case: &Value, url: &str) -> Config {
    let mut wanted = endpoint(url);
    let arguments = case["endpoint"].as_str().unwrap_or_default();
    for line in arguments.lines() {
        let Some((name, value)) = line.trim().split_once(" = ") else {
            continue;
        };
        let value = value.trim_matches('"');
        let time = || {
            let (number, unit) = value.split_at(value.find(|c: char| c.is_alphabetic()).unwrap());
            let number: u64 = number.parse().unwrap();
            if unit == "ms" {
                Duration::from_millis(number)
            } else {
                Duration::from_secs(number)
            }
        };
        match name {
            "protobuf_message" => wanted.protocol = Protocol::from_message(value).unwrap(),
            "retry_on_http_429" => wanted.queue.retry_on_http_429 = value == "true",
            "remote_timeout" => wanted.remote_timeout = time(),
            "min_backoff" => wanted.queue.min_backoff = time(),
            "max_backoff" => wanted.queue.max_backoff = time(),
            "sample_age_limit" => wanted.queue.sample_age_limit = time(),
            other => panic!("{other} is not known here"),
        }
    }
    Config {
        endpoints: vec![wanted],
        ..Config::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_taken_as_alloy_takes_them_or_the_difference_is_listed() {
    let mut verdicts = Verdicts::new("remote_write.jsonl: answers");
    let mut running = tokio::task::JoinSet::new();
    for case in cases("alloy/remote_write.jsonl")
        .into_iter()
        .filter(|case| case["kind"] == "answers")
    {
        running.spawn(async move {
            let name = case["name"].as_str().unwrap().to_owned();
            let outcome = tokio::time::timeout(Duration::from_secs(30), play(&case)).await;
            (
                name,
                outcome.unwrap_or_else(|_| Err("it does not end".to_owned())),
            )
        });
    }
    while let Some(done) = running.join_next().await {
        let (name, outcome) = done.unwrap();
        verdicts.add(&name, outcome);
    }
    verdicts.finish();
}
