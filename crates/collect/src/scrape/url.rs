//! A target's URL, escaped as Go escapes its parts: the address and the path are data, not syntax.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What of each part stays as it is, beside letters and digits.
const HOST: &str = "-_.~!$&'()*+,;=:[]<>\"";
const PATH: &str = "-_.~$&+,/:;=@";
const QUERY: &str = "-_.~";

/// The URL of a target.
pub(super) fn build(
    scheme: &str,
    address: &str,
    path: &str,
    params: &BTreeMap<String, Vec<String>>,
) -> String {
    let mut url = format!("{scheme}://");
    escape(address, HOST, &mut url);
    if !path.starts_with('/') && !path.is_empty() {
        url.push('/');
    }
    escape(path, PATH, &mut url);
    let mut separator = '?';
    for (name, values) in params {
        for value in values {
            url.push(separator);
            separator = '&';
            query(name, &mut url);
            url.push('=');
            query(value, &mut url);
        }
    }
    url
}

fn query(text: &str, url: &mut String) {
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            url.push('+');
        }
        escape(word, QUERY, url);
    }
}

fn escape(text: &str, plain: &str, url: &mut String) {
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || (c.is_ascii() && plain.contains(c)) {
            url.push(c);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
}
