//! What the sender makes of a receiver's answers.

use std::time::Duration;

use outpost_remote_write::{Health, Protocol, Reason};

use crate::receiver::{Answer, Receiver};
use crate::service::{Service, endpoint, to};

const T: i64 = 1_700_000_000_000;

/// Sends scrapes of six samples, one after the other, each delivered or given up before the next.
async fn scrapes(service: &Service, count: i64) {
    let target = service.target("m", 6);
    for i in 0..count {
        service.scrape(&target, T + i, 1.0);
        settled(service).await;
    }
}

/// Waits until nothing is pending.
async fn settled(service: &Service) {
    loop {
        let status = service.handle.status();
        if status
            .endpoints
            .iter()
            .all(|endpoint| endpoint.pending.total() == 0)
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn what_cannot_be_taken_now_is_sent_again_with_growing_waits_until_it_is_taken() {
    for answer in [
        Answer::status(500),
        Answer::status(503),
        Answer::status(429),
        Answer::hang_up(),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let receiver = Receiver::start().await;
        receiver.script([answer.clone(), answer.clone(), answer.clone()]);
        let service = Service::start(directory.path(), to(&receiver.url()));
        scrapes(&service, 1).await;
        service.stop().await;
        let requests = receiver.requests();
        let attempts: Vec<_> = requests
            .iter()
            .map(|r| r.header("retry-attempt").to_owned())
            .collect();
        assert_eq!(attempts, ["", "1", "2", "3"], "{answer:?}");
        assert!(requests.windows(2).all(|pair| pair[0].body == pair[1].body));
        let waits: Vec<_> = requests
            .windows(2)
            .map(|pair| pair[1].at - pair[0].at)
            .collect();
        for (wait, least) in waits.iter().zip([30, 60, 120]) {
            assert!(*wait >= Duration::from_millis(least), "{waits:?}");
        }
    }
}

#[tokio::test]
async fn a_receivers_wish_to_wait_is_granted_beyond_our_own_bound() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    receiver.script([Answer::status(503).header("retry-after", "1")]);
    let mut config = to(&receiver.url());
    config.endpoints[0].queue.max_backoff = Duration::from_millis(50);
    let service = Service::start(directory.path(), config);
    scrapes(&service, 1).await;
    service.stop().await;
    let requests = receiver.requests();
    assert!(requests[1].at - requests[0].at >= Duration::from_secs(1));
}

#[tokio::test]
async fn what_is_refused_for_good_is_dropped_and_counted_and_the_next_goes_on() {
    for status in [400, 401, 404, 405, 408, 409, 415, 499, 300, 304] {
        let directory = tempfile::tempdir().unwrap();
        let receiver = Receiver::start().await;
        receiver.script([Answer::status(status).saying("out of bounds")]);
        let service = Service::start(directory.path(), to(&receiver.url()));
        scrapes(&service, 1).await;
        let status_now = service.handle.status();
        let endpoint = &status_now.endpoints[0];
        assert_eq!(endpoint.dropped[&Reason::Rejected].samples, 6, "{status}");
        // Some statuses have no body.
        let Health::Refused { reason } = &endpoint.health else {
            panic!("{:?}", endpoint.health)
        };
        assert!(reason.starts_with(&status.to_string()), "{reason}");
        scrapes(&service, 1).await;
        let endpoint = &service.handle.status().endpoints[0];
        assert_eq!(
            (endpoint.sent.samples, &endpoint.health),
            (6, &Health::Delivering)
        );
        assert_eq!(receiver.requests().len(), 2);
        service.stop().await;
    }
}

#[tokio::test]
async fn a_429_is_dropped_where_the_configuration_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    receiver.script([Answer::status(429)]);
    let mut config = to(&receiver.url());
    config.endpoints[0].queue.retry_on_http_429 = false;
    let service = Service::start(directory.path(), config);
    scrapes(&service, 2).await;
    let endpoint = service.handle.status().endpoints.remove(0);
    assert_eq!(
        (
            endpoint.dropped[&Reason::Rejected].samples,
            endpoint.sent.samples
        ),
        (6, 6)
    );
    service.stop().await;
}

