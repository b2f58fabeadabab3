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
use exchange::{Arriving, Body, Reading, exchange};
use outgoing::Outgoing;
use phases::Phase;
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
    report_nothing_yet(notes);
    let mut url = Url::parse(&request.target)?;
    let start = url.clone();
    let mut host = request.hostname.as_deref();
    if let (Some(own), Some(asked)) = (module.host(), host)
        && own != asked
    {
        let message = format!("the module's Host header is {own}, not {asked}");
        return Err(Failure::new(Reason::Config, message));
    }
    host = host.or_else(|| module.host());
    let asked = host;
    let (mut redirects, mut as_get) = (0, false);
    loop {
        let step = Step {
            module,
            url: &url,
            host,
            name: asked.filter(|_| url.authority() == start.authority()),
            as_get,
            stranger: !url.is_at_or_under(&start.host),
            first: redirects == 0,
            roots,
        };
        let mut answer = step.run(notes).await?;
        report_head(&answer, &url, redirects, notes);
        let next = match location(&answer) {
            None => {
                let reading = reading(module);
                let body = answer.read(reading, notes).await;
                return verdict(module, &url, &answer, &body, notes);
            }
            Some(location) if module.follow_redirects && redirects < MOST_REDIRECTS => {
                // As Go's client does: a location without a host keeps the header, and these make it a GET.
                host = host.filter(|_| !location.contains("://"));
                as_get |= matches!(answer.status.as_u16(), 301..=303);
                let next = url.join(location);
                next.map_err(|failure| Failure::new(Reason::Redirect, failure.message))?
            }
            Some(location) => {
                // Counted and judged, and its body left alone, as in the real exporter.
                let count = f64::from(redirects + 1);
                notes.report.update("probe_http_redirects", count);
                let message = format!("the redirect to {location} is not followed");
                notes.log.say(&message);
                let body = Body {
                    problem: reading(module).keep.then(|| message.clone()),
                    ..Body::default()
                };
                Phase::Transfer.begin(notes);
                let verdict = verdict(module, &url, &answer, &body, notes);
                notes.end();
                let too_many = module.follow_redirects;
                return verdict.map_err(|failure| {
                    if too_many {
                        Failure::new(
                            Reason::Redirect,
                            format!("more than {MOST_REDIRECTS} redirects; {message}"),
                        )
                    } else {
                        failure
                    }
                });
            }
        };
        notes
            .log
            .say(format!("redirected to {}{}", next.authority(), next.path));
        url = next;
        redirects += 1;
    }
}

/// Judges an answer, and says whether expressions made it fail.
fn verdict(
    module: &HttpModule,
    url: &Url,
    answer: &Arriving,
    body: &Body,
    notes: &mut Notes,
) -> Result<(), Failure> {
    let verdict = judge(module, url, answer, body);
    let unread = body.truncated || body.problem.is_some();
    if let Err(failure) = &verdict
        && match failure.reason {
            Reason::Header => true,
            // A body that cannot be read is one that does not match.
            Reason::Body | Reason::Protocol => !unread || (reading(module).keep && !body.foreign),
            _ => false,
        }
    {
        notes.report.update("probe_failed_due_to_regex", 1.0);
    }
    verdict
}

fn reading(module: &HttpModule) -> Reading {
    Reading {
        limit: (module.body_size_limit > 0).then_some(module.body_size_limit),
        keep: !(module.fail_if_body_matches.is_empty()
            && module.fail_if_body_not_matches.is_empty()),
        compression: module.compression,
    }
}

/// One request of the way.
struct Step<'a> {
    module: &'a HttpModule,
    url: &'a Url,
    /// The `Host` to send, if it is not the URL's.
    host: Option<&'a str>,
    /// The name that the certificate must have, if it is not the URL's.
    name: Option<&'a str>,
    /// Whether a redirect made it a GET without a body.
    as_get: bool,
    /// Whether a redirect led to another host, whom credentials are not for.
    stranger: bool,
    first: bool,
    roots: &'a Arc<RootCertStore>,
}

// === impl Step ===

impl Step<'_> {
    async fn run(&self, notes: &mut Notes) -> Result<Arriving, Failure> {
        let Self { module, url, .. } = self;
        let proxy = module.proxy.choose(url.encrypted, &url.host);
        let start = Instant::now();
        let mut addresses = Ok(Vec::new());
        if proxy.is_none() || !module.skip_resolve_phase_with_proxy {
            if self.first {
                Phase::Resolve.zero(notes);
            }
            addresses = resolve(&url.host, url.port, module.family, notes).await;
        }
        Phase::Resolve.add(start.elapsed(), notes);
        let mut addresses = addresses?;
        if self.first {
            for phase in Phase::AFTER_RESOLVE {
                phase.zero(notes);
            }
        }
        let mut outgoing = Outgoing::new(module, url, self.host).await?;
        if self.as_get {
            outgoing.become_get();
        }
        if self.stranger {
            outgoing.forget_credentials();
        }
        let start = Instant::now();
        let mut stream = if let Some(proxy) = proxy {
            addresses = proxy::addresses(proxy, notes).await?;
            dial::reach(&addresses, None, notes).await?.0
        } else {
            dial::connect(&addresses, None, notes).await?
        };
        Phase::Connect.add(start.elapsed(), notes);
        if !url.encrypted {
            if let Some(proxy) = proxy {
                outgoing.through(proxy)?;
            }
            return exchange(stream, outgoing, notes).await;
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
        Phase::Tls.add(start.elapsed(), notes);
        outgoing.http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        exchange(stream, outgoing, notes).await
    }

    /// The name that the certificate must have: the `Host` that is sent, without its port.
    fn name(&self) -> &str {
        let host = self.name.unwrap_or(&self.url.host);
        match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') && !name.contains(':') => name,
            _ => host,
        }
    }
}

/// Where an answer sends the prober on, if it does.
fn location(answer: &Arriving) -> Option<&str> {
    let moved = matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = answer.headers.get(LOCATION).filter(|_| moved)?;
    location
        .to_str()
        .ok()
        .filter(|location| !location.is_empty())
}

/// The families that are there, as zeros, also when no answer comes: dashboards and rules rely on them.
fn report_nothing_yet(notes: &mut Notes) {
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

fn report_head(answer: &Arriving, url: &Url, redirects: u32, notes: &mut Notes) {
    notes.log.say(format!("status {}", answer.status));
    let report = &mut notes.report;
    let mut update = |name, value| report.update(name, value);
    update(
        "probe_http_content_length",
        answer.content_length.map_or(-1.0, |length| length as f64),
    );
    update("probe_http_redirects", f64::from(redirects));
    update("probe_http_ssl", f64::from(u8::from(url.encrypted)));
    update("probe_http_status_code", f64::from(answer.status.as_u16()));
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
