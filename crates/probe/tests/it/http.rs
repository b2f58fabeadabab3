//! The http prober against local sites, held against recordings of the real exporter.

use std::collections::BTreeSet;
use std::time::Duration;

use outpost_probe::{Encryption, HttpModule, Module, Outcome, Prober, Reason, Request};
use tokio::net::TcpListener;

use crate::site::{Authority, Site};

const PATIENCE: Duration = Duration::from_secs(20);

async fn probe(prober: &Prober, target: String) -> Outcome {
    prober
        .probe(&Module::http_2xx(), &Request::new(target), PATIENCE)
        .await
}

fn untrusting() -> Prober {
    Prober::with_roots(Authority::new().roots())
}

/// Family names with their labels' names and, where time does not enter, their values.
fn shape(page: &str) -> BTreeSet<String> {
    page.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let timed = series.contains("seconds") && !series.contains("last_modified");
            if timed {
                series.to_owned()
            } else {
                let value: f64 = value.parse().unwrap();
                format!("{series} {value}")
            }
        })
        .collect()
}

/// What we add to the real exporter's families.
fn without_additions(shape: BTreeSet<String>) -> BTreeSet<String> {
    let added = ["probe_failure_info", "probe_ssl_verified"];
    shape
        .into_iter()
        .filter(|s| !added.iter().any(|name| s.starts_with(name)))
        .collect()
}

#[tokio::test]
async fn an_answer_in_200_reports_what_the_real_exporter_reports() {
    let site = Site::plain().await;
    let outcome = probe(&untrusting(), format!("127.0.0.1:{}", site.port)).await;
    assert_eq!(outcome.failure, None, "{}", outcome.log);
    let real = outpost_golden::text("blackbox_http_ok.prom");
    assert_eq!(shape(&outcome.report.to_string()), shape(&real));
}

#[tokio::test]
async fn redirects_are_followed_and_counted() {
    let site = Site::plain().await;
    let outcome = probe(
        &untrusting(),
        format!("http://127.0.0.1:{}/moved", site.port),
    )
    .await;
    assert_eq!(outcome.failure, None, "{}", outcome.log);
    let real = outpost_golden::text("blackbox_http_redirect.prom");
    assert_eq!(shape(&outcome.report.to_string()), shape(&real));
}

#[tokio::test]
async fn a_redirect_loop_ends_after_ten() {
    let site = Site::plain().await;
    let outcome = probe(
        &untrusting(),
        format!("http://127.0.0.1:{}/loop", site.port),
    )
    .await;
    assert_eq!(outcome.failure.unwrap().reason, Reason::Redirect);
    assert_eq!(outcome.report.get("probe_http_redirects", &[]), Some(11.0));
}

#[tokio::test]
async fn a_404_fails_and_keeps_the_facts_of_the_answer() {
    let site = Site::plain().await;
    let outcome = probe(
        &untrusting(),
        format!("http://127.0.0.1:{}/missing", site.port),
    )
    .await;
    let failure = outcome.failure.unwrap();
    assert_eq!(
        (failure.reason, failure.message.as_str()),
        (Reason::Status, "status 404, expected 2xx")
    );
    assert_eq!(
        outcome.report.get("probe_http_status_code", &[]),
        Some(404.0)
    );
    assert_eq!(
        outcome
            .report
            .get("probe_failure_info", &[("reason", "status")]),
        Some(1.0)
    );
}

#[tokio::test]
async fn a_closed_port_reports_the_same_zeros_as_the_real_exporter() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let outcome = probe(&untrusting(), format!("http://127.0.0.1:{port}")).await;
    assert_eq!(outcome.failure.as_ref().unwrap().reason, Reason::Connect);
    let real = outpost_golden::text("blackbox_http_connrefused.prom");
    assert_eq!(
        without_additions(shape(&outcome.report.to_string())),
        shape(&real)
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_costs_the_deadline_and_no_more() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let outcome = probe(&untrusting(), format!("http://127.0.0.1:{port}")).await;
    assert_eq!(outcome.failure.unwrap().reason, Reason::Timeout);
    assert_eq!(outcome.duration, PATIENCE);
    assert_eq!(
        outcome.report.get("probe_ip_protocol", &[]),
        Some(4.0),
        "found before the end"
    );
}

