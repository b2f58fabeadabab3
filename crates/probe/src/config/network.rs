//! The sections `tcp`, `unix`, `icmp`, `grpc` and `dns` of a module.

use std::net::IpAddr;

use super::http::header;
use super::table::{Table, scalar};
use super::tls::tls;
use super::{ConfigError, family};
use crate::dns::{class_number, rcode_number, type_number};
use crate::{
    DnsModule, GrpcModule, IcmpModule, QueryResponse, RecordChecks, TcpModule, Transport,
    UnixModule,
};

/// The most that an ICMP packet can carry besides its headers.
const MAX_PAYLOAD: usize = 65_507;

pub(super) fn tcp(mut table: Table<'_>) -> Result<TcpModule, ConfigError> {
    let module = TcpModule {
        family: family(&mut table)?,
        source: source(&mut table)?,
        query_response: query_response(&mut table, true)?,
        tls: table.flag("tls", false)?,
        tls_config: tls(&mut table)?,
    };
    table.finish()?;
    Ok(module)
}

pub(super) fn unix(mut table: Table<'_>) -> Result<UnixModule, ConfigError> {
    let module = UnixModule {
        query_response: query_response(&mut table, false)?,
        tls: table.flag("tls", false)?,
        tls_config: tls(&mut table)?,
    };
    table.finish()?;
    Ok(module)
}

pub(super) fn icmp(mut table: Table<'_>) -> Result<IcmpModule, ConfigError> {
    let module = IcmpModule {
        family: family(&mut table)?,
        source: source(&mut table)?,
        dont_fragment: table.flag("dont_fragment", false)?,
        payload_size: table.number("payload_size")?.unwrap_or_default(),
        ttl: table.number("ttl")?.unwrap_or(64),
    };
    if module.payload_size > MAX_PAYLOAD {
        return Err(table.error(&format!("payload_size is larger than {MAX_PAYLOAD}")));
    }
    table.finish()?;
    Ok(module)
}

pub(super) fn grpc(mut table: Table<'_>) -> Result<GrpcModule, ConfigError> {
    let mut metadata = Vec::new();
    if let Some(map) = table.table("metadata")? {
        for entry in map.entries() {
            let values = match &entry.value.kind {
                super::yaml::Kind::List(list) => list.as_slice(),
                _ => std::slice::from_ref(&entry.value),
            };
            for value in values {
                let text = scalar(value, &map.path(&entry.key))?;
                metadata.push(header(&entry.key, text, entry.line)?);
            }
        }
    }
    let module = GrpcModule {
        service: table.string("service")?,
        family: family(&mut table)?,
        metadata,
        tls: table.flag("tls", false)?,
        tls_config: tls(&mut table)?,
    };
    table.finish()?;
    Ok(module)
}

/// `None` where no name is given, which only the dns prober needs.
pub(super) fn dns(mut table: Table<'_>) -> Result<Option<DnsModule>, ConfigError> {
    let over_tls = table.flag("dns_over_tls", false)?;
    let transport = table.parsed("transport_protocol", "udp or tcp", |text| match text {
        "udp" | "" => Some(Transport::Udp),
        "tcp" => Some(Transport::Tcp),
        _ => None,
    })?;
    let transport = match (over_tls, transport.unwrap_or(Transport::Udp)) {
        (false, transport) => transport,
        (true, Transport::Tcp) => Transport::Tls,
        (true, _) => return Err(table.error("dns_over_tls needs transport_protocol tcp")),
    };
    let query_name = table.string("query_name")?;
    let mut valid_rcodes = Vec::new();
    let line = table.line();
    for name in table.texts("valid_rcodes")? {
        let number = rcode_number(&name).ok_or_else(|| {
            ConfigError::at(
                line,
                format!("{}: unknown code {name:?}", table.path("valid_rcodes")),
            )
        })?;
        valid_rcodes.push(number);
    }
    let module = DnsModule {
        query_type: table
            .parsed(
                "query_type",
                "a type of DNS record such as A or SOA",
                type_number,
            )?
            .unwrap_or(255),
        query_class: table
            .parsed(
                "query_class",
                "one of IN, CS, CH, HS, NONE and ANY",
                class_number,
            )?
            .unwrap_or(1),
        recursion_desired: table.flag("recursion_desired", true)?,
        transport,
        tls: tls(&mut table)?,
        family: family(&mut table)?,
        source: source(&mut table)?,
        valid_rcodes,
        answer: checks(&mut table, "validate_answer_rrs")?,
        authority: checks(&mut table, "validate_authority_rrs")?,
        additional: checks(&mut table, "validate_additional_rrs")?,
        query_name,
    };
    if !module.query_name.is_empty() && crate::dns::encode_name(&module.query_name).is_none() {
        return Err(table.error("query_name is no domain name"));
    }
    table.finish()?;
    Ok((!module.query_name.is_empty()).then_some(module))
}

fn checks(parent: &mut Table<'_>, key: &'static str) -> Result<RecordChecks, ConfigError> {
    let Some(mut table) = parent.table(key)? else {
        return Ok(RecordChecks::default());
    };
    let checks = RecordChecks {
        fail_if_matches: table.patterns("fail_if_matches_regexp")?,
        fail_unless_all_match: table.patterns("fail_if_all_match_regexp")?,
        fail_if_not_matches: table.patterns("fail_if_not_matches_regexp")?,
        fail_if_none_matches: table.patterns("fail_if_none_matches_regexp")?,
    };
    table.finish()?;
    Ok(checks)
}

fn source(table: &mut Table<'_>) -> Result<Option<IpAddr>, ConfigError> {
    let read = |text: &str| match text {
        "" => Some(None),
        text => text.parse().ok().map(Some),
    };
    Ok(table
        .parsed("source_ip_address", "an IP address", read)?
        .flatten())
}

fn query_response(parent: &mut Table<'_>, bytes: bool) -> Result<Vec<QueryResponse>, ConfigError> {
    let path = parent.path("query_response");
    let mut steps = Vec::new();
    for (at, node) in parent.list("query_response").iter().enumerate() {
        let mut table = Table::new(node, format!("{path}[{at}]"))?;
        let step = QueryResponse {
            expect: table
                .pattern("expect")?
                .filter(|pattern| !pattern.as_str().is_empty()),
            expect_bytes: if bytes {
                table.string("expect_bytes")?.into_bytes()
            } else {
                Vec::new()
            },
            labels: labels(&mut table)?,
            send: table.string("send")?,
            starttls: table.flag("starttls", false)?,
        };
        if step.expect.is_some() && !step.expect_bytes.is_empty() {
            return Err(table.error("only one of expect and expect_bytes may be given"));
        }
        table.finish()?;
        steps.push(step);
    }
    Ok(steps)
}

fn labels(table: &mut Table<'_>) -> Result<Vec<(String, String)>, ConfigError> {
    let path = table.path("labels");
    let mut labels = Vec::new();
    for node in table.list("labels") {
        let mut label = Table::new(node, &*path)?;
        let (name, value) = (label.string("name")?, label.string("value")?);
        if !is_label_name(&name) {
            return Err(label.error(&format!("{name:?} is no name of a label")));
        }
        label.finish()?;
        labels.push((name, value));
    }
    labels.sort();
    Ok(labels)
}

pub(super) fn is_label_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
