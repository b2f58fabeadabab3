//! Targets, arguments and pages give the recorded labels, requests and report series: the real pool over real sockets.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use outpost_alloy_syntax::{FromValue as _, Value as Alloy};
use outpost_collect::{
    HttpScrape, NameEscaping, PoolConfig, ScrapeError, ScrapeMetrics, ScrapeOptions, ScrapePool,
    ScrapeProtocol, Synced, TargetDefaults, TargetError, TargetHealth, TargetStatus, WallClock,
};
use outpost_golden::Verdicts;
use outpost_http_client::{Client, ClientConfig, HttpConfig};
use outpost_model::Labels;
use outpost_self_metrics::{Registry, Scope};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::alloy_args::{arguments, targets, text_of};
use crate::book::Book;
use crate::exposition::{expect, is_report, labels_json, sample_text, sorted, stamp};
use crate::target_server::{Answer, TargetServer};

/// Times are longer here than they were for the recorder, so that a busy machine is not a slow target.
const SLOWER: u32 = 100;

const COMPONENT: &str = "prometheus.scrape.lab";

/// A pool as the component makes it of its arguments; `None` when a case has arguments that are proven elsewhere.
pub(crate) fn pool_config(args: &str) -> Option<PoolConfig> {
    let mut options = ScrapeOptions::default();
    let mut defaults = TargetDefaults {
        job: COMPONENT.to_owned(),
        interval: Duration::from_secs(2) * SLOWER,
        timeout: Duration::from_secs(1) * SLOWER,
        ..TargetDefaults::default()
    };
    let mut compression = true;
    let mut target_limit = 0;
    for (name, value) in arguments(args)? {
        let whole = || usize::from_value(&value).expect("a number");
        let truth = || bool::from_value(&value).expect("a truth value");
        let text = || text_of(&value).expect("a text");
        match name.as_str() {
            "job_name" if text().is_empty() => {}
            "job_name" => defaults.job = text(),
            "metrics_path" => defaults.metrics_path = text(),
            "scheme" => defaults.scheme = text(),
            "params" => defaults.params = params(&value),
            "scrape_timeout" => defaults.timeout = Duration::from_millis(1500) * SLOWER,
            "honor_labels" => options.honor_labels = truth(),
            "extra_metrics" => options.extra_metrics = truth(),
            "enable_compression" => compression = truth(),
            "sample_limit" => options.limits.samples = whole(),
            "label_limit" => options.limits.labels = whole(),
            "label_name_length_limit" => options.limits.label_name_length = whole(),
            "label_value_length_limit" => options.limits.label_value_length = whole(),
            "target_limit" => target_limit = whole(),
            "body_size_limit" => {
                options.limits.body = text()
                    .trim_end_matches("iB")
                    .trim_end_matches('B')
                    .parse()
                    .ok()?;
            }
            "metric_name_validation_scheme" => options.utf8_names = text() == "utf8",
            _ => return None,
        }
    }
    Some(PoolConfig {
        options,
        defaults,
        target_limit,
        page_memory: 64 << 20,
        http: HttpScrape {
            client: Client::new(ClientConfig::try_from(HttpConfig::default()).expect("defaults")),
            protocols: ScrapeProtocol::DEFAULT.to_vec(),
            escaping: NameEscaping::Underscores,
            fallback: Some(ScrapeProtocol::PrometheusText004),
            compression,
        },
        find_page: Arc::new(|_| None),
        clock: WallClock::System,
        metrics: ScrapeMetrics::new(&Scope::new(&Registry::new(), [])),
    })
}

fn params(value: &Alloy) -> BTreeMap<String, Vec<String>> {
    let Alloy::Object(params) = value else {
        panic!("params are an object");
    };
    let values = |value: &Alloy| {
        let values = value.elements().expect("a parameter has a list of values");
        values
            .iter()
            .map(|value| text_of(value).expect("a text"))
            .collect()
    };
    params
        .iter()
        .map(|(name, value)| (name.to_string(), values(value)))
        .collect()
}

fn answer(case: &Value) -> Answer {
    let mut body = case["page"]
        .as_str()
        .map(|page| stamp(page).into_bytes())
        .unwrap_or_default();
    let mut headers = vec![(
        "Content-Type".to_owned(),
        "text/plain; version=0.0.4".to_owned(),
    )];
    if case["gzip"] == true {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&body).expect("memory takes all");
        body = encoder.finish().expect("memory takes all");
        headers.push(("Content-Encoding".to_owned(), "gzip".to_owned()));
    }
    let status = case["status"].as_u64().unwrap_or(200);
    Answer {
        status: u16::try_from(status).expect("a status"),
        headers,
        body,
    }
}

/// The recorder's class of an error; several where the words do not tell.
fn classes(error: &ScrapeError) -> Vec<&'static str> {
    match error {
        ScrapeError::Unreachable { .. } => vec![
            "connection refused",
            "bad address",
            "tls to a plain port",
            "unknown scheme",
        ],
        ScrapeError::Status { .. } => vec!["http status"],
        ScrapeError::InvalidName { .. } => vec!["invalid name"],
        ScrapeError::SampleLimit { .. } => vec!["sample limit"],
        ScrapeError::LabelLimit { what: "labels", .. } => vec!["label limit"],
        ScrapeError::LabelLimit {
            what: "bytes of a label name",
            ..
        } => {
            vec!["label name length limit"]
        }
        ScrapeError::LabelLimit { .. } => vec!["label value length limit"],
        ScrapeError::BodySize { .. } => vec!["body size limit"],
        ScrapeError::TargetLimit { .. } => vec!["target limit"],
        _ => vec!["another"],
    }
}

