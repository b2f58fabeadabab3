//! The http prober: requests along redirects, phases summed over them, and a verdict on the last answer.

mod exchange;
mod phases;

use std::net::SocketAddr;
use std::sync::Arc;

use ::http::StatusCode;
use ::http::header::{LAST_MODIFIED, LOCATION};
use rustls::RootCertStore;
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::prober::Notes;
use crate::resolve::{report_address, resolve};
use crate::target::Url;
use crate::{Encryption, Failure, HttpModule, Reason, Request, tls};
use exchange::{Answer, exchange};
use phases::{Phase, Phases};

/// As many redirects as Go's client follows.
const MOST_REDIRECTS: u32 = 10;

/// Probes over HTTP; everything found on the way is in `notes`, also when this fails or is cut off.
pub(crate) async fn probe(
    module: &HttpModule,
    request: &Request,
    roots: &Arc<RootCertStore>,
    notes: &mut Notes,
) -> Result<(), Failure> {
    let mut phases = Phases::default();
    report_nothing_yet(notes, &phases);
    let mut url = Url::parse(&request.target)?;
    let mut redirects = 0;
    loop {
        let first = redirects == 0;
        let hostname = request.hostname.as_deref().filter(|_| first);
        let step = Step {
            module,
            url: &url,
            hostname,
            roots,
        };
        let answer = step.run(&mut phases, notes).await;
        phases.report(notes);
        let answer = answer?;
        report_answer(&answer, &url, redirects, notes);
        match next(module, &url, &answer, redirects)? {
            None => return judge(module, &url, &answer),
            Some(target) => {
                notes.log.say(format!(
                    "redirected to {}{}",
                    target.authority(),
                    target.path
                ));
                url = target;
                redirects += 1;
            }
        }
    }
}

/// One request of the way.
struct Step<'a> {
    module: &'a HttpModule,
    url: &'a Url,
    hostname: Option<&'a str>,
    roots: &'a Arc<RootCertStore>,
}

// === impl Step ===

impl Step<'_> {
    async fn run(&self, phases: &mut Phases, notes: &mut Notes) -> Result<Answer, Failure> {
        let Self { module, url, .. } = self;
        let start = Instant::now();
        let addresses = resolve(&url.host, url.port, module.family, notes).await;
        phases.add(Phase::Resolve, start.elapsed());
        phases.report(notes);
        let start = Instant::now();
        let stream = connect(&addresses?, notes).await;
        if stream.is_ok() {
            phases.add(Phase::Connect, start.elapsed());
        }
        let stream = stream?;
        phases.report(notes);
        let authority = self.hostname.map_or_else(|| url.authority(), str::to_owned);
        if !url.encrypted {
            return exchange(stream, false, module, url, &authority, phases).await;
        }
        let start = Instant::now();
        let name = self.hostname.unwrap_or(&url.host);
        let stream = tls::connect(stream, name, self.roots, module.enable_http2, notes).await?;
        phases.add(Phase::Tls, start.elapsed());
        phases.report(notes);
        let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        exchange(stream, http2, module, url, &authority, phases).await
    }
}

/// The first address that takes a connection.
async fn connect(addresses: &[SocketAddr], notes: &mut Notes) -> Result<TcpStream, Failure> {
    let mut refused = Vec::new();
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                report_address(address.ip(), notes);
                notes.log.say(format!("connected to {address}"));
                return Ok(stream);
            }
            Err(error) => {
                notes
                    .log
                    .say(format!("cannot connect to {address}: {error}"));
                refused.push(format!("{address}: {error}"));
            }
        }
    }
    Err(Failure::new(
        Reason::Connect,
        format!("cannot connect to {}", refused.join(", ")),
    ))
}

