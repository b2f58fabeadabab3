//! The section `http` of a module.

use ::http::{HeaderName, HeaderValue, Method};

use super::table::{Table, scalar};
use super::tls::{secret, tls};
use super::{ConfigError, family};
use crate::{
    Authentication, Compression, Encryption, HeaderCheck, HttpModule, HttpProxy, ProxyServer,
    SecretSource, StatusRange,
};

const NO_CEL: &str = "CEL expressions are not evaluated here; use fail_if_body_matches_regexp or \
                      fail_if_body_not_matches_regexp";
const NO_OAUTH2: &str =
    "OAuth 2.0 is not spoken here; use authorization with a credentials_file that is kept fresh";

pub(super) fn http(mut table: Table<'_>) -> Result<HttpModule, ConfigError> {
    for key in [
        "fail_if_body_json_matches_cel",
        "fail_if_body_json_not_matches_cel",
    ] {
        table.refuse(key, NO_CEL)?;
    }
    table.refuse("oauth2", NO_OAUTH2)?;
    if table.flag("enable_http3", false)? {
        return Err(table.error("enable_http3: HTTP/3 is not spoken here; remove the key"));
    }
    let (headers, header_files) = headers(&mut table)?;
    let follow = table.flag("follow_redirects", true)?;
    let no_follow = table.flag("no_follow_redirects", false)?;
    let forbidden = table.flag("fail_if_ssl", false)?;
    let required = table.flag("fail_if_not_ssl", false)?;
    let module = HttpModule {
        method: table
            .parsed("method", "a method such as GET", |text| match text {
                "" => Some(Method::GET),
                text => text.parse().ok(),
            })?
            .unwrap_or(Method::GET),
        headers,
        header_files,
        body: table.string("body")?,
        body_file: table.file("body_file")?,
        valid_status_codes: statuses(&mut table)?,
        valid_http_versions: table.texts("valid_http_versions")?,
        follow_redirects: follow && !no_follow,
        encryption: match (required, forbidden) {
            (false, false) => Encryption::Either,
            (true, false) => Encryption::Required,
            (false, true) => Encryption::Forbidden,
            (true, true) => Encryption::Impossible,
        },
        fail_if_body_matches: table.patterns("fail_if_body_matches_regexp")?,
        fail_if_body_not_matches: table.patterns("fail_if_body_not_matches_regexp")?,
        fail_if_header_matches: header_checks(&mut table, "fail_if_header_matches")?,
        fail_if_header_not_matches: header_checks(&mut table, "fail_if_header_not_matches")?,
        compression: compression(&mut table)?,
        authentication: authentication(&mut table)?,
        tls: tls(&mut table)?,
        proxy: proxy(&mut table)?,
        skip_resolve_phase_with_proxy: table.flag("skip_resolve_phase_with_proxy", false)?,
        enable_http2: table.flag("enable_http2", true)?,
        family: family(&mut table)?,
        body_size_limit: table
            .parsed("body_size_limit", "a size such as 10MB", size)?
            .unwrap_or(0),
    };
    if !module.body.is_empty() && module.body_file.is_some() {
        return Err(table.error("only one of body and body_file may be given"));
    }
    check_encoding(&module, &table)?;
    table.finish()?;
    Ok(module)
}

/// A compression needs a request that accepts it.
fn check_encoding(module: &HttpModule, table: &Table<'_>) -> Result<(), ConfigError> {
    let Some(compression) = module.compression else {
        return Ok(());
    };
    let given = module
        .headers
        .iter()
        .find(|(name, _)| name == ::http::header::ACCEPT_ENCODING);
    let Some((_, given)) = given else {
        return Ok(());
    };
    let given = given.to_str().unwrap_or_default().to_ascii_lowercase();
    let accepts = given.split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let zero = weight
            .trim()
            .trim_start_matches("q=")
            .trim_end_matches(['0', '.'])
            .is_empty();
        (name.trim() == compression.name() || name.trim() == "*") && (weight.is_empty() || !zero)
    });
    if accepts {
        return Ok(());
    }
    Err(table.error(&format!(
        "compression {} does not go with the header Accept-Encoding: {given}",
        compression.name()
    )))
}

