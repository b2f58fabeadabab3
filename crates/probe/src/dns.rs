//! The dns prober: one question to one server, over UDP, TCP or TLS.

mod message;
mod numbers;
mod record;

pub(crate) use message::encode_name;
pub(crate) use numbers::{class_number, rcode_number, type_number};

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::RootCertStore;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::UdpSocket;
use tokio::time::Instant;

use crate::prober::Notes;
use crate::resolve::{resolve, split};
use crate::tls::Handshake;
use crate::{DnsModule, Failure, Pattern, Reason, RecordChecks, Request, Transport, dial};
use message::{Message, query};
use numbers::rcode_name;

/// The largest message there is.
const MAX_MESSAGE: usize = 65_535;
/// The number of type SOA.
const SOA: u16 = 6;

/// The family of the phases' times.
const DURATION: &str = "probe_dns_duration_seconds";

/// Asks the module's question; everything found on the way is in `notes`.
pub(crate) async fn probe(
    module: &DnsModule,
    request: &Request,
    roots: &Arc<RootCertStore>,
    notes: &mut Notes,
) -> Result<(), Failure> {
    let report = &mut notes.report;
    for phase in ["resolve", "connect", "request"] {
        report.set_labelled(DURATION, "Time of each phase.", &[("phase", phase)], 0.0);
    }
    report.set(
        "probe_dns_answer_rrs",
        "Records in the answer section.",
        0.0,
    );
    report.set(
        "probe_dns_authority_rrs",
        "Records in the authority section.",
        0.0,
    );
    report.set(
        "probe_dns_additional_rrs",
        "Records in the additional section.",
        0.0,
    );
    report.set("probe_dns_query_succeeded", "Whether an answer came.", 0.0);
    let default = if module.transport == Transport::Tls {
        853
    } else {
        53
    };
    let (host, port) = split(&request.target, Some(default))?;
    let start = Instant::now();
    let addresses = resolve(host, port, module.family, notes).await?;
    let took = start.elapsed().as_secs_f64();
    notes.report.add(DURATION, &[("phase", "resolve")], took);
    let id = fastrand::u16(..);
    let question = query(module, id).ok_or_else(|| {
        let name = &module.query_name;
        Failure::new(Reason::Config, format!("{name:?} is no domain name"))
    })?;
    let exchange = Exchange {
        module,
        roots,
        host,
        question: &question,
        id,
    };
    let answer = exchange.run(&addresses, notes).await?;
    notes.end();
    notes.report.update("probe_dns_query_succeeded", 1.0);
    judge(module, &answer, notes)
}

struct Exchange<'a> {
    module: &'a DnsModule,
    roots: &'a Arc<RootCertStore>,
    host: &'a str,
    question: &'a [u8],
    id: u16,
}

// === impl Exchange ===

impl Exchange<'_> {
    async fn run(&self, addresses: &[SocketAddr], notes: &mut Notes) -> Result<Message, Failure> {
        notes.begin(DURATION, "connect");
        if self.module.transport == Transport::Udp {
            let Some(address) = addresses.first() else {
                return Err(Failure::new(Reason::Dns, "no address to ask"));
            };
            return self.over_udp(*address, notes).await;
        }
        let stream = dial::connect(addresses, self.module.source, notes).await?;
        if self.module.transport == Transport::Tcp {
            return self.over_stream(stream, notes).await;
        }
        let handshake = Handshake {
            module: &self.module.tls,
            name: self.host,
            roots: self.roots,
            alpn: &[],
            cipher: false,
        };
        let stream = handshake.connect(stream, notes).await?;
        self.over_stream(stream, notes).await
    }

    async fn over_udp(&self, address: SocketAddr, notes: &mut Notes) -> Result<Message, Failure> {
        let any: std::net::IpAddr = match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
        };
        let from = SocketAddr::new(self.module.source.unwrap_or(any), 0);
        let cannot = |error: std::io::Error| {
            Failure::new(Reason::Connect, format!("cannot reach {address}: {error}"))
        };
        let socket = UdpSocket::bind(from).await.map_err(cannot)?;
        socket.connect(address).await.map_err(cannot)?;
        notes.begin(DURATION, "request");
        socket.send(self.question).await.map_err(cannot)?;
        let mut buffer = vec![0; MAX_MESSAGE];
        loop {
            let count = socket.recv(&mut buffer).await.map_err(cannot)?;
            let answer = read(buffer.get(..count).unwrap_or_default())?;
            // A late answer to somebody else's question is not ours.
            if answer.id == self.id {
                return Ok(answer);
            }
        }
    }

    async fn over_stream<S>(&self, mut stream: S, notes: &mut Notes) -> Result<Message, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        notes.begin(DURATION, "request");
        let broken = |error: std::io::Error| {
            Failure::new(Reason::Protocol, format!("the exchange broke off: {error}"))
        };
        let length = u16::try_from(self.question.len()).unwrap_or(u16::MAX);
        let framed = [&length.to_be_bytes(), self.question].concat();
        stream.write_all(&framed).await.map_err(broken)?;
        stream.flush().await.map_err(broken)?;
        let length = stream.read_u16().await.map_err(broken)?;
        let mut bytes = vec![0; usize::from(length)];
        stream.read_exact(&mut bytes).await.map_err(broken)?;
        let answer = read(&bytes)?;
        if answer.id != self.id {
            return Err(Failure::new(
                Reason::Protocol,
                "the answer is to another question",
            ));
        }
        Ok(answer)
    }
}