#[tokio::test]
async fn what_is_too_large_is_sent_in_halves() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    receiver.script([Answer::status(413), Answer::status(413)]);
    let service = Service::start(directory.path(), to(&receiver.url()));
    scrapes(&service, 1).await;
    service.stop().await;
    let sizes: Vec<_> = receiver
        .requests()
        .iter()
        .map(crate::receiver::Recorded::sample_count)
        .collect();
    assert_eq!(sizes, [6, 3, 1, 1, 1, 1, 1, 1]);
    assert_eq!(receiver.accepted().values().map(Vec::len).sum::<usize>(), 6);
}

#[tokio::test]
async fn a_receiver_that_does_not_read_2_0_gets_1_0_from_then_on() {
    let answers = [Answer::status(415), Answer::status(204).without_counts()];
    for answer in answers {
        let directory = tempfile::tempdir().unwrap();
        let receiver = Receiver::start().await;
        receiver.script([answer.clone()]);
        let mut config = to(&receiver.url());
        config.endpoints[0].protocol = Protocol::V2;
        let service = Service::start(directory.path(), config);
        scrapes(&service, 3).await;
        service.stop().await;
        let versions: Vec<_> = receiver
            .requests()
            .iter()
            .map(|r| r.header("x-prometheus-remote-write-version").to_owned())
            .collect();
        assert_eq!(versions, ["2.0.0", "0.1.0", "0.1.0", "0.1.0"]);
        let v1: usize = receiver.requests()[1..]
            .iter()
            .map(crate::receiver::Recorded::sample_count)
            .sum();
        assert_eq!(v1, 18, "the first batch is sent again: {answer:?}");
    }
}

#[tokio::test]
async fn what_a_2_0_receiver_says_it_did_not_write_is_counted() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    let written = "x-prometheus-remote-write-samples-written";
    receiver.script([
        Answer::status(204).without_counts().header(written, "4"),
        Answer::status(400)
            .header(written, "1")
            .saying("out of order"),
        Answer::status(400).saying("all of it"),
    ]);
    let mut config = to(&receiver.url());
    config.endpoints[0].protocol = Protocol::V2;
    let service = Service::start(directory.path(), config);
    scrapes(&service, 4).await;
    let endpoint = service.handle.status().endpoints.remove(0);
    assert_eq!(endpoint.dropped[&Reason::NotWritten].samples, 2);
    assert_eq!(endpoint.dropped[&Reason::Rejected].samples, 5 + 6);
    assert_eq!(endpoint.sent.samples, 4 + 1 + 6);
    service.stop().await;
}

#[tokio::test]
async fn samples_that_grew_too_old_while_waiting_are_dropped_and_counted() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    receiver.answer(Answer::status(500));
    let mut config = to(&receiver.url());
    config.endpoints[0].queue.sample_age_limit = Duration::from_millis(300);
    let service = Service::start(directory.path(), config);
    let target = service.target("m", 6);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    service.scrape(&target, i64::try_from(now.as_millis()).unwrap(), 1.0);
    settled(&service).await;
    let endpoint = service.handle.status().endpoints.remove(0);
    assert_eq!(endpoint.dropped[&Reason::TooOld].samples, 6);
    assert!(receiver.requests().len() > 1, "it was tried");
    service.stop().await;
}

#[tokio::test]
async fn own_headers_win_and_the_path_is_the_urls() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    let mut wanted = endpoint(&receiver.url());
    wanted.headers = [
        ("X-Scope-OrgID", "shop"),
        ("Content-Type", "application/x-protobuf;a=b"),
    ]
    .map(|(n, v)| (n.to_owned(), v.to_owned()))
    .into();
    let service = Service::start(
        directory.path(),
        outpost_remote_write::Config {
            endpoints: vec![wanted],
            ..Default::default()
        },
    );
    scrapes(&service, 1).await;
    service.stop().await;
    let request = &receiver.requests()[0];
    assert_eq!(request.path, "/api/v1/write");
    assert_eq!(request.header("x-scope-orgid"), "shop");
    assert_eq!(request.header("content-type"), "application/x-protobuf;a=b");
}
