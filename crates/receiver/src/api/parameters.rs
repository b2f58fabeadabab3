//! Query parameters, from the URL and from a posted form.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use percent_encoding::percent_decode;

/// What was asked, in order.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(String, String)>);

// === impl Parameters ===

impl Parameters {
    pub(super) fn of(head: &Parts, body: &Bytes) -> Self {
        let mut pairs = Vec::new();
        let kind = head.headers.get(CONTENT_TYPE);
        let is_form = kind
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if is_form {
            add(&mut pairs, body);
        }
        add(&mut pairs, head.uri.query().unwrap_or_default().as_bytes());
        Self(pairs)
    }

    /// The first value of a name that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let own = self.0.iter().filter(|(other, _)| other == name);
        own.map(|(_, value)| value.as_str())
            .find(|value| !value.is_empty())
    }

    /// All values of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let own =
            move |(other, value): &'a (String, String)| (other == name).then_some(value.as_str());
        self.0.iter().filter_map(own)
    }

    /// A value as `read` reads it, `default` where it was not given.
    pub(super) fn read<T>(
        &self,
        name: &str,
        default: T,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, String> {
        match self.get(name) {
            None => Ok(default),
            Some(text) => read(text)
                .ok_or_else(|| format!("invalid parameter {name:?}: cannot read {text:?}")),
        }
    }
}

fn add(pairs: &mut Vec<(String, String)>, encoded: &[u8]) {
    for pair in encoded
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
    {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        let mut decoded = || {
            let part = parts.next().unwrap_or_default();
            let blanks: Vec<u8> = part
                .iter()
                .map(|byte| if *byte == b'+' { b' ' } else { *byte })
                .collect();
            percent_decode(&blanks).decode_utf8_lossy().into_owned()
        };
        pairs.push((decoded(), decoded()));
    }
}

/// Now, in nanoseconds.
pub(super) fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
