//! The grpc prober: one call of the standard health service (`grpc.health.v1`), over HTTP/2.

use std::sync::Arc;
use std::time::Duration;

use ::http::{HeaderMap, Request as HttpRequest, Version};
use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message as _;
use rustls::RootCertStore;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::prober::Notes;
use crate::resolve::{resolve, split};
use crate::tls::Handshake;
use crate::{Failure, GrpcModule, Reason, Request, dial};

/// An answer is a few bytes.
const MAX_ANSWER: usize = 64 << 10;
/// What a service may say of itself, by number.
const STATES: [&str; 4] = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];
/// The number of `SERVING`.
const SERVING: i32 = 1;
/// gRPC's code for a peer that cannot be reached, and for an answer that makes no sense.
const UNAVAILABLE: i32 = 14;
const UNKNOWN: i32 = 2;

/// `grpc.health.v1.HealthCheckRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct HealthRequest {
    #[prost(string, tag = "1")]
    service: String,
}

/// `grpc.health.v1.HealthCheckResponse`.
#[derive(Clone, PartialEq, prost::Message)]
struct HealthResponse {
    #[prost(int32, tag = "1")]
    status: i32,
}

/// Asks for the health of the module's service.
pub(crate) async fn probe(
    module: &GrpcModule,
    request: &Request,
    roots: &Arc<RootCertStore>,
    notes: &mut Notes,
) -> Result<(), Failure> {
    report_phases(Duration::ZERO, None, notes);
    let report = &mut notes.report;
    report.set("probe_grpc_ssl", "Whether the call was encrypted.", 0.0);
    report.set("probe_grpc_status_code", "gRPC's code of the call.", 0.0);
    let target = request
        .target
        .trim_start_matches("http://")
        .trim_start_matches("https://");
    let target = target.split('/').next().unwrap_or_default();
    let (host, port) = split(target, Some(if module.tls { 443 } else { 80 }))?;
    let start = Instant::now();
    let addresses = resolve(host, port, module.family, notes).await?;
    let resolved = start.elapsed();
    report_phases(resolved, None, notes);
    let start = Instant::now();
    let call = async {
        let stream = dial::connect(&addresses, None, notes).await?;
        let authority = request.hostname.as_deref().unwrap_or(target);
        if !module.tls {
            return check(stream, module, authority, "http").await;
        }
        let handshake = Handshake {
            module: &module.tls_config,
            name: request.hostname.as_deref().unwrap_or(host),
            roots,
            alpn: &[b"h2"],
            cipher: false,
        };
        let stream = handshake.connect(stream, notes).await?;
        notes.report.update("probe_grpc_ssl", 1.0);
        check(stream, module, authority, "https").await
    };
    let result = call.await;
    report_phases(resolved, Some(start.elapsed()), notes);
    let (code, state) = match &result {
        Ok(answer) => (answer.code, answer.state),
        Err(_) => (UNAVAILABLE, None),
    };
    for (number, name) in STATES.into_iter().enumerate() {
        let is_it = state.and_then(|state| usize::try_from(state).ok()) == Some(number);
        let value = f64::from(u8::from(is_it));
        notes.report.set_labelled(
            "probe_grpc_healthcheck_response",
            "What the service says of itself.",
            &[("serving_status", name)],
            value,
        );
    }
    notes
        .report
        .update("probe_grpc_status_code", f64::from(code));
    let answer = result?;
    if answer.code != 0 {
        let message = format!("gRPC code {}: {}", answer.code, answer.message);
        return Err(Failure::new(Reason::Status, message));
    }
    if answer.state != Some(SERVING) {
        let state = answer
            .state
            .and_then(|state| STATES.get(usize::try_from(state).ok()?));
        let state = state.unwrap_or(&"something unknown");
        return Err(Failure::new(
            Reason::Health,
            format!("the service says {state}"),
        ));
    }
    Ok(())
}

fn report_phases(resolve: Duration, check: Option<Duration>, notes: &mut Notes) {
    let phases = [("resolve", Some(resolve)), ("check", check)];
    for (phase, took) in phases {
        if let Some(took) = took {
            notes.report.set_labelled(
                "probe_grpc_duration_seconds",
                "Time of each phase.",
                &[("phase", phase)],
                took.as_secs_f64(),
            );
        }
    }
}

/// What came back.
struct Answer {
    code: i32,
    message: String,
    state: Option<i32>,
}

async fn check<S>(
    stream: S,
    module: &GrpcModule,
    authority: &str,
    scheme: &str,
) -> Result<Answer, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    // Owns the connection's task: it ends with this call.
    let mut connection = JoinSet::new();
    let (mut sender, run) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .map_err(|error| broken(&error))?;
    connection.spawn(async move { drop(run.await) });
    let request = request(module, authority, scheme)?;
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| broken(&error))?;
    let (head, body) = response.into_parts();
    if !head.status.is_success() {
        let message = format!("HTTP status {}", head.status.as_u16());
        return Ok(Answer {
            code: UNKNOWN,
            message,
            state: None,
        });
    }
    let body = Limited::new(body, MAX_ANSWER)
        .collect()
        .await
        .map_err(|error| Failure::new(Reason::Protocol, format!("the call broke off: {error}")))?;
    // An error without a message may stand in the head alone.
    let trailers = body.trailers().cloned().unwrap_or_default();
    let (code, message) = status(&trailers)
        .or_else(|| status(&head.headers))
        .unwrap_or((UNKNOWN, "the answer has no grpc-status".to_owned()));
    let state = if code == 0 {
        Some(decode(body.to_bytes())?)
    } else {
        None
    };
    Ok(Answer {
        code,
        message,
        state,
    })
}

fn request(
    module: &GrpcModule,
    authority: &str,
    scheme: &str,
) -> Result<HttpRequest<Full<Bytes>>, Failure> {
    let message = HealthRequest {
        service: module.service.clone(),
    };
    let mut body = BytesMut::new();
    body.put_u8(0);
    body.put_u32(u32::try_from(message.encoded_len()).unwrap_or(u32::MAX));
    body.extend_from_slice(&message.encode_to_vec());
    let mut builder = HttpRequest::post(format!(
        "{scheme}://{authority}/grpc.health.v1.Health/Check"
    ))
    .version(Version::HTTP_2)
    .header("content-type", "application/grpc")
    .header("te", "trailers")
    .header("user-agent", concat!("lookout/", env!("CARGO_PKG_VERSION")));
    for (name, value) in &module.metadata {
        builder = builder.header(name, value);
    }
    builder
        .body(Full::new(body.freeze()))
        .map_err(|error| Failure::new(Reason::Target, format!("no call to {authority}: {error}")))
}

fn status(headers: &HeaderMap) -> Option<(i32, String)> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let code = text("grpc-status")?.parse().ok()?;
    let message = text("grpc-message").unwrap_or_default();
    let message = percent_encoding::percent_decode_str(message).decode_utf8_lossy();
    Some((code, message.into_owned()))
}

/// The one message of the answer.
fn decode(mut body: Bytes) -> Result<i32, Failure> {
    let wrong = || Failure::new(Reason::Protocol, "the answer is no health message");
    if body.remaining() < 5 || body.get_u8() != 0 {
        return Err(wrong());
    }
    let length = usize::try_from(body.get_u32()).map_err(|_| wrong())?;
    if body.remaining() < length {
        return Err(wrong());
    }
    let message = HealthResponse::decode(body.split_to(length)).map_err(|_| wrong())?;
    Ok(message.status)
}

fn broken(error: &hyper::Error) -> Failure {
    Failure::new(Reason::Protocol, format!("the call broke off: {error}"))
}