pub(super) fn header(
    name: &str,
    value: &str,
    line: usize,
) -> Result<(HeaderName, HeaderValue), ConfigError> {
    let header: HeaderName = name
        .parse()
        .map_err(|_| ConfigError::at(line, format!("{name:?} is no name of a header")))?;
    let mut parsed = HeaderValue::from_str(value)
        .map_err(|_| ConfigError::at(line, format!("the value of header {name} cannot be sent")))?;
    parsed.set_sensitive(true);
    Ok((header, parsed))
}

type Headers = (
    Vec<(HeaderName, HeaderValue)>,
    Vec<(HeaderName, std::path::PathBuf)>,
);

/// `headers`, and `http_headers` with its values, secrets and files.
fn headers(table: &mut Table<'_>) -> Result<Headers, ConfigError> {
    let mut headers = Vec::new();
    let mut files = Vec::new();
    if let Some(map) = table.table("headers")? {
        for entry in map.entries() {
            let text = scalar(&entry.value, &map.path(&entry.key))?;
            headers.push(header(&entry.key, text, entry.line)?);
        }
    }
    if let Some(map) = table.table("http_headers")? {
        for entry in map.entries() {
            let mut one = Table::new(&entry.value, map.path(&entry.key))?;
            for key in ["values", "secrets"] {
                for text in one.texts(key)? {
                    headers.push(header(&entry.key, &text, entry.line)?);
                }
            }
            for file in one.texts("files")? {
                let (name, _) = header(&entry.key, "", entry.line)?;
                files.push((name, file.into()));
            }
            one.finish()?;
        }
    }
    Ok((headers, files))
}

fn statuses(table: &mut Table<'_>) -> Result<Vec<StatusRange>, ConfigError> {
    let line = table.line();
    let mut statuses = Vec::new();
    for text in table.texts("valid_status_codes")? {
        let class = text
            .strip_suffix("xx")
            .and_then(|digit| digit.parse::<u16>().ok());
        let range = match (class, text.parse::<u16>()) {
            (Some(class @ 1..=9), _) => Some((class * 100, class * 100 + 99)),
            (_, Ok(code)) => Some((code, code)),
            _ => text
                .split_once('-')
                .and_then(|(from, to)| Some((from.trim().parse().ok()?, to.trim().parse().ok()?))),
        };
        let (from, to) = range.ok_or_else(|| {
            let path = table.path("valid_status_codes");
            ConfigError::at(
                line,
                format!("{path}: {text:?} is no status, class (2xx) or range"),
            )
        })?;
        statuses.push(StatusRange { from, to });
    }
    Ok(statuses)
}

fn header_checks(
    table: &mut Table<'_>,
    key: &'static str,
) -> Result<Vec<HeaderCheck>, ConfigError> {
    let path = table.path(key);
    let mut checks = Vec::new();
    for node in table.list(key) {
        let mut check = Table::new(node, &*path)?;
        let name = check.string("header")?;
        let (header, _) = header(&name, "", node.line)?;
        let pattern = check
            .pattern("regexp")?
            .ok_or_else(|| check.error("regexp is missing"))?;
        let allow_missing = check.flag("allow_missing", false)?;
        check.finish()?;
        checks.push(HeaderCheck {
            header,
            pattern,
            allow_missing,
        });
    }
    Ok(checks)
}

fn compression(table: &mut Table<'_>) -> Result<Option<Compression>, ConfigError> {
    let wanted = "gzip, deflate or identity (br is not read here)";
    let read = |text: &str| match text {
        "" => Some(None),
        "gzip" => Some(Some(Compression::Gzip)),
        "deflate" => Some(Some(Compression::Deflate)),
        "identity" => Some(Some(Compression::Identity)),
        _ => None,
    };
    Ok(table.parsed("compression", wanted, read)?.flatten())
}

