//! What is appended arrives: once, in order, across restarts, kills and outages.

use crate::receiver::{Answer, Receiver};
use crate::service::{Service, endpoint, to};

/// A time that no test minds.
const T: i64 = 1_700_000_000_000;

#[tokio::test]
async fn what_is_appended_arrives_with_its_labels_and_bits() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    let service = Service::start(directory.path(), to(&receiver.url()));
    let target = service.target("m", 2);
    service.scrape(&target, T, 1.5);
    service.scrape(&target, T + 1, f64::from_bits(0x7ff8_dead_beef_0001));
    receiver
        .until(|series| series.values().map(Vec::len).sum::<usize>() == 4)
        .await;
    let accepted = receiver.accepted();
    let expected = vec![(T, 1.5_f64.to_bits()), (T + 1, 0x7ff8_dead_beef_0001)];
    assert_eq!(accepted["__name__=m,i=0,job=j"], expected);
    assert_eq!(accepted["__name__=m,i=1,job=j"], expected);
    let request = &receiver.requests()[0];
    assert_eq!(request.method, "POST");
    assert_eq!(request.header("content-encoding"), "snappy");
    assert_eq!(request.header("x-prometheus-remote-write-version"), "0.1.0");
    service.stop().await;
}

#[tokio::test]
async fn unsent_samples_are_sent_after_a_kill_and_what_was_sent_is_not_sent_again() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    let url = receiver.url();
    let service = Service::start(directory.path(), to(&url));
    let target = service.target("m", 10);
    for i in 0..5 {
        service.scrape(&target, T + i, 1.0);
    }
    receiver
        .until(|series| series.values().all(|samples| samples.len() == 5) && series.len() == 10)
        .await;
    receiver.answer(Answer::status(503));
    for i in 5..8 {
        service.scrape(&target, T + i, 1.0);
    }
    let before = receiver.requests().len();
    receiver.has_seen(before + 1).await;
    service.kill().await;
    receiver.answer(Answer::ok());
    let service = Service::start(directory.path(), to(&url));
    let target = service.target("m", 10);
    service.scrape(&target, T + 8, 1.0);
    receiver
        .until(|series| series.values().all(|samples| samples.len() >= 9))
        .await;
    service.stop().await;
    for (labels, samples) in receiver.accepted() {
        let times: Vec<_> = samples.iter().map(|(time, _)| *time).collect();
        assert_eq!(times, (T..T + 9).collect::<Vec<_>>(), "{labels}");
    }
}

#[tokio::test]
async fn an_endpoint_that_is_down_does_not_hold_up_the_other_and_gets_all_of_it_later() {
    let directory = tempfile::tempdir().unwrap();
    let (up, down) = (Receiver::start().await, Receiver::start().await);
    down.answer(Answer::hang_up());
    let mut config = to(&up.url());
    config.endpoints.push(endpoint(&down.url()));
    // So little that the endpoint which is behind has to read segments.
    config.wal.recent_bytes = 1;
    let service = Service::start(directory.path(), config);
    let target = service.target("m", 50);
    for i in 0..100 {
        service.scrape(&target, T + i, i as f64);
    }
    up.until(|series| series.len() == 50 && series.values().all(|s| s.len() == 100))
        .await;
    down.answer(Answer::ok());
    down.until(|series| series.len() == 50 && series.values().all(|s| s.len() == 100))
        .await;
    service.stop().await;
    assert_eq!(up.accepted(), down.accepted());
}

#[tokio::test]
async fn rules_of_one_endpoint_change_and_drop_series_for_it_alone() {
    use outpost_model::{Action, RuleConfig};
    let directory = tempfile::tempdir().unwrap();
    let (all, few) = (Receiver::start().await, Receiver::start().await);
    let mut config = to(&all.url());
    config.endpoints.push(crate::service::endpoint(&few.url()));
    config.endpoints[1].write_relabel = vec![
        RuleConfig {
            source_labels: Some(vec!["i".to_owned()]),
            regex: "0".to_owned(),
            action: Action::Drop,
            ..RuleConfig::default()
        },
        RuleConfig {
            target_label: "job".to_owned(),
            replacement: "other".to_owned(),
            ..RuleConfig::default()
        },
    ];
    let service = Service::start(directory.path(), config);
    let target = service.target("m", 2);
    service.scrape(&target, 1_700_000_000_000, 1.0);
    service.stop().await;
    let names = |receiver: &Receiver| receiver.accepted().into_keys().collect::<Vec<_>>();
    assert_eq!(
        names(&all),
        ["__name__=m,i=0,job=j", "__name__=m,i=1,job=j"]
    );
    assert_eq!(names(&few), ["__name__=m,i=1,job=other"]);
}
