//! The JSON of a push: `{"streams": [{"stream": {…}, "values": [["nanoseconds", "line", {metadata}]]}]}`.
//!
//! As lenient as Loki's reader: unknown members, more than three members of a value, `null` in place of a list or a value
//! and text after the object are passed over; label values that are no text are taken as they are written. Lines keep
//! bytes that are no UTF-8.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::{Metadata, PushedEntry, Timestamp};

/// A stream with its labels in the order in which they are written.
#[derive(Debug, Default, Deserialize)]
pub(super) struct JsonStream {
    #[serde(default)]
    stream: Option<Pairs>,
    #[serde(default)]
    values: Option<Vec<Option<Row>>>,
}

#[derive(Deserialize)]
struct Push {
    #[serde(default)]
    streams: Option<Vec<Option<JsonStream>>>,
}

/// The members of an object as texts.
#[derive(Debug, Default)]
struct Pairs(Vec<(String, String)>);

/// One value; None where it is an empty list.
#[derive(Debug)]
struct Row(Option<PushedEntry>);

struct Line(Vec<u8>);

/// Metadata, whose values must be texts.
#[derive(Default)]
struct Texts(Metadata);

/// Reads a push.
pub(super) fn decode(body: &[u8]) -> Result<Vec<JsonStream>, serde_json::Error> {
    // What stands after the object does not matter to Loki.
    let mut reader = serde_json::Deserializer::from_slice(body);
    let push = reader.deserialize_map(PushVisitor)?;
    Ok(push.streams.into_iter().flatten().flatten().collect())
}

// === impl JsonStream ===

impl JsonStream {
    /// Its labels and its entries.
    pub(super) fn into_parts(self) -> (Vec<(String, String)>, Vec<PushedEntry>) {
        let rows = self.values.into_iter().flatten().flatten();
        (
            self.stream.unwrap_or_default().0,
            rows.filter_map(|row| row.0).collect(),
        )
    }
}

/// Takes objects only, unlike a derived structure.
struct PushVisitor;

impl<'de> Visitor<'de> for PushVisitor {
    type Value = Push;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with streams")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Push, A::Error> {
        Push::deserialize(serde::de::value::MapAccessDeserializer::new(map))
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of labels")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    let value = match value {
                        Value::String(text) => text,
                        other => other.to_string(),
                    };
                    pairs.push((name, value));
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
                let mut pairs = Metadata::new();
                while let Some((name, value)) = map.next_entry::<String, String>()? {
                    pairs.push((name.into(), value.into()));
                }
                Ok(Texts(pairs))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Line;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a line")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Line, E> {
                Ok(Line(bytes.to_vec()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Line, E> {
                Ok(Line(text.as_bytes().to_vec()))
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Row;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of a time, a line and metadata")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Row, A::Error> {
                let Some(time) = list.next_element::<String>()? else {
                    return Ok(Row(None));
                };
                let nanos = time
                    .parse()
                    .map_err(|_| A::Error::custom(format!("{time:?} is no time in nanoseconds")))?;
                let line = list.next_element::<Line>()?;
                let metadata = list.next_element::<Texts>()?;
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Row(Some(PushedEntry {
                    timestamp: Timestamp::from_unix_nanos(nanos),
                    line: line.map(|line| line.0).unwrap_or_default(),
                    metadata: metadata.unwrap_or_default().0,
                })))
            }
        }

        deserializer.deserialize_seq(Members)
    }
}