fn authentication(table: &mut Table<'_>) -> Result<Authentication, ConfigError> {
    let empty = || SecretSource::Text("".into());
    let mut found = Vec::new();
    if let Some(mut basic) = table.table("basic_auth")? {
        found.push(Authentication::Basic {
            username: secret(&mut basic, "username", "username_file")?.unwrap_or_else(empty),
            password: secret(&mut basic, "password", "password_file")?.unwrap_or_else(empty),
        });
        basic.finish()?;
    }
    if let Some(mut own) = table.table("authorization")? {
        let scheme = own.string("type")?;
        let scheme = if scheme.is_empty() {
            "Bearer".to_owned()
        } else {
            scheme
        };
        if scheme.eq_ignore_ascii_case("basic") {
            return Err(own.error("type Basic is what basic_auth is for"));
        }
        let credentials =
            secret(&mut own, "credentials", "credentials_file")?.unwrap_or_else(empty);
        found.push(Authentication::Scheme {
            scheme,
            credentials,
        });
        own.finish()?;
    }
    if let Some(credentials) = secret(table, "bearer_token", "bearer_token_file")? {
        let scheme = "Bearer".to_owned();
        found.push(Authentication::Scheme {
            scheme,
            credentials,
        });
    }
    if found.len() > 1 {
        return Err(
            table.error("only one of basic_auth, authorization and bearer_token may be given")
        );
    }
    Ok(found.pop().unwrap_or_default())
}

fn proxy(table: &mut Table<'_>) -> Result<HttpProxy, ConfigError> {
    let url = table.string("proxy_url")?;
    let no_proxy = table.string("no_proxy")?;
    let from_environment = table.flag("proxy_from_environment", false)?;
    let mut connect_headers = Vec::new();
    if let Some(map) = table.table("proxy_connect_header")? {
        for entry in map.entries() {
            let values = match &entry.value.kind {
                super::yaml::Kind::List(list) => list.as_slice(),
                _ => std::slice::from_ref(&entry.value),
            };
            for value in values {
                let text = scalar(value, &map.path(&entry.key))?;
                connect_headers.push(header(&entry.key, text, entry.line)?);
            }
        }
    }
    if from_environment && !(url.is_empty() && no_proxy.is_empty()) {
        return Err(table.error("proxy_from_environment goes with neither proxy_url nor no_proxy"));
    }
    if url.is_empty() && !no_proxy.is_empty() {
        return Err(table.error("no_proxy needs proxy_url"));
    }
    if !connect_headers.is_empty() && url.is_empty() && !from_environment {
        return Err(table.error("proxy_connect_header needs proxy_url or proxy_from_environment"));
    }
    let variable = |name: &str| {
        let either = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        either(name.to_owned())
            .or_else(|| either(name.to_lowercase()))
            .unwrap_or_default()
    };
    let (plain, encrypted, bypass) = if from_environment {
        let bypass = format!("localhost,127.0.0.1,::1,{}", variable("NO_PROXY"));
        (variable("HTTP_PROXY"), variable("HTTPS_PROXY"), bypass)
    } else {
        (url.clone(), url, no_proxy)
    };
    let server = |url: &str| {
        let wanted = "proxy_url must be http://[user:password@]host[:port]";
        ProxyServer::parse(url).ok_or_else(|| table.error(wanted))
    };
    let server = |url: String| {
        if url.is_empty() {
            Ok(None)
        } else {
            server(&url).map(Some)
        }
    };
    Ok(HttpProxy {
        plain: server(plain)?,
        encrypted: server(encrypted)?,
        bypass: bypass
            .split(',')
            .map(|rule| rule.trim().to_owned())
            .filter(|rule| !rule.is_empty())
            .collect(),
        connect_headers,
    })
}

/// Bytes, as `1048576`, `10MB`, `1MiB`; both kinds of units are powers of 1024, as in the real exporter.
fn size(text: &str) -> Option<u64> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let power = match unit
        .trim()
        .to_ascii_uppercase()
        .trim_end_matches('B')
        .trim_end_matches('I')
    {
        "" => 0,
        "K" => 1,
        "M" => 2,
        "G" => 3,
        "T" => 4,
        _ => return None,
    };
    let bytes = number.parse::<f64>().ok()? * 1024_f64.powi(power);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked just before"
    )]
    (bytes.is_finite() && (0.0..9e18).contains(&bytes)).then_some(bytes as u64)
}
