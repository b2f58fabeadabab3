//! dns: questions over every transport, and the conditions on the answers.
#![expect(
    clippy::too_many_lines,
    reason = "a table of cases is as long as its cases are many"
)]

use super::names::Names;
use super::{Case, compare};
use crate::site::Authority;

struct Asked {
    server: String,
    cases: Vec<Case>,
}

impl Asked {
    fn add(&mut self, success: bool, name: &'static str, module: &str) {
        let case = if success { Case::passes } else { Case::fails };
        self.cases.push(case(name, module, &self.server));
    }
}

async fn asked() -> (Names, Asked) {
    let names = Names::start(Authority::new().acceptor("dns.test", 2040)).await;
    let server = format!("127.0.0.1:{}", names.port);
    let cases = Vec::new();
    (names, Asked { server, cases })
}

#[tokio::test]
async fn questions_and_answers_are_reported_alike() {
    let authority = Authority::new();
    let dir = tempfile::tempdir().unwrap();
    let ca = authority.write(dir.path());
    let names = Names::start(authority.acceptor("dns.test", 2040)).await;
    let server = format!("127.0.0.1:{}", names.port);
    let encrypted = format!("127.0.0.1:{}", names.tls_port);
    let mut asked = Asked {
        server,
        cases: Vec::new(),
    };
    let closed = {
        let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        format!("127.0.0.1:{}", socket.local_addr().unwrap().port())
    };
    asked.add(true, "udp", "query_name: ok.test, query_type: A");
    asked.add(
        true,
        "tcp",
        "query_name: ok.test, query_type: A, transport_protocol: tcp",
    );
    asked.add(true, "any type", "query_name: ok.test");
    asked.add(
        true,
        "a serial number",
        "query_name: soa.test, query_type: SOA",
    );
    asked.add(
        true,
        "no serial number",
        "query_name: ok.test, query_type: SOA",
    );
    asked.add(true, "no record", "query_name: empty.test, query_type: A");
    asked.add(
        false,
        "no such domain",
        "query_name: missing.test, query_type: A",
    );
    asked.add(
        true,
        "no such domain accepted",
        "query_name: missing.test, query_type: A, valid_rcodes: [NXDOMAIN, REFUSED]",
    );
    asked.add(false, "refused", "query_name: refused.test, query_type: A");
    asked.add(
        false,
        "a failing server",
        "query_name: broken.test, query_type: A, valid_rcodes: [NOERROR]",
    );
    asked.add(false, "silence", "query_name: silent.test, query_type: A");
    asked.add(
        false,
        "silence over tcp",
        "query_name: silent.test, query_type: A, transport_protocol: tcp",
    );
    asked.add(false, "garbage", "query_name: garbage.test, query_type: A");
    asked.add(
        false,
        "garbage over tcp",
        "query_name: garbage.test, query_type: A, transport_protocol: tcp",
    );
    asked.add(
        false,
        "a stranger's answer",
        "query_name: stranger.test, query_type: A",
    );
    asked.add(
        false,
        "a stranger's answer over tcp",
        "query_name: stranger.test, query_type: A, transport_protocol: tcp",
    );
    asked.add(true, "a cut answer", "query_name: cut.test, query_type: A");
    asked.add(
        true,
        "a source",
        "query_name: ok.test, query_type: A, source_ip_address: 127.0.0.3",
    );
    asked.add(
        true,
        "a name in capitals",
        "query_name: OK.test., query_type: A",
    );
    let tls = |more: &str| {
        format!(
            "query_name: ok.test, transport_protocol: tcp, dns_over_tls: true, tls_config: {{{more}}}"
        )
    };
    let trust = format!("ca_file: '{ca}', server_name: dns.test");
    asked
        .cases
        .push(Case::passes("tls", &tls(&trust), &encrypted));
    asked
        .cases
        .push(Case::fails("tls with a stranger", &tls(""), &encrypted));
    asked.cases.push(Case::fails(
        "nobody",
        "query_name: ok.test, query_type: A",
        &closed,
    ));
    asked.cases.push(Case::fails(
        "nobody over tcp",
        "query_name: ok.test, transport_protocol: tcp",
        &closed,
    ));
    asked.cases.push(Case::fails(
        "no such server",
        "query_name: ok.test",
        "name.invalid",
    ));
    compare("dns", asked.cases).await;
}

