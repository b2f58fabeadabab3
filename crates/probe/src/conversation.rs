//! The tcp and unix probers: a connection, and what is said over it.

use std::sync::Arc;

use rustls::RootCertStore;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::prober::Notes;
use crate::resolve::{resolve, split};
use crate::tls::Handshake;
use crate::{Failure, QueryResponse, Reason, Request, TcpModule, TlsModule, UnixModule, dial};

/// A line longer than this is not read, as in the real exporter.
const MAX_LINE: usize = 64 << 10;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection and what was read ahead of it.
struct Peer<'a> {
    stream: Box<dyn Stream>,
    buffer: Vec<u8>,
    name: &'a str,
    tls: &'a TlsModule,
    roots: &'a Arc<RootCertStore>,
}

/// Probes over TCP.
pub(crate) async fn tcp(
    module: &TcpModule,
    request: &Request,
    roots: &Arc<RootCertStore>,
    notes: &mut Notes,
) -> Result<(), Failure> {
    let (host, port) = split(&request.target, None)?;
    let addresses = resolve(host, port, module.family, notes).await?;
    let stream = dial::connect(&addresses, module.source, notes).await?;
    let mut peer = Peer {
        stream: Box::new(stream),
        buffer: Vec::new(),
        name: request.hostname.as_deref().unwrap_or(host),
        tls: &module.tls_config,
        roots,
    };
    if module.tls {
        peer = peer.encrypt(notes).await?;
    }
    peer.talk(&module.query_response, notes).await
}

/// Probes over a unix socket; the target is its path, with or without `unix:` before it.
pub(crate) async fn unix(
    module: &UnixModule,
    request: &Request,
    roots: &Arc<RootCertStore>,
    notes: &mut Notes,
) -> Result<(), Failure> {
    let target = request.target.as_str();
    let path = target.strip_prefix("unix:").unwrap_or(target);
    let path = path.strip_prefix("//").unwrap_or(path);
    let stream = UnixStream::connect(path).await.map_err(|error| {
        Failure::new(
            Reason::Connect,
            format!("cannot connect to {path}: {error}"),
        )
    })?;
    notes.log.say(format!("connected to {path}"));
    let mut peer = Peer {
        stream: Box::new(stream),
        buffer: Vec::new(),
        name: request.hostname.as_deref().unwrap_or("localhost"),
        tls: &module.tls_config,
        roots,
    };
    if module.tls {
        peer = peer.encrypt(notes).await?;
    }
    peer.talk(&module.query_response, notes).await
}

// === impl Peer ===

impl<'a> Peer<'a> {
    async fn encrypt(self, notes: &mut Notes) -> Result<Peer<'a>, Failure> {
        let handshake = Handshake {
            module: self.tls,
            name: self.name,
            roots: self.roots,
            alpn: &[],
            cipher: false,
        };
        let stream = handshake.connect(self.stream, notes).await?;
        Ok(Peer {
            stream: Box::new(stream),
            buffer: Vec::new(),
            ..self
        })
    }

    async fn talk(mut self, steps: &[QueryResponse], notes: &mut Notes) -> Result<(), Failure> {
        let report = &mut notes.report;
        report.set(
            "probe_failed_due_to_regex",
            "Whether a regular expression made it fail.",
            0.0,
        );
        report.set(
            "probe_failed_due_to_bytes",
            "Whether unexpected bytes made it fail.",
            0.0,
        );
        for (at, step) in steps.iter().enumerate() {
            let mut send = step.send.clone().into_bytes();
            if let Some(pattern) = &step.expect {
                let Some(line) = self
                    .line_matching(|line| pattern.matches(line), notes)
                    .await?
                else {
                    notes.report.update("probe_failed_due_to_regex", 1.0);
                    let message = format!("step {at}: no line matched {:?}", pattern.as_str());
                    return Err(Failure::new(Reason::Expect, message));
                };
                if let Some(captures) = pattern.captures(&line) {
                    let expanded = |template: &str| {
                        let mut text = Vec::new();
                        captures.expand(template.as_bytes(), &mut text);
                        text
                    };
                    send = expanded(&step.send);
                    let labels: Vec<(&str, String)> = step
                        .labels
                        .iter()
                        .map(|(name, value)| {
                            (
                                name.as_str(),
                                String::from_utf8_lossy(&expanded(value)).into_owned(),
                            )
                        })
                        .collect();
                    report_labels(&labels, notes);
                }
            }
            if !step.expect_bytes.is_empty() {
                self.expect_bytes(&step.expect_bytes, at, notes).await?;
            }
            if !send.is_empty() {
                notes
                    .log
                    .say(format!("step {at}: sending {} bytes", send.len() + 1));
                send.push(b'\n');
                self.stream.write_all(&send).await.map_err(broken)?;
                self.stream.flush().await.map_err(broken)?;
            }
            if step.starttls {
                self = self.encrypt(notes).await?;
            }
        }
        Ok(())
    }

    /// The first line that `wanted` takes; `None` where the peer closes before.
    async fn line_matching(
        &mut self,
        wanted: impl Fn(&[u8]) -> bool,
        notes: &mut Notes,
    ) -> Result<Option<Vec<u8>>, Failure> {
        loop {
            let Some(line) = self.line().await? else {
                return Ok(None);
            };
            let shown: String = String::from_utf8_lossy(&line).chars().take(200).collect();
            notes.log.say(format!("read line {shown:?}"));
            if wanted(&line) {
                return Ok(Some(line));
            }
        }
    }

    /// The next line without its end.
    async fn line(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let mut line: Vec<u8> = self.buffer.drain(..=end).collect();
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(Some(line));
            }
            if self.buffer.len() >= MAX_LINE {
                let message = format!("a line is longer than {MAX_LINE} bytes");
                return Err(Failure::new(Reason::Protocol, message));
            }
            if self.read().await? == 0 {
                let rest = std::mem::take(&mut self.buffer);
                return Ok((!rest.is_empty()).then_some(rest));
            }
        }
    }

    async fn expect_bytes(
        &mut self,
        wanted: &[u8],
        at: usize,
        notes: &mut Notes,
    ) -> Result<(), Failure> {
        while self.buffer.len() < wanted.len() {
            if self.read().await? == 0 {
                let message = format!(
                    "step {at}: the connection ended before {} bytes came",
                    wanted.len()
                );
                return Err(Failure::new(Reason::Expect, message));
            }
        }
        let came: Vec<u8> = self.buffer.drain(..wanted.len()).collect();
        if came == wanted {
            return Ok(());
        }
        notes.report.update("probe_failed_due_to_bytes", 1.0);
        let message = format!(
            "step {at}: got {:?}, expected {:?}",
            came.escape_ascii().to_string(),
            wanted.escape_ascii().to_string()
        );
        Err(Failure::new(Reason::Expect, message))
    }

    async fn read(&mut self) -> Result<usize, Failure> {
        let mut chunk = [0; 4096];
        let count = self.stream.read(&mut chunk).await.map_err(broken)?;
        self.buffer.extend(chunk.iter().take(count));
        Ok(count)
    }
}

fn report_labels(labels: &[(&str, String)], notes: &mut Notes) {
    if labels.is_empty() {
        return;
    }
    let labels: Vec<(&str, &str)> = labels
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    notes.report.set_labelled(
        "probe_expect_info",
        "What was found in the expected line.",
        &labels,
        1.0,
    );
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn broken(error: std::io::Error) -> Failure {
    Failure::new(
        Reason::Protocol,
        format!("the connection broke off: {error}"),
    )
}