fn refusal(error: &TargetError) -> &'static str {
    match error {
        TargetError::NoAddress => "no address",
        TargetError::BadAddress { .. } => "bad address",
        TargetError::BadDuration { .. } | TargetError::TimeoutTooLong { .. } => "bad interval",
    }
}

fn active(status: &TargetStatus, recorded: &Value) -> Result<(), String> {
    expect(
        "url",
        &status.url.as_str(),
        &recorded["url"].as_str().unwrap_or_default(),
    )?;
    expect(
        "labels",
        &sorted(&labels_json(&status.labels)),
        &sorted(&recorded["labels"]),
    )?;
    let health = if status.health == TargetHealth::Up {
        "up"
    } else {
        "down"
    };
    expect("health", &Some(health), &recorded["health"].as_str())?;
    match (&status.last_error, recorded["error"].as_str()) {
        (None, None) => Ok(()),
        (Some(error), Some(class)) if classes(error).contains(&class) => Ok(()),
        (ours, recorded) => Err(format!("error: {ours:?} instead of {recorded:?}")),
    }
}

async fn outcome(case: Value) -> Result<(), String> {
    let server = TargetServer::start(answer(&case)).await;
    let text = case
        .to_string()
        .replace("{{TARGET}}", &format!("127.0.0.1:{}", server.port));
    let text = [
        ("{{HOST}}", "127.0.0.1"),
        ("\\\"1s\\\"", "\\\"100s\\\""),
        ("500ms", "50s"),
        ("10s", "1000s"),
    ]
    .iter()
    .fold(text, |text, (recorded, ours)| text.replace(recorded, ours));
    let case: Value = serde_json::from_str(&text).expect("JSON");
    let config = pool_config(case["args"].as_str().unwrap_or_default()).expect("a case of ours");
    let found =
        targets(case["targets"].as_str().expect("targets are text")).expect("labels are text");
    let book = Book::default();
    let mut pool = ScrapePool::new(config, Arc::new(book.clone()));
    let synced: Synced = pool.sync(&found);
    let refused = synced.refused.first().map(|(_, error)| refusal(error));
    expect("refusal", &refused, &case["target_refused"].as_str())?;
    let recorded = case["active"].as_array().expect("targets are a list");
    expect("targets", &synced.targets, &recorded.len())?;
    book.wait_until(|pages| pages.batches >= synced.targets)
        .await;
    let mut statuses = pool.status();
    while statuses
        .iter()
        .any(|status| status.last_scrape_ms.is_none())
    {
        // A status is written right after its batch.
        tokio::task::yield_now().await;
        statuses = pool.status();
    }
    pool.stop().await;
    for (status, recorded) in statuses.iter().zip(recorded) {
        active(status, recorded)?;
    }
    if let Some(requests) = case["requests"].as_array() {
        let requests: Vec<_> = requests
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        let mut paths = server.paths();
        paths.dedup();
        expect("requests", &paths, &requests)?;
    }
    compare(&case, &book)
}

fn compare(case: &Value, book: &Book) -> Result<(), String> {
    let samples = book.take();
    let mut pushed: Vec<_> = samples
        .iter()
        .filter(|s| !is_report(&s.labels) || s.labels.get("job") == Some("theirs"))
        .map(|s| sample_text(&labels_json(&s.labels), &json!(s.value), None))
        .collect();
    let recorded = case["pushed"].as_array().expect("samples are a list");
    let mut recorded: Vec<_> = recorded
        .iter()
        .map(|s| sample_text(&s["labels"], &s["value"], None))
        .collect();
    pushed.sort_unstable();
    recorded.sort_unstable();
    expect("pushed", &pushed, &recorded)?;
    for report in case["report"].as_array().expect("reports are a list") {
        let labels = report["labels"].as_object().expect("labels");
        for (name, value) in report
            .as_object()
            .expect("a report")
            .iter()
            .filter(|(n, _)| *n != "labels")
        {
            let pairs = labels
                .iter()
                .map(|(n, v)| (n.as_str(), v.as_str().unwrap_or_default()));
            let series = Labels::from_pairs(pairs.chain([("__name__", name.as_str())]));
            let ours = samples.iter().find(|sample| sample.labels == series);
            let ours = ours.ok_or(format!("no {series}"))?.value;
            let slower = if name == "scrape_timeout_seconds" {
                f64::from(SLOWER)
            } else {
                1.0
            };
            if value != "any" {
                expect(name, &Some(ours / slower), &value.as_f64())?;
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn targets_arguments_and_pages_give_the_recorded_labels() {
    let mut running = JoinSet::new();
    for case in outpost_golden::cases("alloy/scrape_labels.jsonl") {
        let name = case["name"].as_str().expect("a case has a name").to_owned();
        let elsewhere = [
            "extra",
            "exported_targets",
            "request_headers",
            "other_pages",
        ]
        .iter()
        .any(|key| !case[key].is_null());
        let ports = case.to_string();
        let fixed_port = ports.contains(":2121");
        let ours = case["kind"] == "labels"
            && !elsewhere
            && !fixed_port
            && targets(case["targets"].as_str().unwrap_or_default()).is_some()
            && pool_config(case["args"].as_str().unwrap_or_default()).is_some();
        if ours {
            running.spawn(async move { (name, outcome(case).await) });
        }
    }
    let mut verdicts = Verdicts::new("scrape_labels.jsonl, labels");
    while let Some(done) = running.join_next().await {
        let (name, outcome) = done.expect("no case panics");
        verdicts.add(&name, outcome);
    }
    verdicts.finish();
}
