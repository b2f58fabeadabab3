//! Which formats a target is asked for, and which one it answered in.

use std::str::FromStr;

use super::{PageFormat, ScrapeError};
use crate::TextFormat;

/// A format with its version, by the name that a configuration has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScrapeProtocol {
    /// `PrometheusProto`.
    PrometheusProto,
    /// `PrometheusText0.0.4`.
    PrometheusText004,
    /// `PrometheusText1.0.0`.
    PrometheusText100,
    /// `OpenMetricsText0.0.1`.
    OpenMetricsText001,
    /// `OpenMetricsText1.0.0`.
    OpenMetricsText100,
}

/// How a target is to write names that are not `[a-zA-Z_:][a-zA-Z0-9_:]*`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NameEscaping {
    /// `allow-utf-8`: as they are.
    AllowUtf8,
    /// `underscores`.
    #[default]
    Underscores,
    /// `dots`.
    Dots,
    /// `values`.
    Values,
}

/// A word that names no format or escaping.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} {word:?}, use one of {known}")]
pub struct UnknownWord {
    what: &'static str,
    word: String,
    known: String,
}

const PROTOCOLS: [(&str, ScrapeProtocol); 5] = [
    ("OpenMetricsText1.0.0", ScrapeProtocol::OpenMetricsText100),
    ("OpenMetricsText0.0.1", ScrapeProtocol::OpenMetricsText001),
    ("PrometheusText1.0.0", ScrapeProtocol::PrometheusText100),
    ("PrometheusText0.0.4", ScrapeProtocol::PrometheusText004),
    ("PrometheusProto", ScrapeProtocol::PrometheusProto),
];

const ESCAPINGS: [(&str, NameEscaping); 4] = [
    ("allow-utf-8", NameEscaping::AllowUtf8),
    ("underscores", NameEscaping::Underscores),
    ("dots", NameEscaping::Dots),
    ("values", NameEscaping::Values),
];

// === impl ScrapeProtocol ===

impl ScrapeProtocol {
    /// What is asked for where a configuration says nothing.
    pub const DEFAULT: [Self; 4] = [
        Self::OpenMetricsText100,
        Self::OpenMetricsText001,
        Self::PrometheusText100,
        Self::PrometheusText004,
    ];

    /// What is asked for where native histograms are wanted.
    pub const WITH_PROTOBUF: [Self; 5] = [
        Self::PrometheusProto,
        Self::OpenMetricsText100,
        Self::OpenMetricsText001,
        Self::PrometheusText100,
        Self::PrometheusText004,
    ];

    /// The name in a configuration.
    pub fn as_str(self) -> &'static str {
        name_of(&PROTOCOLS, self)
    }

    /// How pages of this protocol are read.
    pub fn format(self) -> PageFormat {
        match self {
            Self::PrometheusProto => PageFormat::Protobuf,
            Self::PrometheusText004 | Self::PrometheusText100 => {
                PageFormat::Text(TextFormat::Prometheus)
            }
            Self::OpenMetricsText001 | Self::OpenMetricsText100 => {
                PageFormat::Text(TextFormat::OpenMetrics)
            }
        }
    }

    /// The media type to ask for, and whether the name escaping can be asked for with it.
    fn media_type(self) -> (&'static str, bool) {
        match self {
            Self::PrometheusProto => (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
                true,
            ),
            Self::PrometheusText004 => ("text/plain;version=0.0.4", false),
            Self::PrometheusText100 => ("text/plain;version=1.0.0", true),
            Self::OpenMetricsText001 => ("application/openmetrics-text;version=0.0.1", false),
            Self::OpenMetricsText100 => ("application/openmetrics-text;version=1.0.0", true),
        }
    }
}

impl FromStr for ScrapeProtocol {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        find(&PROTOCOLS, word, "scrape protocol")
    }
}

// === impl NameEscaping ===

