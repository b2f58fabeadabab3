//! What the module says of the last answer.

use ::http::HeaderMap;

use super::exchange::{Arriving, Body};
use crate::target::Url;
use crate::{Encryption, Failure, HeaderCheck, HttpModule, Reason, StatusRange};

/// Holds an answer against the module: status, headers, body, version, encryption, in this order.
pub(super) fn judge(
    module: &HttpModule,
    url: &Url,
    answer: &Arriving,
    body: &Body,
) -> Result<(), Failure> {
    let status = answer.status.as_u16();
    if !accepts(&module.valid_status_codes, status) {
        let wanted = wanted(&module.valid_status_codes);
        return Err(Failure::new(
            Reason::Status,
            format!("status {status}, expected {wanted}"),
        ));
    }
    for check in &module.fail_if_header_matches {
        check_header(check, &answer.headers, false)?;
    }
    for check in &module.fail_if_header_not_matches {
        check_header(check, &answer.headers, true)?;
    }
    if body.truncated {
        let limit = body.length.saturating_sub(1);
        return Err(Failure::new(
            Reason::Body,
            format!("the body is larger than {limit} bytes"),
        ));
    }
    if let Some(problem) = &body.problem {
        return Err(Failure::new(
            Reason::Protocol,
            format!("the body cannot be read: {problem}"),
        ));
    }
    if let Some(pattern) = module
        .fail_if_body_matches
        .iter()
        .find(|pattern| pattern.matches(&body.text))
    {
        return Err(Failure::new(
            Reason::Body,
            format!("the body matches {:?}", pattern.as_str()),
        ));
    }
    if let Some(pattern) = module
        .fail_if_body_not_matches
        .iter()
        .find(|pattern| !pattern.matches(&body.text))
    {
        return Err(Failure::new(
            Reason::Body,
            format!("the body does not match {:?}", pattern.as_str()),
        ));
    }
    let versions = &module.valid_http_versions;
    if !versions.is_empty() && !versions.iter().any(|version| version == answer.protocol) {
        let message = format!("{}, expected {}", answer.protocol, versions.join(" or "));
        return Err(Failure::new(Reason::Version, message));
    }
    match (module.encryption, url.encrypted) {
        (Encryption::Forbidden | Encryption::Impossible, true) => {
            Err(Failure::new(Reason::Ssl, "the last request was encrypted"))
        }
        (Encryption::Required | Encryption::Impossible, false) => Err(Failure::new(
            Reason::Ssl,
            "the last request was not encrypted",
        )),
        _ => Ok(()),
    }
}

fn accepts(ranges: &[StatusRange], status: u16) -> bool {
    if ranges.is_empty() {
        return (200..300).contains(&status);
    }
    ranges
        .iter()
        .any(|range| (range.from..=range.to).contains(&status))
}

fn wanted(ranges: &[StatusRange]) -> String {
    if ranges.is_empty() {
        return "2xx".to_owned();
    }
    let text = |range: &StatusRange| match (range.from, range.to) {
        (from, to) if from == to => from.to_string(),
        (from, to) => format!("{from}-{to}"),
    };
    ranges.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// Fails where a value of the header matches (or, with `needed`, where none does).
fn check_header(check: &HeaderCheck, headers: &HeaderMap, needed: bool) -> Result<(), Failure> {
    let fail = |message| Err(Failure::new(Reason::Header, message));
    let (name, pattern) = (&check.header, check.pattern.as_str());
    let mut values = headers.get_all(name).iter().peekable();
    if values.peek().is_none() {
        if check.allow_missing {
            return Ok(());
        }
        return fail(format!("the header {name} is missing"));
    }
    match (
        values.any(|value| check.pattern.matches(value.as_bytes())),
        needed,
    ) {
        (true, false) => fail(format!("the header {name} matches {pattern:?}")),
        (false, true) => fail(format!("the header {name} does not match {pattern:?}")),
        _ => Ok(()),
    }
}
