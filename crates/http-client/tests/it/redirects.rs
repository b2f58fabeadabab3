//! Redirects over real servers.

use bytes::Bytes;
use outpost_http_client::{BasicAuth, Request, SendError};

use crate::server::{Server, ok, status};
use crate::{body, client, get, patient};

#[tokio::test]
async fn a_redirected_push_is_repeated_for_308_and_fails_for_302_instead_of_being_lost() {
    let server = Server::start(|request| match request.uri().path() {
        "/302" => status(302, &[("location", "/end")]),
        "/308" => status(308, &[("location", "end")]),
        _ => ok("end"),
    })
    .await;
    let client = client(|_| {});
    let push = |path: &str| {
        let request = Request::post(server.url(path))
            .header("content-type", "application/x-protobuf")
            .body(Bytes::from_static(b"payload"))
            .expect("a request");
        client.send(request, patient())
    };
    let answer = push("/308").await.expect("an answer");
    assert_eq!(body(answer).await.expect("a body"), "end");
    let asked = server.asked();
    let last = asked.last().expect("a request");
    assert_eq!(
        (last.method().as_str(), last.body().as_ref()),
        ("POST", b"payload".as_slice())
    );
    assert!(last.headers().contains_key("content-type"));

    let error = push("/302").await.expect_err("the body would be lost");
    assert_eq!(
        error.to_string(),
        r#"cannot follow the redirect to "/end": the body would be lost; put that place into the configuration"#
    );
    assert_eq!(server.asked().len(), 3, "nothing is asked in its place");
}

#[tokio::test]
async fn credentials_follow_to_the_same_host_and_not_to_another() {
    let other = Server::start(|_| ok("other")).await;
    // The same server under another name is another host.
    let elsewhere = format!("http://localhost:{}/end", other.port);
    let server = Server::start(move |request| match request.uri().path() {
        "/same" => status(301, &[("location", "/end")]),
        "/other" => status(301, &[("location", &elsewhere)]),
        _ => ok("same"),
    })
    .await;
    let client = client(|config| {
        config.basic_auth = Some(BasicAuth {
            username: "u".to_owned(),
            password: "p".into(),
            ..BasicAuth::default()
        });
        config
            .http_headers
            .insert("X-Key".to_owned(), vec!["k".into()]);
    });
    get(&client, &server.url("/same"))
        .await
        .expect("an answer")
        .discard()
        .await;
    assert_eq!(server.last_header("authorization"), "Basic dTpw");
    assert_eq!(server.last_header("x-key"), "k");
    get(&client, &server.url("/other"))
        .await
        .expect("an answer")
        .discard()
        .await;
    assert_eq!(server.last_header("authorization"), "Basic dTpw");
    assert_eq!(other.last_header("authorization"), "");
    assert_eq!(other.last_header("x-key"), "");
}

#[tokio::test]
async fn loops_end_and_redirects_can_be_left_alone() {
    let server = Server::start(|_| status(302, &[("location", "/again")])).await;
    let error = get(&client(|_| {}), &server.url("/"))
        .await
        .expect_err("a loop");
    assert!(matches!(error, SendError::Redirect { .. }), "{error}");
    assert_eq!(server.asked().len(), 11);

    let still = client(|config| config.follow_redirects = false);
    let answer = get(&still, &server.url("/")).await.expect("an answer");
    assert_eq!(answer.status(), 302);
}