/// Where an answer sends the prober on, if it does.
fn next(
    module: &HttpModule,
    url: &Url,
    answer: &Answer,
    redirects: u32,
) -> Result<Option<Url>, Failure> {
    let moved = matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = answer
        .headers
        .get(LOCATION)
        .and_then(|value| value.to_str().ok());
    let (true, true, Some(location)) = (module.follow_redirects, moved, location) else {
        return Ok(None);
    };
    if redirects >= MOST_REDIRECTS {
        return Err(Failure::new(
            Reason::Redirect,
            format!("more than {MOST_REDIRECTS} redirects, the last to {location}"),
        ));
    }
    url.join(location)
        .map(Some)
        .map_err(|failure| Failure::new(Reason::Redirect, failure.message))
}

fn judge(module: &HttpModule, url: &Url, answer: &Answer) -> Result<(), Failure> {
    if !accepts(module, answer.status) {
        let wanted = if module.valid_status_codes.is_empty() {
            "2xx".to_owned()
        } else {
            format!("{:?}", module.valid_status_codes)
        };
        let status = answer.status.as_u16();
        return Err(Failure::new(
            Reason::Status,
            format!("status {status}, expected {wanted}"),
        ));
    }
    if answer.truncated {
        let limit = module.body_size_limit;
        return Err(Failure::new(
            Reason::Body,
            format!("the body is larger than {limit} bytes"),
        ));
    }
    match (module.encryption, url.encrypted) {
        (Encryption::Forbidden, true) => {
            Err(Failure::new(Reason::Ssl, "the last request was encrypted"))
        }
        (Encryption::Required, false) => Err(Failure::new(
            Reason::Ssl,
            "the last request was not encrypted",
        )),
        _ => Ok(()),
    }
}

fn accepts(module: &HttpModule, status: StatusCode) -> bool {
    if module.valid_status_codes.is_empty() {
        status.is_success()
    } else {
        module.valid_status_codes.contains(&status.as_u16())
    }
}

/// The families that are there, as zeros, also when no answer comes: dashboards and rules rely on them.
fn report_nothing_yet(notes: &mut Notes, phases: &Phases) {
    phases.report(notes);
    let report = &mut notes.report;
    report.set(
        "probe_failed_due_to_regex",
        "Whether a regular expression made it fail.",
        0.0,
    );
    report.set(
        "probe_http_content_length",
        "Length that the answer announced; -1 for none.",
        0.0,
    );
    report.set(
        "probe_http_redirects",
        "How many redirects were followed.",
        0.0,
    );
    report.set(
        "probe_http_ssl",
        "Whether the last request was encrypted.",
        0.0,
    );
    report.set("probe_http_status_code", "Status of the last answer.", 0.0);
    report.set(
        "probe_http_uncompressed_body_length",
        "Length of the body that came.",
        0.0,
    );
    report.set(
        "probe_http_version",
        "Version of HTTP of the last answer.",
        0.0,
    );
}

fn report_answer(answer: &Answer, url: &Url, redirects: u32, notes: &mut Notes) {
    notes.log.say(format!(
        "status {}, {} bytes",
        answer.status, answer.body_length
    ));
    let report = &mut notes.report;
    let mut update = |name, value| report.update(name, value);
    update(
        "probe_http_content_length",
        answer.content_length.map_or(-1.0, |length| length as f64),
    );
    update("probe_http_redirects", f64::from(redirects));
    update("probe_http_ssl", f64::from(u8::from(url.encrypted)));
    update("probe_http_status_code", f64::from(answer.status.as_u16()));
    update(
        "probe_http_uncompressed_body_length",
        answer.body_length as f64,
    );
    update("probe_http_version", answer.version);
    let modified = answer
        .headers
        .get(LAST_MODIFIED)
        .and_then(|value| value.to_str().ok());
    if let Some(seconds) = modified.and_then(http_date) {
        report.set(
            "probe_http_last_modified_timestamp_seconds",
            "Unix time of the answer's Last-Modified header.",
            seconds,
        );
    }
}

/// Unix seconds of an IMF-fixdate (RFC 9110 5.6.7), the only form that is still written.
fn http_date(text: &str) -> Option<f64> {
    let time = httpdate::parse_http_date(text).ok()?;
    time.duration_since(std::time::UNIX_EPOCH)
        .ok()
        .map(|since| since.as_secs_f64())
}