impl NameEscaping {
    /// The name in a configuration and in headers.
    pub fn as_str(self) -> &'static str {
        name_of(&ESCAPINGS, self)
    }
}

impl FromStr for NameEscaping {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        find(&ESCAPINGS, word, "name escaping scheme")
    }
}

fn find<T: Copy>(table: &[(&str, T)], word: &str, what: &'static str) -> Result<T, UnknownWord> {
    let entry = table.iter().find(|(name, _)| *name == word);
    entry.map(|(_, value)| *value).ok_or_else(|| UnknownWord {
        what,
        word: word.to_owned(),
        known: table
            .iter()
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(", "),
    })
}

fn name_of<T: Copy + PartialEq>(table: &[(&'static str, T)], value: T) -> &'static str {
    table
        .iter()
        .find(|(_, known)| *known == value)
        .map_or("", |(name, _)| name)
}

/// The `Accept` header: the first protocol weighs most, anything at all the least.
pub fn accept_header(protocols: &[ScrapeProtocol], escaping: NameEscaping) -> String {
    let mut header = String::new();
    for (index, protocol) in protocols.iter().enumerate() {
        let (media_type, escapable) = protocol.media_type();
        header.push_str(media_type);
        if escapable {
            header.extend([";escaping=", escaping.as_str()]);
        }
        header.push_str(&format_weight(protocols.len() + 2 - index));
        header.push(',');
    }
    header.push_str("*/*");
    header.push_str(&format_weight(2));
    header
}

fn format_weight(tenths: usize) -> String {
    format!(";q=0.{tenths}")
}

/// The format of a page with that `Content-Type`; what cannot be read is taken for the fallback.
pub fn page_format(
    content_type: Option<&str>,
    fallback: Option<ScrapeProtocol>,
) -> Result<PageFormat, ScrapeError> {
    let content_type = content_type.unwrap_or_default();
    match media_type(content_type).as_deref() {
        Some("application/openmetrics-text") => Ok(PageFormat::Text(TextFormat::OpenMetrics)),
        Some("text/plain") => Ok(PageFormat::Text(TextFormat::Prometheus)),
        Some("application/vnd.google.protobuf") => Ok(PageFormat::Protobuf),
        _ => fallback
            .map(ScrapeProtocol::format)
            .ok_or_else(|| ScrapeError::ContentType {
                content_type: content_type.to_owned(),
            }),
    }
}

/// The media type in lower case, if the header as a whole is well formed.
fn media_type(header: &str) -> Option<String> {
    let (base, mut rest) = header.split_once(';').unwrap_or((header, ""));
    let base = base.trim().to_ascii_lowercase();
    let (kind, subkind) = base.split_once('/')?;
    if !is_token(kind) || !is_token(subkind) {
        return None;
    }
    let mut names = Vec::new();
    loop {
        rest = rest.trim_start().trim_start_matches(';').trim_start();
        if rest.is_empty() {
            return Some(base);
        }
        let (name, after) = rest.split_once('=')?;
        let name = name.trim().to_ascii_lowercase();
        if !is_token(&name) || names.contains(&name) {
            return None;
        }
        names.push(name);
        rest = after_value(after)?.trim_start();
        if !rest.is_empty() && !rest.starts_with(';') {
            return None;
        }
    }
}

/// What follows a parameter's value, quoted or not.
fn after_value(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c: char| !is_token_char(c)).unwrap_or(text.len());
        return (end > 0).then(|| text.get(end..)).flatten();
    };
    let mut escaped = false;
    for (at, c) in quoted.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return quoted.get(at + 1..),
            _ => {}
        }
    }
    None
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_token_char)
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_graphic() && !"()<>@,;:\\\"/[]?=".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_header_is_alloys() {
        assert_eq!(
            accept_header(&ScrapeProtocol::DEFAULT, NameEscaping::Underscores),
            "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,\
             application/openmetrics-text;version=0.0.1;q=0.5,\
             text/plain;version=1.0.0;escaping=underscores;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
        );
    }
}
