//! Runs one probe with a deadline and makes an outcome of it.

use std::sync::Arc;
use std::time::Duration;

use outpost_http_client::system_roots;
use rustls::RootCertStore;
use tokio::time::{Instant, timeout_at};

use crate::{
    Failure, Log, Module, Outcome, ProberKind, Reason, Report, conversation, dns, grpc, http, icmp,
};

/// What to probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// A URL or an address, as the module's protocol wants it.
    pub target: String,
    /// In place of the target's name: the `Host` header and the name that the certificate must have.
    pub hostname: Option<String>,
}

/// Runs probes. Cheap to clone; probes share nothing but the trusted roots.
#[derive(Clone, Debug)]
pub struct Prober {
    roots: Arc<RootCertStore>,
}

/// What a running probe writes to.
pub(crate) struct Notes {
    pub(crate) report: Report,
    pub(crate) log: Log,
    running: Option<Running>,
}

/// A part of the probe that has begun.
struct Running {
    family: &'static str,
    phase: &'static str,
    start: Instant,
}

// === impl Request ===

impl Request {
    /// A probe of `target` under its own name.
    pub fn new(target: impl Into<String>) -> Self {
        Self {
            target: target.into(),
            hostname: None,
        }
    }
}

// === impl Prober ===

impl Prober {
    /// A prober that trusts the system's certificate authorities, or Mozilla's list where the system has none.
    pub async fn new() -> Self {
        Self::with_roots(system_roots().await)
    }

    /// A prober that trusts `roots` alone.
    pub fn with_roots(roots: Arc<RootCertStore>) -> Self {
        Self { roots }
    }

    /// Probes once. It ends within `deadline`, or the module's own timeout where that is shorter; a probe that is cut
    /// off reports what it had found by then.
    pub async fn probe(&self, module: &Module, request: &Request, deadline: Duration) -> Outcome {
        let start = Instant::now();
        let limit = module.timeout.map_or(deadline, |own| own.min(deadline));
        let mut notes = Notes {
            report: Report::default(),
            log: Log::new(start),
            running: None,
        };
        notes
            .log
            .say(format!("probing {} within {limit:?}", request.target));
        let run = async {
            match &module.prober {
                ProberKind::Http(http) => http::probe(http, request, &self.roots, &mut notes).await,
                ProberKind::Tcp(tcp) => {
                    conversation::tcp(tcp, request, &self.roots, &mut notes).await
                }
                ProberKind::Unix(unix) => {
                    conversation::unix(unix, request, &self.roots, &mut notes).await
                }
                ProberKind::Dns(dns) => dns::probe(dns, request, &self.roots, &mut notes).await,
                ProberKind::Icmp(icmp) => icmp::probe(icmp, request, &mut notes).await,
                ProberKind::Grpc(grpc) => grpc::probe(grpc, request, &self.roots, &mut notes).await,
            }
        };
        let result = match timeout_at(start + limit, run).await {
            Ok(result) => result,
            Err(_) => Err(Failure::new(
                Reason::Timeout,
                format!("not finished within {limit:?}"),
            )),
        };
        finish(notes, result, start.elapsed())
    }
}

// === impl Notes ===

impl Notes {
    /// Begins a phase, whose time is added to its row of `family` when it ends: by [`Self::end`], by the next phase, or
    /// with the probe, however that ends.
    pub(crate) fn begin(&mut self, family: &'static str, phase: &'static str) {
        self.end();
        self.running = Some(Running {
            family,
            phase,
            start: Instant::now(),
        });
    }

    /// Ends the phase that is running.
    pub(crate) fn end(&mut self) {
        if let Some(running) = self.running.take() {
            let took = running.start.elapsed().as_secs_f64();
            let labels = [("phase", running.phase)];
            self.report.add(running.family, &labels, took);
        }
    }
}

/// Adds what every probe reports.
fn finish(mut notes: Notes, result: Result<(), Failure>, duration: Duration) -> Outcome {
    notes.end();
    let Notes {
        mut report,
        mut log,
        ..
    } = notes;
    let failure = result.err();
    match &failure {
        None => log.say("probe succeeded"),
        Some(failure) => {
            log.say(format!("probe failed: {failure}"));
            report.set_labelled(
                "probe_failure_info",
                "Where the probe stopped; absent when it succeeded.",
                &[("reason", failure.reason.as_str())],
                1.0,
            );
        }
    }
    let success = failure.is_none();
    report.set(
        "probe_success",
        "Whether the probe succeeded.",
        f64::from(u8::from(success)),
    );
    report.set(
        "probe_duration_seconds",
        "How long the probe took.",
        duration.as_secs_f64(),
    );
    Outcome {
        success,
        duration,
        failure,
        report,
        log,
    }
}
