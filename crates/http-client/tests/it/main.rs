//! The client against real servers on loopback.

#![expect(
    clippy::expect_used,
    reason = "the helpers of tests may stop at the first surprise, as tests do"
)]

mod credentials;
mod exchanges;
mod proxies;
mod redirects;
mod server;
mod tls;

use std::time::Duration;

use bytes::Bytes;
use outpost_http_client::{
    Client, ClientConfig, Deadline, HttpConfig, ReadError, Request, Response, SendError,
};

/// Longer than any exchange here takes.
fn patient() -> Deadline {
    Deadline::after(Duration::from_secs(30))
}

fn client(change: impl FnOnce(&mut HttpConfig)) -> Client {
    let mut config = HttpConfig::default();
    change(&mut config);
    Client::new(ClientConfig::try_from(config).expect("a valid configuration"))
}

async fn get(client: &Client, url: &str) -> Result<Response, SendError> {
    let request = Request::get(url).body(Bytes::new()).expect("a request");
    client.send(request, patient()).await
}

async fn body(response: Response) -> Result<String, ReadError> {
    let mut bytes = Vec::new();
    response.read_into(&mut bytes, 1 << 20).await?;
    Ok(String::from_utf8(bytes).expect("text"))
}

/// The whole chain of an error's words.
fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
