//! Every way to authenticate.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use outpost_http_client::{Authorization, BasicAuth, OAuth2Config, SendError};

use crate::server::{Server, ok, status};
use crate::{client, get, words};

#[tokio::test]
async fn files_with_secrets_are_read_at_every_request() {
    let server = Server::start(|_| ok("")).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token");
    let bearer = client(|config| config.bearer_token_file = Some(file.clone()));
    let error = get(&bearer, &server.url("/")).await.expect_err("no file");
    assert!(matches!(error, SendError::Auth(_)) && words(&error).contains("token: No such file"));
    for token in ["one", "two"] {
        fs::write(&file, format!("{token}\n")).expect("written");
        get(&bearer, &server.url("/"))
            .await
            .expect("an answer")
            .discard()
            .await;
        assert_eq!(
            server.last_header("authorization"),
            format!("Bearer {token}")
        );
    }
    let basic = client(|config| {
        config.basic_auth = Some(BasicAuth {
            username: "u".to_owned(),
            password_file: Some(file),
            ..BasicAuth::default()
        });
    });
    get(&basic, &server.url("/"))
        .await
        .expect("an answer")
        .discard()
        .await;
    assert_eq!(server.last_header("authorization"), "Basic dTp0d28=");
}

#[tokio::test]
async fn other_schemes_and_users_in_the_url_are_sent() {
    let server = Server::start(|_| ok("")).await;
    let scheme = client(|config| {
        config.authorization = Some(Authorization {
            scheme: "Token".to_owned(),
            credentials: "abc".into(),
            ..Authorization::default()
        });
    });
    get(&scheme, &server.url("/"))
        .await
        .expect("an answer")
        .discard()
        .await;
    assert_eq!(server.last_header("authorization"), "Token abc");
    let url = format!("http://me:p%40ss@127.0.0.1:{}/", server.port);
    get(&client(|_| {}), &url)
        .await
        .expect("an answer")
        .discard()
        .await;
    assert_eq!(server.last_header("authorization"), "Basic bWU6cEBzcw==");
    assert_eq!(
        server.last_header("host"),
        format!("127.0.0.1:{}", server.port)
    );
}

#[tokio::test]
async fn an_oauth2_token_is_kept_until_the_server_refuses_it() {
    let issued = AtomicUsize::new(0);
    let endpoint = Server::start(move |request| {
        if !request.headers().contains_key("authorization") {
            return status(401, &[]);
        }
        let number = issued.fetch_add(1, Ordering::SeqCst);
        ok(format!(
            r#"{{"access_token":"t{number}","token_type":"bearer","expires_in":3600}}"#
        ))
    })
    .await;
    let server = Server::start(|request| {
        if request.uri().path() == "/refuse" {
            status(401, &[])
        } else {
            ok("")
        }
    })
    .await;
    let client = client(|config| {
        let mut oauth2 = OAuth2Config {
            client_id: "agent:1".to_owned(),
            client_secret: "s&cret".into(),
            token_url: endpoint.url("/token"),
            scopes: vec!["write".to_owned(), "read".to_owned()],
            ..OAuth2Config::default()
        };
        oauth2
            .endpoint_params
            .insert("audience".to_owned(), "a b".to_owned());
        config.oauth2 = Some(oauth2);
    });
    for (path, token) in [("/", "t0"), ("/", "t0"), ("/refuse", "t0"), ("/", "t1")] {
        get(&client, &server.url(path))
            .await
            .expect("an answer")
            .discard()
            .await;
        assert_eq!(
            server.last_header("authorization"),
            format!("Bearer {token}")
        );
    }
    let asked = endpoint.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(
        std::str::from_utf8(asked[0].body()).expect("text"),
        "grant_type=client_credentials&scope=write%20read&audience=a%20b"
    );
    // "agent%3A1:s%26cret", as RFC 6749 2.3.1 wants it.
    assert_eq!(
        endpoint.last_header("authorization"),
        "Basic YWdlbnQlM0ExOnMlMjZjcmV0"
    );
}

#[tokio::test]
async fn an_endpoint_that_takes_the_secret_in_the_form_gets_it_there() {
    let endpoint = Server::start(|request| {
        let form = std::str::from_utf8(request.body()).expect("text");
        if form.ends_with("&client_id=me&client_secret=s") {
            ok(r#"{"access_token":"t"}"#)
        } else {
            status(400, &[])
        }
    })
    .await;
    let server = Server::start(|_| ok("")).await;
    let oauth2 = OAuth2Config {
        client_id: "me".to_owned(),
        client_secret: "s".into(),
        token_url: endpoint.url("/token"),
        ..OAuth2Config::default()
    };
    let client = client(|config| config.oauth2 = Some(oauth2));
    get(&client, &server.url("/"))
        .await
        .expect("an answer")
        .discard()
        .await;
    assert_eq!(server.last_header("authorization"), "Bearer t");
}

#[tokio::test]
async fn a_refused_token_request_says_what_the_endpoint_said() {
    let endpoint = Server::start(|_| {
        let mut answer = ok(r#"{"error":"invalid_client"}"#);
        *answer.status_mut() = http::StatusCode::BAD_REQUEST;
        answer
    })
    .await;
    let oauth2 = OAuth2Config {
        client_id: "me".to_owned(),
        client_secret: "hush".into(),
        token_url: endpoint.url("/token"),
        ..OAuth2Config::default()
    };
    let client = client(|config| config.oauth2 = Some(oauth2));
    let error = get(&client, "http://127.0.0.1:1/")
        .await
        .expect_err("no token");
    let text = words(&error);
    assert!(text.contains("400 Bad Request, invalid_client"), "{text}");
    assert!(!text.contains("hush"), "{text}");
}
