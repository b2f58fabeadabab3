use super::*;

fn refusal(change: impl FnOnce(&mut HttpConfig)) -> String {
    let mut raw = HttpConfig::default();
    change(&mut raw);
    ClientConfig::try_from(raw)
        .expect_err("the arguments are refused")
        .to_string()
}

#[test]
fn two_ways_to_authenticate_are_refused_by_name() {
    let message = refusal(|raw| {
        raw.bearer_token = "x".into();
        raw.basic_auth = Some(BasicAuth::default());
    });
    assert!(
        message.contains("but basic_auth and bearer_token are"),
        "{message}"
    );
    let message = refusal(|raw| {
        raw.basic_auth = Some(BasicAuth {
            password: "p".into(),
            password_file: Some("f".into()),
            ..BasicAuth::default()
        });
    });
    assert!(
        message.contains("but password and password_file are"),
        "{message}"
    );
}

#[test]
fn basic_is_no_scheme_of_authorization() {
    let message = refusal(|raw| {
        raw.authorization = Some(Authorization {
            scheme: " Basic".to_owned(),
            ..Authorization::default()
        });
    });
    assert!(message.contains("use the basic_auth block"), "{message}");
}

#[test]
fn oauth2_needs_a_client_a_secret_and_an_address() {
    let mut oauth2 = OAuth2Config::default();
    let refused = |oauth2: &OAuth2Config| {
        let oauth2 = oauth2.clone();
        refusal(|raw| raw.oauth2 = Some(oauth2))
    };
    assert_eq!(refused(&oauth2), "oauth2 needs client_id");
    oauth2.client_id = "me".to_owned();
    assert_eq!(refused(&oauth2), "oauth2 needs token_url");
    oauth2.token_url = "not a url".to_owned();
    assert_eq!(
        refused(&oauth2),
        "oauth2 needs client_secret or client_secret_file"
    );
    oauth2.client_secret = "s".into();
    assert!(refused(&oauth2).contains("token_url is not an http or https URL"));
}

#[test]
fn headers_that_the_client_owns_are_refused_and_values_are_not_printed() {
    let message = refusal(|raw| {
        raw.http_headers
            .insert("User-Agent".to_owned(), vec!["x".into()]);
    });
    assert_eq!(
        message,
        "http_headers may not set the header \"user-agent\""
    );
    let message = refusal(|raw| {
        raw.http_headers
            .insert("X-Key".to_owned(), vec!["secret\nvalue".into()]);
    });
    assert!(!message.contains("secret"), "{message}");
}

#[test]
fn proxy_arguments_that_contradict_each_other_are_refused() {
    let no_proxy = refusal(|raw| raw.proxy.no_proxy = "localhost".to_owned());
    assert_eq!(no_proxy, "no_proxy needs proxy_url");
    let both = refusal(|raw| {
        raw.proxy.proxy_url = "http://p:1".to_owned();
        raw.proxy.from_environment = true;
    });
    assert!(
        both.contains("proxy_from_environment and proxy_url are"),
        "{both}"
    );
    let header = refusal(|raw| {
        raw.proxy
            .connect_header
            .insert("X".to_owned(), vec!["y".into()]);
    });
    assert_eq!(
        header,
        "proxy_connect_header needs proxy_url or proxy_from_environment"
    );
}

#[test]
fn tls_arguments_are_checked_without_opening_files() {
    let version = refusal(|raw| raw.tls.min_version = "TLS14".to_owned());
    assert!(version.contains("TLS14"), "{version}");
    let pem = refusal(|raw| raw.tls.ca_pem = "x".to_owned());
    assert!(pem.starts_with("ca_pem "), "{pem}");
    let half = refusal(|raw| raw.tls.cert_file = Some("c".into()));
    assert_eq!(half, "cert_file needs key_pem or key_file");
    let mut raw = HttpConfig::default();
    raw.tls.ca_file = Some("/nonexistent/ca.pem".into());
    ClientConfig::try_from(raw).expect("a file may come later");
}
