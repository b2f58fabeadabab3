use super::*;

fn environment(name: &str) -> Option<String> {
    match name {
        "HTTP_PROXY" => Some("proxy.lan:3128".to_owned()),
        "https_proxy" => Some("https://u:p%40ss@secure.lan".to_owned()),
        "NO_PROXY" => Some("direct.lan".to_owned()),
        _ => None,
    }
}

#[test]
fn the_environment_names_a_proxy_per_scheme_in_either_case() {
    let raw = ProxyConfig {
        from_environment: true,
        ..ProxyConfig::default()
    };
    let rules = ProxyRules::with_environment(&raw, environment).expect("valid");
    let plain = rules.choose(false, "example.com", 80).expect("a proxy");
    assert_eq!(
        (plain.address().as_str(), plain.tls),
        ("proxy.lan:3128", false)
    );
    let secure = rules.choose(true, "example.com", 443).expect("a proxy");
    assert_eq!(
        (secure.address().as_str(), secure.tls),
        ("secure.lan:443", true)
    );
    assert_eq!(
        secure
            .authorization
            .as_ref()
            .map(|value| value.to_str().expect("ascii")),
        Some("Basic dTpwQHNz"),
        "u:p@ss"
    );
    assert!(rules.choose(false, "direct.lan", 80).is_none());
    assert!(rules.choose(false, "127.0.0.1", 80).is_none());
}

#[test]
fn a_proxy_url_alone_holds_for_loopback_too() {
    let mut raw = ProxyConfig {
        proxy_url: "http://proxy.lan".to_owned(),
        ..ProxyConfig::default()
    };
    let rules = ProxyRules::with_environment(&raw, |_| None).expect("valid");
    assert!(rules.choose(false, "127.0.0.1", 80).is_some());
    raw.no_proxy = "example.com".to_owned();
    let rules = ProxyRules::with_environment(&raw, |_| None).expect("valid");
    assert!(rules.choose(false, "127.0.0.1", 80).is_none());
    assert!(rules.choose(false, "example.org", 80).is_some());
}

#[test]
fn another_kind_of_proxy_is_refused_without_its_password() {
    let raw = ProxyConfig {
        proxy_url: "socks5://u:hunter2@p:1".to_owned(),
        ..ProxyConfig::default()
    };
    let message = ProxyRules::with_environment(&raw, |_| None)
        .expect_err("refused")
        .to_string();
    assert!(
        message.contains("http or https") && !message.contains("hunter2"),
        "{message}"
    );
}