fn read(bytes: &[u8]) -> Result<Message, Failure> {
    Message::parse(bytes).ok_or_else(|| {
        let count = bytes.len();
        Failure::new(
            Reason::Protocol,
            format!("the answer of {count} bytes is no DNS message"),
        )
    })
}

fn judge(module: &DnsModule, answer: &Message, notes: &mut Notes) -> Result<(), Failure> {
    let sections = [
        (
            "answer",
            "probe_dns_answer_rrs",
            &answer.answers,
            &module.answer,
        ),
        (
            "authority",
            "probe_dns_authority_rrs",
            &answer.authority,
            &module.authority,
        ),
        (
            "additional",
            "probe_dns_additional_rrs",
            &answer.additional,
            &module.additional,
        ),
    ];
    for (section, family, records, _) in &sections {
        notes.report.update(family, records.len() as f64);
        for record in records.iter().take(50) {
            notes.log.say(format!("{section}: {}", record.text));
        }
    }
    if module.query_type == SOA {
        let serial = answer
            .answers
            .iter()
            .rev()
            .find_map(|record| record.serial)
            .unwrap_or(0);
        notes.report.set(
            "probe_dns_serial",
            "Serial number of the zone.",
            f64::from(serial),
        );
    }
    let fine = if module.valid_rcodes.is_empty() {
        answer.rcode == 0
    } else {
        module.valid_rcodes.contains(&answer.rcode)
    };
    if !fine {
        let code = rcode_name(answer.rcode);
        return Err(Failure::new(
            Reason::Status,
            format!("the server answered {code}"),
        ));
    }
    for (section, _, records, checks) in sections {
        let texts: Vec<&str> = records.iter().map(|record| record.text.as_str()).collect();
        check(checks, &texts)
            .map_err(|why| Failure::new(Reason::Records, format!("{section} section: {why}")))?;
    }
    Ok(())
}

fn check(checks: &RecordChecks, records: &[&str]) -> Result<(), String> {
    let needs_one =
        !checks.fail_if_not_matches.is_empty() || !checks.fail_if_none_matches.is_empty();
    if records.is_empty() && needs_one {
        return Err("there is no record".to_owned());
    }
    let matches = |pattern: &Pattern, record: &str| pattern.matches(record.as_bytes());
    for record in records {
        if let Some(pattern) = checks
            .fail_if_matches
            .iter()
            .find(|pattern| matches(pattern, record))
        {
            return Err(format!("{record:?} matches {:?}", pattern.as_str()));
        }
        if let Some(pattern) = checks
            .fail_if_not_matches
            .iter()
            .find(|pattern| !matches(pattern, record))
        {
            return Err(format!("{record:?} does not match {:?}", pattern.as_str()));
        }
    }
    let all = &checks.fail_unless_all_match;
    if let Some((pattern, record)) = all.iter().find_map(|pattern| {
        let stranger = records.iter().find(|record| !matches(pattern, record));
        stranger.map(|record| (pattern, record))
    }) {
        return Err(format!(
            "{record:?} does not match {:?} (fail_if_all_match_regexp wants all to match, as in the real exporter)",
            pattern.as_str()
        ));
    }
    let none = &checks.fail_if_none_matches;
    if !none.is_empty()
        && !none
            .iter()
            .any(|pattern| records.iter().any(|record| matches(pattern, record)))
    {
        return Err("no record matches".to_owned());
    }
    Ok(())
}