#[tokio::test]
async fn a_trusted_certificate_gives_its_facts_and_http_2() {
    let authority = Authority::new();
    let site = Site::tls(&authority, "localhost", 2040).await;
    let prober = Prober::with_roots(authority.roots());
    let outcome = probe(&prober, format!("https://localhost:{}/", site.port)).await;
    assert_eq!(outcome.failure, None, "{}", outcome.log);
    let report = &outcome.report;
    assert_eq!(report.get("probe_http_version", &[]), Some(2.0));
    assert_eq!(report.get("probe_http_ssl", &[]), Some(1.0));
    assert_eq!(report.get("probe_ssl_verified", &[]), Some(1.0));
    assert_eq!(
        report.get("probe_ssl_earliest_cert_expiry", &[]),
        Some(2_208_988_800.0)
    );
    assert_eq!(
        report.get("probe_tls_version_info", &[("version", "TLS 1.3")]),
        Some(1.0)
    );
    let page = report.to_string();
    assert!(page.contains(r#"issuer="CN=Test Authority""#), "{page}");
    assert!(
        page.contains(r#"subject="CN=localhost,O=Test",subjectalternative="localhost"}"#),
        "{page}"
    );
    let names = |page: &str| -> BTreeSet<String> {
        shape(page)
            .iter()
            .map(|s| s.split(['{', ' ']).next().unwrap().to_owned())
            .collect()
    };
    let mut real = names(&outpost_golden::text("blackbox_http_tls_localhost.prom"));
    real.extend([
        "probe_ssl_verified".to_owned(),
        "probe_http_last_modified_timestamp_seconds".to_owned(),
    ]);
    assert_eq!(names(&page), real);
}

#[tokio::test]
async fn a_refused_certificate_fails_and_still_gives_its_facts() {
    let authority = Authority::new();
    for (name, year) in [("localhost", 2020), ("elsewhere.test", 2040)] {
        let site = Site::tls(&authority, name, year).await;
        let prober = Prober::with_roots(authority.roots());
        let outcome = probe(&prober, format!("https://localhost:{}/", site.port)).await;
        assert_eq!(
            outcome.failure.as_ref().unwrap().reason,
            Reason::Tls,
            "{name} {year}"
        );
        assert_eq!(outcome.report.get("probe_ssl_verified", &[]), Some(0.0));
        assert!(
            outcome
                .report
                .get("probe_ssl_earliest_cert_expiry", &[])
                .is_some()
        );
    }
    let site = Site::tls(&authority, "localhost", 2040).await;
    let outcome = probe(&untrusting(), format!("https://localhost:{}/", site.port)).await;
    assert_eq!(
        outcome.failure.unwrap().reason,
        Reason::Tls,
        "an authority that is not trusted"
    );
}

#[tokio::test]
async fn a_hostname_replaces_the_host_header() {
    let site = Site::plain().await;
    let request = Request {
        target: format!("http://127.0.0.1:{}/host", site.port),
        hostname: Some("example.test".to_owned()),
    };
    let outcome = untrusting()
        .probe(&Module::http_2xx(), &request, PATIENCE)
        .await;
    let length = outcome
        .report
        .get("probe_http_uncompressed_body_length", &[]);
    assert_eq!(length, Some("example.test".len() as f64));
}

#[tokio::test]
async fn a_module_can_demand_encryption() {
    let site = Site::plain().await;
    let http = HttpModule {
        encryption: Encryption::Required,
        ..HttpModule::default()
    };
    let module = Module::from(http);
    let request = Request::new(format!("http://127.0.0.1:{}/", site.port));
    let outcome = untrusting().probe(&module, &request, PATIENCE).await;
    assert_eq!(outcome.failure.unwrap().reason, Reason::Ssl);
}

#[tokio::test]
async fn a_body_over_the_limit_is_cut_and_fails() {
    let site = Site::plain().await;
    let http = HttpModule {
        body_size_limit: 5,
        ..HttpModule::default()
    };
    let module = Module::from(http);
    let request = Request::new(format!("http://127.0.0.1:{}/", site.port));
    let outcome = untrusting().probe(&module, &request, PATIENCE).await;
    assert_eq!(outcome.failure.unwrap().reason, Reason::Body);
}
