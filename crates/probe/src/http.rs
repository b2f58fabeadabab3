//! The http prober: requests along redirects, phases summed over them, and a verdict on the last answer.

mod exchange;
mod outgoing;
mod phases;
mod proxy;
mod verdict;

use std::sync::Arc;

use ::http::header::{LAST_MODIFIED, LOCATION};
use rustls::RootCertStore;
use tokio::time::Instant;

use crate::prober::Notes;
use crate::resolve::resolve;
use crate::target::Url;
use crate::tls::Handshake;
use crate::{Failure, HttpModule, Reason, Request, dial};
use exchange::{Answer, Reading, exchange};
use outgoing::Outgoing;
use phases::{Phase, Phases};
use verdict::judge;

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
        if first
            && let (Some(own), Some(asked)) = (module.host(), hostname)
            && own != asked
        {
            let message = format!("the module's Host header is {own}, not {asked}");
            return Err(Failure::new(Reason::Config, message));
        }
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
            None => {
                let verdict = judge(module, &url, &answer);
                if let Err(failure) = &verdict
                    && matches!(failure.reason, Reason::Body | Reason::Header)
                    && !answer.truncated
                {
                    notes.report.update("probe_failed_due_to_regex", 1.0);
                }
                return verdict;
            }
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
        let proxy = module.proxy.choose(url.encrypted, &url.host);
        let start = Instant::now();
        let mut addresses = Ok(Vec::new());
        if proxy.is_none() || !module.skip_resolve_phase_with_proxy {
            addresses = resolve(&url.host, url.port, module.family, notes).await;
        }
        phases.add(Phase::Resolve, start.elapsed());
        phases.report(notes);
        let mut addresses = addresses?;
        let start = Instant::now();
        if let Some(proxy) = proxy {
            addresses = proxy::addresses(proxy, notes).await?;
        }
        let mut stream = dial::connect(&addresses, None, notes).await?;
        phases.add(Phase::Connect, start.elapsed());
        phases.report(notes);
        let mut outgoing = Outgoing::new(module, url, self.hostname).await?;
        if !url.encrypted {
            if let Some(proxy) = proxy {
                outgoing.through(proxy)?;
            }
            return exchange(stream, outgoing, self.reading(), phases).await;
        }
        if let Some(proxy) = proxy {
            stream = proxy::tunnel(stream, proxy, url, &module.proxy.connect_headers).await?;
        }
        let start = Instant::now();
        let handshake = Handshake {
            module: &module.tls,
            name: self.name(),
            roots: self.roots,
            alpn: if module.enable_http2 {
                &[b"h2", b"http/1.1"]
            } else {
                &[]
            },
            cipher: true,
        };
        let stream = handshake.connect(stream, notes).await?;
        phases.add(Phase::Tls, start.elapsed());
        phases.report(notes);
        outgoing.http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        exchange(stream, outgoing, self.reading(), phases).await
    }

    /// The name that the certificate must have: the `Host` that is sent, without its port.
    fn name(&self) -> &str {
        let host = self.hostname.or_else(|| self.module.host());
        let host = host.unwrap_or(&self.url.host);
        match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') && !name.contains(':') => name,
            _ => host,
        }
    }

    fn reading(&self) -> Reading {
        let module = self.module;
        Reading {
            limit: (module.body_size_limit > 0).then_some(module.body_size_limit),
            keep: !(module.fail_if_body_matches.is_empty()
                && module.fail_if_body_not_matches.is_empty()),
            compression: module.compression,
        }
    }
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
