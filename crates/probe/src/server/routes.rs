//! What each path answers.

use std::sync::PoisonError;
use std::time::SystemTime;

use ::http::{Method, Request as HttpRequest, StatusCode};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;

use super::Shared;
use super::answer::Answer;
use super::deadline::deadline;
use crate::{Module, Outcome, Request, status};

/// What Prometheus says of its patience.
const TIMEOUT_HEADER: &str = "x-prometheus-scrape-timeout-seconds";

// === impl Shared ===

impl Shared {
    pub(super) async fn answer(&self, request: &HttpRequest<Incoming>) -> Answer {
        let path = request.uri().path();
        let Some(path) = path.strip_prefix(self.route_prefix.as_str()) else {
            let message = format!("no page {path}; paths begin with {}\n", self.route_prefix);
            return Answer::text(StatusCode::NOT_FOUND, message);
        };
        if path == "/-/reload" {
            return self.answer_reload(request.method()).await;
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Answer::text(
                StatusCode::METHOD_NOT_ALLOWED,
                "only GET and HEAD are answered\n",
            );
        }
        match path {
            "/probe" => self.probe(request).await,
            "/metrics" => Answer::page(self.registry.text() + &self.board.page()),
            "/-/healthy" => Answer::text(StatusCode::OK, "Healthy"),
            "/config" => Answer::text(StatusCode::OK, self.live.config().written.to_string()),
            "/logs" => self.logs(request.uri().query().unwrap_or_default()),
            "/" | "" => {
                let states = self.board.states();
                let history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
                Answer::html(status::page(&states, &history, SystemTime::now()))
            }
            path => Answer::text(
                StatusCode::NOT_FOUND,
                format!(
                    "no page {path}; there are /, /probe, /metrics, /config, /logs, /-/healthy and /-/reload\n"
                ),
            ),
        }
    }

    async fn answer_reload(&self, method: &Method) -> Answer {
        if method != Method::POST {
            return Answer::text(
                StatusCode::METHOD_NOT_ALLOWED,
                "This endpoint requires a POST request.\n",
            );
        }
        match self.live.reload().await {
            Ok(()) => Answer::text(StatusCode::OK, ""),
            Err(error) => {
                tracing::error!(%error, "the configuration in force stays");
                let message = format!("failed to reload config: {error}\n");
                Answer::text(StatusCode::INTERNAL_SERVER_ERROR, message)
            }
        }
    }

    async fn probe(&self, request: &HttpRequest<Incoming>) -> Answer {
        let query = request.uri().query().unwrap_or_default();
        let parameter = |name| parameter(query, name).filter(|value| !value.is_empty());
        let name = parameter("module").unwrap_or_else(|| "http_2xx".to_owned());
        let config = self.live.config();
        let Some(module) = config.modules.get(&name) else {
            self.unknown_modules.inc();
            return Answer::text(
                StatusCode::BAD_REQUEST,
                format!("Unknown module {name:?}\n"),
            );
        };
        let Some(target) = parameter("target") else {
            return Answer::text(StatusCode::BAD_REQUEST, "Target parameter is missing\n");
        };
        if let Some(allow) = &config.allow
            && !allow
                .iter()
                .any(|pattern| pattern.matches(target.as_bytes()))
        {
            let message = format!("Target {target:?} is not on the allow list\n");
            return Answer::text(StatusCode::FORBIDDEN, message);
        }
        let patience = request.headers().get(TIMEOUT_HEADER);
        let patience = patience.map(|value| value.to_str().unwrap_or("not text"));
        let deadline = match deadline(patience, self.timeout_offset, module.timeout) {
            Ok(deadline) => deadline,
            Err(problem) => {
                let message = format!("{TIMEOUT_HEADER}: {problem}\n");
                return Answer::text(StatusCode::INTERNAL_SERVER_ERROR, message);
            }
        };
        let hostname = parameter("hostname");
        if let (crate::ProberKind::Http(http), Some(asked)) = (&module.prober, &hostname)
            && let Some(own) = http.host()
            && own != asked
        {
            let message = format!(
                "Host header defined both in module configuration ({own}) and with URL-parameter 'hostname' ({asked})\n"
            );
            return Answer::text(StatusCode::BAD_REQUEST, message);
        }
        let request = Request { target, hostname };
        let outcome = self.prober.probe(module, &request, deadline).await;
        let text = debug_text(&outcome, module);
        let debug = parameter("debug").is_some_and(|value| value == "true");
        let answer = if debug {
            Answer::text(StatusCode::OK, &*text)
        } else {
            Answer::page(outcome.report.to_string())
        };
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        history.add(&name, &request.target, outcome.success, text);
        answer
    }

    /// A probe's log by its number, or the newest of a target and module.
    fn logs(&self, query: &str) -> Answer {
        let history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = if let Some(id) = parameter(query, "id") {
            let Ok(id) = id.parse() else {
                return Answer::text(StatusCode::BAD_REQUEST, "Invalid probe id\n");
            };
            history.by_id(id)
        } else {
            let (target, module) = (parameter(query, "target"), parameter(query, "module"));
            history.newest(&target.unwrap_or_default(), &module.unwrap_or_default())
        };
        match entry {
            Some(entry) => Answer::text(StatusCode::OK, &*entry.text),
            None => Answer::text(StatusCode::NOT_FOUND, "Probe id not found\n"),
        }
    }
}

fn debug_text(outcome: &Outcome, module: &Module) -> String {
    format!(
        "Logs for the probe:\n{}\n\n\nMetrics that would have been returned:\n{}\n\n\n\
         Module configuration:\n{}\n",
        outcome.log, outcome.report, module.written
    )
}

/// The first value of a query parameter, decoded.
fn parameter(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key) == name).then(|| decode(value))
    })
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}