#[tokio::test]
async fn what_is_asked_is_asked_alike() {
    let (_names, mut asked) = asked().await;
    let said =
        |words: &str| format!("validate_answer_rrs: {{fail_if_not_matches_regexp: ['{words}']}}");
    let name = "query_name: said.test";
    asked.add(
        true,
        "the default type",
        &format!("{name}, {}", said("type 255 class 1 recursion 1")),
    );
    asked.add(
        true,
        "a type",
        &format!("{name}, query_type: MX, {}", said("type 15 ")),
    );
    asked.add(
        true,
        "a class",
        &format!("{name}, query_class: CH, {}", said("class 3 ")),
    );
    asked.add(
        true,
        "no recursion",
        &format!("{name}, recursion_desired: false, {}", said("recursion 0")),
    );
    compare("dns", asked.cases).await;
}

#[tokio::test]
async fn every_condition_on_records_decides_alike() {
    let (_names, mut asked) = asked().await;
    let check = |section: &str, key: &str, words: &str| {
        format!("query_name: ok.test, query_type: A, validate_{section}_rrs: {{{key}: [{words}]}}")
    };
    let (matches, all) = ("fail_if_matches_regexp", "fail_if_all_match_regexp");
    let (not, none) = ("fail_if_not_matches_regexp", "fail_if_none_matches_regexp");
    let answer = |key: &str, words: &str| check("answer", key, words);
    asked.add(false, "one matches", &answer(matches, "'0\\.0\\.2$'"));
    asked.add(true, "none may match", &answer(matches, "'0\\.0\\.9$'"));
    asked.add(true, "all match", &answer(all, "'127'"));
    asked.add(false, "not all match", &answer(all, "'0\\.0\\.2$'"));
    asked.add(
        false,
        "not all match the first expression",
        &answer(all, "'0\\.0\\.2$', '127'"),
    );
    asked.add(
        false,
        "not all match the last expression",
        &answer(all, "'127', '0\\.0\\.2$'"),
    );
    asked.add(
        false,
        "all match one expression or the other",
        &answer(all, "'0\\.0\\.2$', '0\\.0\\.3$'"),
    );
    asked.add(
        true,
        "all match all expressions",
        &answer(all, "'127', 'A'"),
    );
    asked.add(false, "one does not match", &answer(not, "'0\\.0\\.2$'"));
    asked.add(true, "every one matches", &answer(not, "'\\tIN\\tA\\t127'"));
    asked.add(false, "no one matches", &answer(none, "'0\\.0\\.9$'"));
    asked.add(
        true,
        "some one matches",
        &answer(none, "'0\\.0\\.9$', '0\\.0\\.3$'"),
    );
    asked.add(false, "authority", &check("authority", matches, "'ns'"));
    asked.add(
        false,
        "additional",
        &check("additional", matches, "'0\\.0\\.4$'"),
    );
    for (key, success, name) in [
        (matches, true, "nothing to match"),
        (all, true, "nothing, all match"),
        (not, false, "nothing, one does not match"),
        (none, false, "nothing, no one matches"),
    ] {
        let module = format!("query_name: empty.test, validate_answer_rrs: {{{key}: [a]}}");
        asked.add(success, name, &module);
    }
    for (name, text) in [
        (
            "an address",
            "^all\\.test\\.\\t60\\tIN\\tA\\t127\\.0\\.0\\.2$",
        ),
        ("a long address", "\\tAAAA\\t2001:db8::1$"),
        ("a server", "\\tNS\\tns\\.test\\.$"),
        ("another name", "\\tCNAME\\tother\\.test\\.$"),
        ("a mail server", "\\tMX\\t10 mail\\.test\\.$"),
        (
            "a text",
            "\\tTXT\\t\"a \\\\\"b\\\\\" \\\\\\\\ \\\\195\\\\188\"$",
        ),
        ("a service", "\\tSRV\\t1 2 80 srv\\.test\\.$"),
        ("an authority", "\\tCAA\\t0 issue \"ca\\.test\"$"),
        ("an unknown type", "\\tTYPE65280\\t\\\\# 3 010203$"),
    ] {
        let module = format!("query_name: all.test, validate_answer_rrs: {{{none}: ['{text}']}}");
        asked.add(true, name, &module);
    }
    compare("dns", asked.cases).await;
}
