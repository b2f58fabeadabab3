//! Answers to requests.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};

use super::PathPrefix;
use super::page;
use super::route::{Route, route};
use crate::{Agent, ComponentView};

const TEXT: &str = "text/plain; charset=utf-8";
/// What Alloy calls its JSON, and what tools therefore get.
const JSON: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

/// How long an exporter may take for its page when the client does not say.
const EXPORTER_TIMEOUT: Duration = Duration::from_secs(10);

/// Answers one request. The body is never read.
pub(super) async fn respond<B>(
    request: &Request<B>,
    agent: &Agent,
    prefix: &PathPrefix,
) -> Response<Full<Bytes>> {
    match route(request.method(), request.uri().path(), prefix) {
        Route::Page => answer(StatusCode::OK, HTML, page::page(agent)),
        Route::Metrics => answer(StatusCode::OK, METRICS, agent.metrics_text()),
        Route::Ready if agent.is_ready() => answer(StatusCode::OK, TEXT, "Alloy is ready.\n"),
        Route::Ready => answer(
            StatusCode::SERVICE_UNAVAILABLE,
            TEXT,
            "Alloy is not ready.\n",
        ),
        Route::Healthy => healthy(agent),
        Route::Reload => match agent.reload().await {
            Ok(()) => answer(StatusCode::OK, TEXT, "config reloaded\n"),
            Err(diagnostics) => answer(StatusCode::BAD_REQUEST, TEXT, diagnostics.to_string()),
        },
        Route::Components => {
            let list: Vec<Value> = agent.components().iter().map(ComponentView::json).collect();
            answer(StatusCode::OK, JSON, Value::from(list).to_string())
        }
        Route::Component(id) => match agent.component(id) {
            Some(view) => answer(StatusCode::OK, JSON, view.json().to_string()),
            None => not_found(),
        },
        Route::Peers => answer(StatusCode::OK, JSON, peers(agent).to_string()),
        Route::Exporter(id) => exporter(agent, id, timeout_of(request)).await,
        Route::NotFound => not_found(),
    }
}

fn healthy(agent: &Agent) -> Response<Full<Bytes>> {
    let unhealthy = agent.unhealthy();
    if unhealthy.is_empty() {
        return answer(StatusCode::OK, TEXT, "All Alloy components are healthy.\n");
    }
    answer(
        StatusCode::INTERNAL_SERVER_ERROR,
        TEXT,
        format!("unhealthy components: {}\n", unhealthy.join(",")),
    )
}

async fn exporter(agent: &Agent, id: &str, budget: Duration) -> Response<Full<Bytes>> {
    let Some(exporter) = agent.targets().of(id) else {
        return if agent.component(id).is_some() {
            not_found()
        } else {
            answer(
                StatusCode::BAD_REQUEST,
                TEXT,
                format!("there is no component {id}\n"),
            )
        };
    };
    match exporter.text(budget).await {
        Ok(text) => answer(StatusCode::OK, METRICS, text),
        Err(error) => answer(StatusCode::SERVICE_UNAVAILABLE, TEXT, format!("{error}\n")),
    }
}

/// How long the scraper will wait, as it says itself, but never more than a minute.
fn timeout_of<B>(request: &Request<B>) -> Duration {
    request
        .headers()
        .get("x-prometheus-scrape-timeout-seconds")
        .and_then(|value| value.to_str().ok()?.parse::<f64>().ok())
        .filter(|seconds| *seconds > 0.0 && *seconds <= 60.0)
        .map_or(EXPORTER_TIMEOUT, Duration::from_secs_f64)
}

fn peers(agent: &Agent) -> Value {
    json!([{
        "name": agent.hostname(),
        "addr": agent.http_address(),
        "isSelf": true,
        "state": "participant",
    }])
}

fn not_found() -> Response<Full<Bytes>> {
    answer(StatusCode::NOT_FOUND, TEXT, "404 page not found\n")
}

fn answer(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        http::HeaderValue::from_static(content_type),
    );
    response
}
