//! Which path means what.

mod loki;
mod parameters;
mod prometheus;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use http_body_util::Full;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::Receiver;
use parameters::Parameters;

pub(crate) type Answer = Response<Full<Bytes>>;

/// Every label of a kind stands under `…/label/NAME/values`.
const VALUES: &str = "/values";

pub(crate) fn answer(receiver: &Receiver, head: &Parts, body: &Bytes) -> Answer {
    let path = head.uri.path();
    let allowed: &[Method] = match path {
        "/api/v1/write" | "/loki/api/v1/push" => &[Method::POST],
        _ => &[Method::GET, Method::POST],
    };
    if !allowed.contains(&head.method) {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n");
    }
    match path {
        "/api/v1/write" => return prometheus::write(receiver, head, body),
        "/loki/api/v1/push" => return loki::push(receiver, head, body),
        "/-/healthy" => return plain(StatusCode::OK, "healthy\n"),
        "/-/ready" | "/ready" => return plain(StatusCode::OK, "ready\n"),
        _ => {}
    }
    let asked = Parameters::of(head, body);
    if let Some(call) = path.strip_prefix("/loki/api/v1/") {
        let outcome = match call {
            "query" => loki::query(receiver, &asked),
            "query_range" => loki::query_range(receiver, &asked),
            "labels" => loki::labels(receiver, &asked),
            "series" => loki::series(receiver, &asked),
            _ => match label_of(call) {
                Some(name) => loki::label_values(receiver, &asked, &name),
                None => return unknown(path),
            },
        };
        return outcome
            .unwrap_or_else(|problem| plain(StatusCode::BAD_REQUEST, &format!("{problem}\n")));
    }
    if let Some(call) = path.strip_prefix("/api/v1/") {
        let outcome = match call {
            "query" => prometheus::query(receiver, &asked),
            "query_range" => prometheus::query_range(receiver, &asked),
            "series" => prometheus::series(receiver, &asked),
            "labels" => prometheus::labels(receiver, &asked),
            _ => match label_of(call) {
                Some(name) => prometheus::label_values(receiver, &asked, &name),
                None => return unknown(path),
            },
        };
        return outcome.unwrap_or_else(|problem| prometheus::refusal(&problem));
    }
    unknown(path)
}

pub(crate) fn plain(status: StatusCode, text: &str) -> Answer {
    with_type(status, "text/plain; charset=utf-8", text.to_owned())
}

fn json(status: StatusCode, value: &Value) -> Answer {
    with_type(status, "application/json", value.to_string())
}

/// `{"status": "success", "data": …}`.
fn data(data: Value) -> Answer {
    let mut whole = Map::new();
    whole.insert("status".to_owned(), "success".into());
    whole.insert("data".to_owned(), data);
    json(StatusCode::OK, &Value::Object(whole))
}

/// The data of a query.
fn success(kind: &str, result: Vec<Value>) -> Answer {
    let mut whole = Map::new();
    whole.insert("resultType".to_owned(), kind.into());
    whole.insert("result".to_owned(), result.into());
    data(Value::Object(whole))
}

fn with_type(status: StatusCode, kind: &'static str, text: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    *answer.status_mut() = status;
    let kind = HeaderValue::from_static(kind);
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

fn unknown(path: &str) -> Answer {
    let text = format!(
        "{path} is not answered by this development receiver: it needs a real Prometheus or Loki\n"
    );
    plain(StatusCode::NOT_FOUND, &text)
}

fn label_of(call: &str) -> Option<String> {
    let name = call.strip_prefix("label/")?.strip_suffix(VALUES)?;
    Some(percent_decode_str(name).decode_utf8_lossy().into_owned())
}

/// The first line of an error and of what caused it.
fn words(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", words(cause)),
        None => error.to_string(),
    }
}
