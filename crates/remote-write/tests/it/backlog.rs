//! What a backlog does to requests: more of them at once, each series once in each.

use std::time::Duration;

use outpost_remote_write::Protocol;

use crate::receiver::{Answer, Receiver};
use crate::service::{Service, to};

const T: i64 = 1_700_000_000_000;

/// Waits until nothing is pending.
async fn settled(service: &Service) {
    while service.handle.status().endpoints[0].pending.total() > 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn scrapes_that_pile_up_go_out_with_each_series_once_a_request() {
    for protocol in [Protocol::V1, Protocol::V2] {
        let directory = tempfile::tempdir().unwrap();
        let receiver = Receiver::start().await;
        receiver.script([Answer {
            delay: Duration::from_millis(200),
            ..Answer::ok()
        }]);
        let mut config = to(&receiver.url());
        config.endpoints[0].protocol = protocol;
        config.endpoints[0].queue.max_samples_per_send = 400;
        config.endpoints[0].queue.max_shards = 1;
        let service = Service::start(directory.path(), config);
        let target = service.target("m", 40);
        service.scrape(&target, T, 0.0);
        receiver.has_seen(1).await;
        // While the first waits for its answer.
        for scrape in 1..=10 {
            service.scrape(&target, T + scrape, 1.0);
        }
        settled(&service).await;
        service.stop().await;
        let entries: Vec<_> = receiver
            .requests()
            .iter()
            .map(|request| (request.samples().len(), request.sample_count()))
            .collect();
        assert_eq!(entries, [(40, 40), (40, 400)], "{protocol:?}");
        for (labels, samples) in receiver.accepted() {
            let times: Vec<_> = samples.iter().map(|(time, _)| time - T).collect();
            assert_eq!(times, (0..=10).collect::<Vec<_>>(), "{labels}");
        }
    }
}

#[tokio::test]
async fn a_backlog_opens_lanes_and_keeps_every_series_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    // Nothing is taken until all is there.
    receiver.answer(Answer::status(503));
    let mut config = to(&receiver.url());
    let queue = &mut config.endpoints[0].queue;
    (queue.max_samples_per_send, queue.max_shards) = (100, 4);
    queue.max_backoff = Duration::from_millis(30);
    let service = Service::start(directory.path(), config);
    let target = service.target("m", 1000);
    for scrape in 0..60 {
        service.scrape(&target, T + scrape, 1.0);
    }
    receiver.answer(Answer {
        delay: Duration::from_millis(2),
        ..Answer::ok()
    });
    settled(&service).await;
    service.stop().await;
    let accepted = receiver.accepted();
    assert_eq!(accepted.len(), 1000);
    for (labels, samples) in &accepted {
        let times: Vec<_> = samples.iter().map(|(time, _)| time - T).collect();
        assert_eq!(times, (0..60).collect::<Vec<_>>(), "{labels}");
    }
    assert!(receiver.most_at_once() > 1, "lanes were opened");
    assert!(receiver.most_at_once() <= 4, "and no more than allowed");
}

/// Eight hours of a scrape every 15 seconds, while the receiver refuses; the log alone holds them.
#[tokio::test]
async fn eight_hours_without_a_receiver_lose_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    receiver.answer(Answer::status(503));
    let mut config = to(&receiver.url());
    config.endpoints[0].queue.max_backoff = Duration::from_millis(50);
    let service = Service::start(directory.path(), config);
    let target = service.target("m", 20);
    for scrape in 0..1920 {
        service.scrape(&target, T + scrape * 15_000, scrape as f64);
    }
    receiver.has_seen(2).await;
    let endpoint = service.handle.status().endpoints.remove(0);
    assert_eq!(
        (endpoint.sent.samples, endpoint.pending.samples),
        (0, 38_400)
    );
    receiver.answer(Answer::ok());
    settled(&service).await;
    let endpoint = service.handle.status().endpoints.remove(0);
    assert_eq!((endpoint.sent.samples, endpoint.dropped.len()), (38_400, 0));
    service.stop().await;
    for (labels, samples) in receiver.accepted() {
        let wanted = (0..1920).map(|i| (T + i * 15_000, (i as f64).to_bits()));
        assert!(samples.into_iter().eq(wanted), "{labels}");
    }
}

#[tokio::test]
async fn metadata_goes_to_a_1_0_receiver_once_an_interval_and_not_where_it_is_not_wanted() {
    use outpost_model::{Labels, Metadata, MetricType, MetricsReceiver};
    for send in [true, false] {
        let directory = tempfile::tempdir().unwrap();
        let receiver = Receiver::start().await;
        let mut config = to(&receiver.url());
        config.endpoints[0].metadata.send = send;
        config.endpoints[0].metadata.send_interval = Duration::from_millis(20);
        let service = Service::start(directory.path(), config);
        let metadata = Metadata {
            family: "flow_litres".to_owned(),
            kind: MetricType::Counter,
            help: "Water.".to_owned(),
            unit: "litres".to_owned(),
        };
        let labels = Labels::from_pairs([("__name__", "flow_litres_total")]);
        service.handle.resolve(&labels, Some(&metadata.into()));
        let target = service.target("m", 1);
        service.scrape(&target, T, 1.0);
        receiver.until(|accepted| accepted.len() == 1).await;
        if send {
            receiver.has_seen(3).await;
        }
        service.stop().await;
        let sent: Vec<_> = receiver
            .requests()
            .iter()
            .flat_map(|request| request.v1().metadata)
            .map(|m| (m.metric_family_name, m.r#type, m.help, m.unit))
            .collect();
        assert_eq!(sent.is_empty(), !send, "{sent:?}");
        let wanted = ("flow_litres", 1, "Water.", "litres");
        for (family, kind, help, unit) in &sent {
            assert_eq!(
                (family.as_str(), *kind, help.as_str(), unit.as_str()),
                wanted
            );
        }
    }
}
