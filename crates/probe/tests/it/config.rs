//! `blackbox.yml`: what is read, and how a mistake is told.

use std::time::Duration;

use outpost_probe::{Config, Family, ProberKind};

fn error(text: &str) -> String {
    Config::parse(text).unwrap_err().to_string()
}

#[test]
fn every_section_of_the_real_exporters_example_is_read() {
    let text = "
modules:
  http_post:
    prober: http
    timeout: 5s
    http:
      method: POST
      valid_status_codes: [200, 3xx, 500-502]
      valid_http_versions: [\"HTTP/1.1\", \"HTTP/2.0\"]
      headers: {Host: vhost.example.org, Accept-Language: en-US}
      body_size_limit: 10MB
      preferred_ip_protocol: ip4
      ip_protocol_fallback: false
  tcp: {prober: tcp, tcp: {query_response: [{expect: '^SSH-2.0-'}, {send: QUIT}, {expect_bytes: abc}]}}
  dns: {prober: dns, dns: {query_name: example.org, query_type: SOA, valid_rcodes: [NOERROR, NXDOMAIN]}}
  icmp: {prober: icmp, timeout: 1.5s, icmp: {ttl: 5}}
  grpc: {prober: grpc, grpc: {service: a.b, tls: true}}
  unix: {prober: unix}
";
    let config = Config::parse(text).unwrap();
    assert_eq!(config.modules.len(), 6);
    let post = &config.modules["http_post"];
    assert_eq!(post.timeout, Some(Duration::from_secs(5)));
    let ProberKind::Http(http) = &post.prober else {
        panic!()
    };
    assert_eq!(http.family, Family::Ip4 { fallback: false });
    assert_eq!(http.body_size_limit, 10 << 20);
    assert_eq!(http.valid_status_codes.len(), 3);
    assert_eq!(
        config.modules["icmp"].timeout,
        Some(Duration::from_millis(1500))
    );
}

#[test]
fn a_mistyped_key_is_told_with_its_line_and_the_key_that_was_meant() {
    let text = "modules:\n  a:\n    prober: http\n    http:\n      methud: GET\n";
    assert_eq!(
        error(text),
        "line 5: unknown key \"methud\" in modules.a.http; did you mean method?"
    );
    assert!(error("modulse: {}").contains("did you mean modules?"));
    assert!(error("modules: {a: {prober: http, zzzzzz: 1}}").contains("known are prober, timeout"));
}

#[test]
fn every_wrong_value_is_told_with_key_and_value() {
    let http = |inside: &str| {
        error(&format!(
            "modules: {{a: {{prober: http, http: {{{inside}}}}}}}"
        ))
    };
    for (inside, said) in [
        ("method: 'G T'", "modules.a.http.method"),
        ("valid_status_codes: [2x]", "\"2x\""),
        (
            "fail_if_body_matches_regexp: ['(']",
            "no regular expression",
        ),
        ("compression: br", "gzip, deflate or identity"),
        (
            "compression: gzip, headers: {Accept-Encoding: deflate}",
            "does not go with",
        ),
        ("preferred_ip_protocol: ip5", "ip4 or ip6"),
        ("tls_config: {min_version: SSL3}", "TLS13"),
        ("tls_config: {cert_file: /a}", "needs its key"),
        ("tls_config: {max_version: TLS11}", "max_version"),
        ("basic_auth: {}, bearer_token: x", "only one of"),
        ("no_proxy: a", "no_proxy needs proxy_url"),
        ("body: a, body_file: /b", "only one of body and body_file"),
        ("enable_http3: true", "HTTP/3"),
        ("fail_if_body_json_matches_cel: 'body.a == 1'", "CEL"),
        ("oauth2: {client_id: a}", "OAuth"),
        ("body_size_limit: many", "10MB"),
        ("follow_redirects: maybe", "true or false"),
        ("fail_if_header_matches: [{header: a}]", "regexp is missing"),
    ] {
        let message = http(inside);
        assert!(
            message.starts_with("line 1: ") && message.contains(said),
            "{inside}: {message}"
        );
    }
    for (text, said) in [
        ("modules: {a: {prober: ftp}}", "\"ftp\""),
        ("modules: {a: {prober: dns}}", "query_name"),
        (
            "modules: {a: {prober: dns, dns: {query_name: a, query_type: QQ}}}",
            "\"QQ\"",
        ),
        (
            "modules: {a: {prober: dns, dns: {query_name: a, dns_over_tls: true}}}",
            "tcp",
        ),
        ("modules: {a: {prober: http, timeout: soon}}", "\"soon\""),
        ("modules: {a: 1}", "must be a map"),
        (
            "modules: {a: {prober: http}, a: {prober: tcp}}",
            "given twice",
        ),
        ("targets: [{target: x, module: nope}]", "\"nope\""),
        (
            "modules: {m: {prober: icmp}}\ntargets: [{target: x, module: m, interval: 10ms}]",
            "interval",
        ),
        (
            "modules: {m: {prober: icmp}}\ntargets: [{target: x, module: m, labels: {name: a}}]",
            "cannot be set",
        ),
        ("a: [", "not valid YAML"),
    ] {
        assert!(error(text).contains(said), "{text}: {}", error(text));
    }
}

#[test]
fn no_secret_is_printed_in_any_form() {
    let text = "modules:\n  a:\n    prober: http\n    http:\n      basic_auth: {username: bob, password: hunter2}\n      headers: {Cookie: hunter2}\n      http_headers: {X-Other: {secrets: [hunter2], values: [seen]}}\n      proxy_url: http://u:hunter2@proxy:1\n  b: {prober: http, http: {authorization: {credentials: hunter2}}}\n  c: {prober: http, http: {bearer_token: hunter2}}\n  d: {prober: grpc, grpc: {metadata: {x: hunter2}}}\n  e: {prober: tcp, tcp: {tls_config: {cert: x, key: hunter2}}}\nremote_write: [{url: 'http://h/', basic_auth: {username: a, password: hunter2}}]\n";
    let config = Config::parse(text).unwrap();
    assert!(!config.written.contains("hunter2"), "{}", config.written);
    assert!(
        config.written.contains("username: bob") && config.written.contains("seen"),
        "{}",
        config.written
    );
    assert!(!format!("{config:?}").contains("hunter2"));
    let masked = Config::parse(&config.written.replace("<secret>", "x")).unwrap();
    assert_eq!(
        masked.modules.len(),
        5,
        "what is shown is YAML of the same modules"
    );
}

#[test]
fn no_text_makes_the_reader_panic_or_grow() {
    let billion: String = (1..30).fold("a0: &a0 [x, x]\n".to_owned(), |text, at| {
        text + &format!("a{at}: &a{at} [*a{0}, *a{0}]\n", at - 1)
    });
    assert!(error(&billion).contains("values"));
    assert!(error(&"[".repeat(10_000)).starts_with("line 1: "));
    assert!(error(&format!("{}{}", "[".repeat(60), "]".repeat(60))).contains("deep"));
    let mut random = fastrand::Rng::with_seed(3);
    let parts = [
        "modules:",
        "\n ",
        " a:",
        " - ",
        "{",
        "}",
        "[",
        "]",
        "&a",
        "*a",
        "prober: http",
        "http:",
        "'",
        ": ",
    ];
    for _ in 0..5_000 {
        let text: String = (0..random.usize(0..12))
            .map(|_| parts[random.usize(..parts.len())])
            .collect();
        let _ = Config::parse(&text);
    }
}
